// Programs: ocf:heartbeat:pgsql with crash recovery as WAL ÷ replay rate, ocf:heartbeat:IPaddr2, systemd units, fence
// devices, and any other agent as a plain program. Source: the agents' meta-data; best practice, "Timing".
import { replicaOf, siteOf, upToDatePeer } from '../drbd/ports.ts'
import type { Range } from '../durations.ts'
import { walReplayRate } from '../durations.ts'
import type { AgentPorts, AgentTable, Call } from './agent.ts'
import { done, draw, genericError, notRunning, ok, wait } from './agent.ts'

/** The DRBD resource below the directory in which the program keeps its data. */
function dataVolume(ports: AgentPorts, call: Call): { readonly found: boolean; readonly volume: string | undefined } {
  const path = call.parameters.get('pgdata') ?? call.parameters.get('datadir')
  if (path === undefined) return { found: true, volume: undefined }
  const below = [...ports.host(call.node).mounts.values()].filter(
    m => path === m.directory || path.startsWith(`${m.directory}/`),
  )
  const mount = below.sort((a, b) => b.directory.length - a.directory.length)[0]
  return mount ? { found: true, volume: mount.volume } : { found: false, volume: undefined }
}

const process = (ports: AgentPorts, call: Call) => ports.host(call.node).processes.get(call.rsc)

function stuck(ports: AgentPorts, call: Call): boolean {
  const volume = process(ports, call)?.volume
  if (volume === undefined) return false
  const r = replicaOf(siteOf(ports.drbd, volume), call.node)
  return r.suspendedByFencing || r.suspendedByQuorum || ports.drbd.ports.disk(call.node, volume).health === 'hang'
}

const escalation = 90_000

function monitorProgram(ports: AgentPorts, call: Call) {
  const running = process(ports, call)
  const misbehaving = ports.host(call.node).misbehaving.get(call.rsc)
  if (misbehaving === 'hang') return wait(10_000)
  if (misbehaving === 'lying') return done(ok)
  if (running?.state === 'frozen') return wait(10_000)
  return done(running ? ok : notRunning)
}

function stopProgram(ports: AgentPorts, call: Call) {
  const running = process(ports, call)
  if (!running) return done(ok)
  if (ports.host(call.node).misbehaving.get(call.rsc) === 'hang') return wait(10_000)
  if (stuck(ports, call)) return wait(1_000)
  if (running.state === 'frozen' && ports.now() - call.startedAt < escalation) return wait(escalation)
  if (running.volume !== undefined) ports.content(running.volume).cleanlyStopped = running.state === 'running'
  if (running.volume !== undefined && running.state === 'running') ports.content(running.volume).wal = 0
  ports.host(call.node).processes.delete(call.rsc)
  return done(ok)
}

function startProgram(ports: AgentPorts, call: Call) {
  if (ports.host(call.node).misbehaving.get(call.rsc) === 'hang') return wait(10_000)
  if (process(ports, call)) return done(ok)
  const { found, volume } = dataVolume(ports, call)
  if (!found) return done(genericError, 'its data directory is not mounted')
  if (volume !== undefined) {
    const r = replicaOf(siteOf(ports.drbd, volume), call.node)
    if (r.disk !== 'UpToDate' && !upToDatePeer(r))
      return done(genericError, 'its data cannot be read: input/output error')
    const content = ports.content(volume)
    const recovery = content.cleanlyStopped ? 0 : (content.wal / walReplayRate) * 1_000
    const left = call.startedAt + recovery - ports.now()
    if (left > 0) return wait(left)
    content.cleanlyStopped = false
    content.wal = 0
    content.checkpointAt = ports.now()
  }
  ports.host(call.node).processes.set(call.rsc, { rsc: call.rsc, state: 'running', volume })
  ports.phase(call.node, 'recovery', call.rsc)
  return done(ok)
}

const program = (start: (ports: AgentPorts) => Range, stop: (ports: AgentPorts) => Range): AgentTable => ({
  start: { takes: ports => draw(ports, start(ports)), finish: startProgram },
  stop: { takes: ports => draw(ports, stop(ports)), finish: stopProgram },
  monitor: { takes: ports => draw(ports, ports.durations.monitor), finish: monitorProgram },
})

export const pgsqlAgent: AgentTable = program(
  ports => ports.durations.postgresStart,
  ports => ports.durations.postgresStop,
)
export const programAgent: AgentTable = program(
  ports => ports.durations.serviceStart,
  ports => ports.durations.serviceStop,
)

const address = (call: Call): string => call.parameters.get('ip') ?? call.rsc

export const addressAgent: AgentTable = {
  start: {
    takes: ports => draw(ports, ports.durations.addressStart),
    finish: (ports, call) => {
      ports.host(call.node).addresses.set(address(call), ports.now())
      ports.phase(call.node, 'address', call.rsc)
      return done(ok)
    },
  },
  stop: {
    takes: ports => draw(ports, ports.durations.addressStop),
    finish: (ports, call) => {
      if (!ports.bugs.has('address-stays-after-stop')) ports.host(call.node).addresses.delete(address(call))
      return done(ok)
    },
  },
  monitor: {
    takes: ports => draw(ports, ports.durations.monitor),
    finish: (ports, call) => done(ports.host(call.node).addresses.has(address(call)) ? ok : notRunning),
  },
}

const answers = (ports: AgentPorts, call: Call) =>
  ports.fenceDeviceAnswers(call.rsc) ? done(ok) : done(genericError, 'the fence device does not answer')

/** Started means: its monitor runs here. */
export const fenceDeviceAgent: AgentTable = {
  start: {
    takes: ports => draw(ports, ports.durations.fenceMonitor),
    finish: (ports, call) => {
      const answer = answers(ports, call)
      if (answer.kind === 'done' && answer.rc === ok)
        ports.host(call.node).processes.set(call.rsc, { rsc: call.rsc, state: 'running', volume: undefined })
      return answer
    },
  },
  stop: {
    takes: () => 5,
    finish: (ports, call) => {
      ports.host(call.node).processes.delete(call.rsc)
      return done(ok)
    },
  },
  monitor: {
    takes: ports => draw(ports, ports.durations.fenceMonitor),
    finish: (ports, call) => (process(ports, call) ? answers(ports, call) : done(notRunning)),
  },
}
