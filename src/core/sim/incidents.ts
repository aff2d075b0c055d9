// Incidents: a fault, when it happens, and what ends it. Random histories are drawn from these, the survivability table
// walks through them, and a failing history is shrunk by leaving incidents out.
import type { Prng } from '../base/prng.ts'
import { milliseconds, nodeName } from '../base/units.ts'
import type { Fault, Process } from '../drill/world.ts'
import type { SimPlan } from './plan.ts'

export interface Incident {
  /** The row of the table, and the count in the statistics: "power", "cut", … */
  readonly family: string
  /** "power off alpha" */
  readonly title: string
  readonly fault: Fault
  /** Ends it; absent where the cluster ends it by itself. */
  readonly heal?: Fault
}

export interface Timed extends Incident {
  /** Milliseconds from the beginning of the history. */
  readonly at: number
  readonly lasts: number
}

const incident = (family: string, title: string, fault: Fault, heal?: Fault): Incident => ({
  family,
  title,
  fault,
  ...(heal ? { heal } : {}),
})

/** Every single thing that can go wrong in this cluster, in a fixed order. */
export function incidentsOf(plan: SimPlan): Incident[] {
  return [
    ...plan.nodes.flatMap(nodeIncidents),
    ...pairs(plan.nodes).flatMap(([a, b]) => linkIncidents(plan, a, b)),
    ...plan.resources.flatMap(r => r.replicas.filter(c => !c.diskless).flatMap(c => diskIncidents(r.name, c.node))),
    ...plan.nodes.flatMap(node => (hasDevice(plan) ? deviceIncidents(node) : [])),
    ...plan.services.flatMap(s => (s.everywhere ? [] : agentIncidents(s.name))),
    ...(plan.totem.quorum.device
      ? [incident('witness', 'witness down', { kind: 'witness', state: 'down' }, { kind: 'witness', state: 'up' })]
      : []),
  ]
}

const hasDevice = (plan: SimPlan): boolean =>
  plan.configuration.resources.some(r => r.kind === 'primitive' && r.class === 'stonith')

const pairs = (nodes: readonly string[]): [string, string][] =>
  nodes.flatMap((a, index) => nodes.slice(index + 1).map((b): [string, string] => [a, b]))

function nodeIncidents(name: string): Incident[] {
  const node = nodeName(name)
  const on: Fault = { kind: 'power', node, action: 'on' }
  const kill = (what: Process, family: string): Incident =>
    incident(family, `${what} of ${name} is killed`, { kind: 'kill', node, what, signal: 'KILL' }, on)
  return [
    incident('power', `${name} loses its power`, { kind: 'power', node, action: 'off' }, on),
    incident('reset', `${name} is reset`, { kind: 'power', node, action: 'reset' }, on),
    incident('crash', `the kernel of ${name} crashes`, { kind: 'crash', node }, on),
    incident('pause', `${name} is paused`, { kind: 'pause', node }, { kind: 'resume', node }),
    kill('corosync', 'kill-daemon'),
    kill('pacemaker-controld', 'kill-daemon'),
    incident(
      'clock',
      `the clock of ${name} jumps by an hour`,
      { kind: 'clock', node, jump: milliseconds(3_600_000) },
      { kind: 'clock', node, jump: milliseconds(0) },
    ),
  ]
}

function linkIncidents(plan: SimPlan, a: string, b: string): Incident[] {
  const [from, to] = [nodeName(a), nodeName(b)]
  const replicated = plan.resources.some(r => r.replicas.some(c => c.node === a) && r.replicas.some(c => c.node === b))
  const links = plan.totem.links
  const healAll: Fault = { kind: 'heal', from, to }
  return [
    ...links.map(link =>
      incident(
        'cut',
        `link ${link} between ${a} and ${b} is cut`,
        { kind: 'cut', from, to, link, oneWay: false },
        { kind: 'heal', from, to, link },
      ),
    ),
    ...(replicated && !links.includes(plan.resources[0]?.link ?? 0)
      ? [
          incident(
            'cut',
            `the replication between ${a} and ${b} is cut`,
            { kind: 'cut', from, to, link: 'replication', oneWay: false },
            { kind: 'heal', from, to, link: 'replication' },
          ),
        ]
      : []),
    incident('partition', `all links between ${a} and ${b} are cut`, { kind: 'cut', from, to, oneWay: false }, healAll),
    incident(
      'one-way',
      `all links from ${a} to ${b} are cut, one way`,
      { kind: 'cut', from, to, oneWay: true },
      healAll,
    ),
    incident(
      'one-way',
      `all links from ${b} to ${a} are cut, one way`,
      { kind: 'cut', from: to, to: from, oneWay: true },
      healAll,
    ),
    incident('loss', `20 % loss between ${a} and ${b}`, { kind: 'loss', from, to, share: 0.2 }, healAll),
    incident(
      'delay',
      `100 ms delay between ${a} and ${b}`,
      { kind: 'delay', from, to, delay: milliseconds(100), jitter: milliseconds(50) },
      healAll,
    ),
  ]
}

