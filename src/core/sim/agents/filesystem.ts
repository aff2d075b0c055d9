// ocf:heartbeat:Filesystem on a DRBD device: can be mounted only where the device is Primary, hangs while its I/O is
// suspended, and holds the device open. Source: the agent's meta-data; mount(8).
import { openDevice } from '../drbd/device.ts'
import { replicaOf, siteOf } from '../drbd/ports.ts'
import type { AgentPorts, AgentTable, Call } from './agent.ts'
import { done, draw, genericError, notRunning, ok, wait } from './agent.ts'

const directory = (call: Call): string => (call.parameters.get('directory') ?? '').replace(/(.)\/+$/, '$1')
const volume = (ports: AgentPorts, call: Call): string | undefined =>
  ports.volumeOfDevice(call.parameters.get('device') ?? '')

function frozen(ports: AgentPorts, call: Call): boolean {
  const res = volume(ports, call)
  if (res === undefined) return false
  const r = replicaOf(siteOf(ports.drbd, res), call.node)
  return (
    r.role === 'Primary' &&
    (r.suspendedByFencing || r.suspendedByQuorum || ports.drbd.ports.disk(call.node, res).health === 'hang')
  )
}

/** Writes that nobody has answered yet, for want of the peer's disk for instance: umount(8) waits for them. */
const underWay = (ports: AgentPorts, node: string, res: string): boolean =>
  [...replicaOf(siteOf(ports.drbd, res), node).requests.values()].some(({ completed }) => !completed)

const mounted = (ports: AgentPorts, call: Call): boolean => ports.host(call.node).mounts.has(directory(call))

export const filesystemAgent: AgentTable = {
  start: {
    takes: ports => draw(ports, ports.durations.mount),
    finish: (ports, call) => {
      const res = volume(ports, call)
      if (mounted(ports, call)) return done(ok)
      if (frozen(ports, call)) return wait(500)
      if (res !== undefined && replicaOf(siteOf(ports.drbd, res), call.node).role !== 'Primary')
        return done(genericError, `mount: ${call.parameters.get('device')} is write-protected: not Primary`)
      if (res !== undefined) openDevice(ports.drbd, res, call.node, true)
      ports.host(call.node).mounts.set(directory(call), { directory: directory(call), rsc: call.rsc, volume: res })
      ports.phase(call.node, 'mount', call.rsc)
      return done(ok)
    },
  },
  stop: {
    takes: ports => draw(ports, ports.durations.unmount),
    finish: (ports, call) => {
      if (!mounted(ports, call)) return done(ok)
      if (frozen(ports, call)) return wait(1_000)
      const res = volume(ports, call)
      if (res !== undefined && underWay(ports, call.node, res)) return wait(100)
      const own = ports.host(call.node)
      own.mounts.delete(directory(call))
      const still = [...own.mounts.values()].some(m => m.volume === res)
      if (res !== undefined && !still) openDevice(ports.drbd, res, call.node, false)
      for (const p of [...own.processes.values()]) if (p.volume === res && !still) own.processes.delete(p.rsc)
      return done(ok)
    },
  },
  monitor: {
    takes: ports => draw(ports, ports.durations.monitor),
    finish: (ports, call) => {
      const res = volume(ports, call)
      if (!mounted(ports, call) || call.depth < 20 || res === undefined)
        return done(mounted(ports, call) ? ok : notRunning)
      if (frozen(ports, call)) return wait(5_000)
      const { health } = ports.drbd.ports.disk(call.node, res)
      return health === 'full' ? done(genericError, 'status file: no space left on device') : done(ok)
    },
  },
}
