// What contributed to a score, in words: one row for each cause that the engine names in its trace.
import { INFINITY, MINUS_INFINITY } from '../../base/score.ts'
import type { Contribution } from '../trace.ts'
import { type About, constraintOf, optionOf, writtenAt } from './about.ts'
import { bond, nameOf, rootOf, wishes } from './bonds.ts'
import type { Part } from './explanation.ts'
import { happened, moment, place } from './words.ts'

type Words = (part: Contribution, about: About) => string

const causes: Readonly<Record<string, Words>> = {
  location: locationWords,
  'node-score': () => "the node's own score, for everything",
  stickiness: () => 'stickiness: it runs here now',
  colocation: (part, about) => `${bond(part, about)}${rootWords(part, about)}`,
  dependents: (part, about) => `${wishes(part, about)}${rootWords(part, about)}`,
  whole: ({ other }) => `from ${other}, of which it is part`,
  exclusive: () => 'a location constraint with resource-discovery=exclusive names other nodes only',
  __fail_limit__: ({ other, rsc, count = 0, threshold, since }) =>
    `${other === rsc ? '' : `${other} `}failed here ${count >= INFINITY ? 'in a way that is never forgiven' : count === 1 ? 'once' : `${count} times`}; migration-threshold is ${threshold}${since === undefined || since === 0 ? '' : `; last ${moment(since)}`}`,
  'failed-everywhere': part => `failed in a way that forbids it everywhere: ${happened(part)}`,
  'fatal-error': part => `failed in a way that forbids it everywhere: ${happened(part)}`,
  'hard-error': part => `failed in a way that forbids it here: ${happened(part)}`,
  'masked-probe-failure': part => `cannot run here: ${happened(part)}`,
  __stop_fail__: part => `could not be stopped here: ${happened(part)}`,
  __action_migration_auto__: () => 'an operation with on-fail=ban failed here',
  'multiply-active': () => 'active on several nodes, and multiple-active=stop_only',
  'node-unavailable': () => 'the node is not available',
  'node-full': () => 'another instance of it is here already, and there may be no more on one node',
  'not-here': () => 'its clone has no place here',
  'clone:limit_reached': () => 'there are as many instances as clone-max allows',
  bundled: ({ other }) => (other === undefined ? 'belongs into a container' : `belongs into ${other}`),
  'inside-bundle': () => 'the node is inside a bundle, which runs nothing else',
  'with-container': ({ other }) => `can only be where ${other} is`,
  'not-on-remote': () => 'cannot run on remote nodes',
  not_managed_default: () => 'it is here, and nobody manages it',
  'shutdown-lock': ({ by, since }) =>
    `locked to ${by}, which was shut down${since === undefined || since === 0 ? '' : `, ${moment(since)}`} (shutdown-lock)`,
  __no_ticket__: ({ by }) => `this site does not hold the ticket ${by}`,
  __loss_of_ticket__: ({ by }) => `this site has lost the ticket ${by}`,
  __ticket_standby__: ({ by }) => `the ticket ${by} is in standby`,
  __stateful_without_ticket__: ({ by }) => `promotion needs the ticket ${by ?? ''}`.trimEnd(),
  __limit_utilization__: () => 'the node has not enough room left (utilization)',
  __orphan_do_not_run__: () => 'it is not in the configuration any more',
  'migrate-on-red': () => 'the health of the node is red (node-health-strategy=migrate-on-red)',
  'only-green': () => 'the health of the node is not green (node-health-strategy=only-green)',
  progressive: () => 'the health of the node (node-health-strategy=progressive)',
  custom: () => 'the health of the node (node-health-strategy=custom)',
  'target-role': ({ rsc }, about) => {
    const role = optionOf(about, rsc, 'target-role')
    return role ? `target-role=${role.pair.value} is set on ${role.on}${place(role.pair.at)}` : 'it is to be stopped'
  },
  'remote shutdown': () => 'its remote node is being shut down',
  'unable to assign': () => 'it has no node',
  'promotion-score': () => 'promotion score that its agent set for this node',
  'no-promotion-score': () => 'its agent set no promotion score here',
  'stays-promoted': () => 'it is promoted, and stays so whatever the scores',
  neighbours: () => 'from other instances on the same node',
}

export function partOf(part: Contribution, about: About): Part {
  const at = part.by === undefined ? part.at : writtenAt(about, part.by, part.at)
  const text = causes[part.cause]?.(part, about) ?? part.cause
  const aside =
    part.dropped === 'no-node-left'
      ? '; not counted, because no node would be left'
      : part.dropped === 'replaced'
        ? '; overruled by what follows'
        : ''
  return { score: part.score, cause: part.cause, text: `${text}${aside}`, ...(at ? { at } : {}) }
}

function locationWords({ by = '', at }: Contribution, about: About): string {
  const named = `"${by}"${place(writtenAt(about, by, at))}`
  if (by.startsWith('cli-ban-')) return `banned by hand: location constraint ${named}`
  if (by.startsWith('cli-prefer-')) return `moved here by hand: location constraint ${named}`
  if (by.startsWith('drbd-fence-by-handler-'))
    return `DRBD forbids promotion where the data may be outdated: location constraint ${named}`
  const constraint = constraintOf(about, by)
  const rules = constraint?.kind === 'location' && constraint.rules.length > 0 ? ', by rule' : ''
  return `location constraint ${named}${rules}`
}

/** What in the end forbids the node, where it is forbidden because of another resource. */
function rootWords(part: Contribution, about: About): string {
  if (part.score > MINUS_INFINITY && !(part.about === 'promotion' && part.score < 0)) return ''
  const root = rootOf(part, about)
  const words = root && causes[root.cause]?.(root, about)
  return root && words !== undefined ? `; ${nameOf(about, root.rsc)}: ${words}` : ''
}