function diskIncidents(volume: string, name: string): Incident[] {
  const node = nodeName(name)
  const working: Fault = { kind: 'disk', node, volume, state: 'working' }
  return (['error', 'hang', 'full'] as const).map(state =>
    incident(`disk-${state}`, `disk of ${volume} on ${name}: ${state}`, { kind: 'disk', node, volume, state }, working),
  )
}

function deviceIncidents(name: string): Incident[] {
  const node = nodeName(name)
  const working: Fault = { kind: 'bmc', node, state: 'working' }
  return [
    incident(
      'fence-device',
      `the fence device of ${name} does not answer`,
      { kind: 'bmc', node, state: 'down' },
      working,
    ),
    incident(
      'fence-device',
      `the fence device of ${name} takes 20 s`,
      { kind: 'bmc', node, state: 'slow', delay: milliseconds(20_000) },
      working,
    ),
  ]
}

const agentIncidents = (service: string): Incident[] => [
  incident(
    'agent',
    `the agent of ${service} hangs`,
    { kind: 'agent', service, behaviour: 'hang' },
    { kind: 'agent', service, behaviour: 'working' },
  ),
]

/** What is done to a service where it runs. */
export function serviceIncidents(service: string, where: string): Incident[] {
  const node = nodeName(where)
  const what: Process = `service:${service}`
  return [
    incident('kill-service', `${service} is killed`, { kind: 'kill', node, what, signal: 'KILL' }),
    incident(
      'freeze-service',
      `${service} is frozen`,
      { kind: 'kill', node, what, signal: 'STOP' },
      { kind: 'kill', node, what, signal: 'CONT' },
    ),
  ]
}

/** What an administrator does on purpose. */
export function plannedIncidents(plan: SimPlan): Incident[] {
  return [
    ...plan.nodes.map(node =>
      incident(
        'standby',
        `${node} goes to standby`,
        { kind: 'standby', node: nodeName(node), on: true },
        { kind: 'standby', node: nodeName(node), on: false },
      ),
    ),
    ...plan.services
      .filter(s => !s.everywhere)
      .map(s => incident('switchover', `${s.name} is moved`, { kind: 'switchover', service: s.name })),
  ]
}

const rare = new Set(['disk-error'])

/** A random history: one to four incidents of these families (all, if none are named), which may overlap. A disk is destroyed at most once. */
export function drawHistory(
  plan: SimPlan,
  active: ReadonlyMap<string, string>,
  random: Prng,
  families?: readonly string[],
): Timed[] {
  const all = [
    ...incidentsOf(plan),
    ...plannedIncidents(plan),
    ...[...active].flatMap(([service, node]) => serviceIncidents(service, node)),
  ]
  const pool = all.filter(incident => families === undefined || families.includes(incident.family))
  const count = 1 + random.below(4)
  const drawn: Timed[] = []
  for (let tries = 0; drawn.length < count && tries < 100; tries += 1) {
    const next = random.pick(pool)
    const again = rare.has(next.family) && drawn.some(d => rare.has(d.family))
    const at = Math.floor(random.next() ** 2 * 120_000)
    const lasts = Math.floor(500 + random.next() ** 3 * 180_000)
    if (!again) drawn.push({ ...next, at, lasts })
  }
  return drawn.sort((a, b) => a.at - b.at)
}
