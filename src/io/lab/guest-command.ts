// One command on a lab machine, over the system's OpenSSH and the lab's own key: what a fault needs inside a guest.
import { fail, ok, type Result } from '../../core/base/result.ts'
import type { NodeName } from '../../core/base/units.ts'
import { quoteCommand } from '../transport/quoting.ts'
import type { Lab, LabFailure } from './contract.ts'
import { run } from './processes.ts'

export async function guestCommand(
  lab: Lab,
  name: NodeName,
  command: readonly [string, ...string[]],
): Promise<Result<readonly string[], LabFailure>> {
  const machines = [...lab.nodes.values(), lab.client]
  const machine = machines.find(each => each.name === name)
  if (!machine) return fail({ kind: 'no-such-machine', name, known: machines.map(each => each.name) })
  const done = await run(['ssh', '-F', machine.ssh.configFile, '-o', 'BatchMode=yes', name, quoteCommand(command)])
  if (done.exitCode === 0) return ok(done.lines)
  return fail({
    kind: 'refused',
    what: `${name}: ${command.join(' ')}: ${done.lines.join(' ') || `exit ${done.exitCode}`}`,
  })
}

/** kill -9 of every process of that name. */
export async function killProcess(lab: Lab, node: NodeName, name: string): Promise<Result<void, LabFailure>> {
  const killed = await guestCommand(lab, node, ['killall', '--signal', 'KILL', '--exact', '--', name])
  return killed.ok ? ok(undefined) : killed
}
