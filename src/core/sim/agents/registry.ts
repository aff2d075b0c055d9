// Which table plays which agent. What is not listed runs as a plain program: started, stopped, monitored.
import { once } from '../../base/once.ts'
import type { Primitive } from '../../cib/types.ts'
import type { AgentTable } from './agent.ts'
import { drbdAgent } from './drbd.ts'
import { filesystemAgent } from './filesystem.ts'
import { addressAgent, fenceDeviceAgent, pgsqlAgent, programAgent } from './services.ts'

const tables: Readonly<Record<string, AgentTable>> = {
  'ocf:linbit:drbd': drbdAgent,
  'ocf:heartbeat:Filesystem': filesystemAgent,
  'ocf:heartbeat:pgsql': pgsqlAgent,
  'ocf:heartbeat:IPaddr2': addressAgent,
  'ocf:heartbeat:IPv6addr': addressAgent,
}

export const agentName = (standard: string, provider: string | undefined, type: string): string =>
  provider === undefined ? `${standard}:${type}` : `${standard}:${provider}:${type}`

export const agentFor = (standard: string, provider: string | undefined, type: string): AgentTable =>
  standard === 'stonith' ? fenceDeviceAgent : (tables[agentName(standard, provider, type)] ?? programAgent)

export const agentOf: (of: Primitive) => AgentTable = once(
  (of: Primitive): AgentTable => agentFor(of.class ?? 'ocf', of.provider, of.type ?? ''),
)
