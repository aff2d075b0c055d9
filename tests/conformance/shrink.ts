// Reduces a CIB to the smallest that still shows something: takes away elements, then attributes, as long as the
// witness still says yes. Bounded by the number of questions asked.
import { type Tree, withAttributes, withChildren } from './tree.ts'

export interface Case {
  readonly cib: Tree
  /** Option and value by turns. */
  readonly events: readonly string[]
}

export type Witness = (candidate: Case) => Promise<boolean>

export async function shrink(start: Case, stillShows: Witness, questions = 700): Promise<Case> {
  let best = start
  let left = questions
  const attempt = async (candidate: Case): Promise<boolean> => {
    if (left <= 0) return false
    left -= 1
    if (!(await stillShows(candidate))) return false
    best = candidate
    return true
  }
  for (let before: Case | undefined; before !== best && left > 0; ) {
    before = best
    await withoutEvents(() => best, attempt)
    await withoutElements(() => best, attempt)
    await withoutAttributes(() => best, attempt)
  }
  return best
}

type Attempt = (candidate: Case) => Promise<boolean>

async function withoutEvents(best: () => Case, attempt: Attempt): Promise<void> {
  for (let at = best().events.length - 2; at >= 0; at -= 2) {
    await attempt({ ...best(), events: best().events.filter((_, i) => i !== at && i !== at + 1) })
  }
}

/** Paths of elements, biggest first; a path whose element is gone is passed over. */
async function withoutElements(best: () => Case, attempt: Attempt): Promise<void> {
  for (const path of paths(best().cib).sort((a, b) => a.length - b.length || later(a, b))) {
    const { cib, events } = best()
    const target = at(cib, path)
    if (!target || path.length === 0 || fixed.has(target.name)) continue
    if (await attempt({ cib: edit(cib, path, () => []), events })) continue
    // Its children may take its place: a primitive that of its group or clone.
    const inner = target.children.filter(c => ['primitive', 'group'].includes(c.name))
    if (inner.length > 0 && ['group', 'clone'].includes(target.name)) {
      await attempt({ cib: edit(cib, path, () => inner), events })
    }
  }
}

const fixed = new Set(['configuration', 'status', 'crm_config', 'nodes', 'resources', 'constraints'])
const kept = new Set([
  ...['id', 'validate-with', 'crm_feature_set', 'epoch', 'num_updates', 'admin_epoch', 'execution-date', 'have-quorum'],
  ...['class', 'provider', 'type', 'operation', 'operation_key', 'transition-key', 'transition-magic', 'call-id'],
  ...['rc-code', 'op-status', 'interval', 'op-digest', 'value', 'operation'],
  ...['score', 'uname', 'in_ccm', 'crmd', 'join', 'expected'],
])

async function withoutAttributes(best: () => Case, attempt: Attempt): Promise<void> {
  for (const path of paths(best().cib)) {
    for (const name of Object.keys(at(best().cib, path)?.attributes ?? {})) {
      if (kept.has(name)) continue
      const { cib, events } = best()
      await attempt({ cib: edit(cib, path, tree => [withAttributes(tree, { [name]: undefined })]), events })
    }
  }
}

type Path = readonly number[]

/** Back to front among siblings, so that taking one away does not move those still to come. */
const later = (a: Path, b: Path): number => {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return (b[i] ?? 0) - (a[i] ?? 0)
  return 0
}

const paths = (tree: Tree): Path[] => [
  [],
  ...tree.children.flatMap((child, index) => paths(child).map(path => [index, ...path])),
]

const at = (tree: Tree | undefined, path: Path): Tree | undefined =>
  path.reduce<Tree | undefined>((inner, index) => inner?.children[index], tree)

function edit(tree: Tree, [first, ...rest]: Path, change: (tree: Tree) => readonly Tree[]): Tree {
  if (first === undefined) return change(tree)[0] ?? tree
  const child = tree.children[first]
  if (!child) return tree
  const instead = rest.length === 0 ? change(child) : [edit(child, rest, change)]
  return withChildren(tree, [...tree.children.slice(0, first), ...instead, ...tree.children.slice(first + 1)])
}
