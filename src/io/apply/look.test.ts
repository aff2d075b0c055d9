// What one look costs a node: one round trip, and the processes that are counted here by name, because on a slow machine
// each start is a tenth of a second. The machine is this one, with tools in its PATH that write down that they were started.
// Not counted: what is started only where something is missing (a module that is not loaded, no time service), and the
// three that look at devices, which this machine may not have.
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { found } from '../../core/base/assert.ts'
import { type NodeName, seconds } from '../../core/base/units.ts'
import { readCluster } from '../../core/spec/read.ts'
import { observe } from '../observe/observe.ts'
import { localTransport } from '../transport/local.ts'
import type { Command, Transport } from '../transport/transport.ts'
import { planOn, seeCluster } from './look.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-look-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const started = join(folder, 'started')
const real = process.env['PATH'] ?? ''
process.env['PATH'] = `${folder}:${real}`

const put = (name: string, then: string): void => {
  writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} >>${started}\n${then}\n`)
  chmodSync(join(folder, name), 0o755)
}
const onlyHere = ['dpkg-query', 'systemctl', 'lsblk', 'ip', 'ss', 'getent', 'df', 'certutil', 'vgs', 'wipefs', 'nft']
const cluster = ['crm_mon', 'cibadmin', 'corosync-quorumtool', 'corosync-cfgtool', 'corosync-cmapctl', 'drbdsetup']
const never = ['modinfo', 'timedatectl', 'chronyc', 'pacemakerd', 'corosync', 'drbdadm', 'drbdmeta', 'uname', 'lvs']
const plain = ['head', 'stat', 'sha256sum', 'cat', 'base64', 'mktemp', 'date', 'sleep', 'rm', 'timeout']
for (const name of [...onlyHere, ...cluster, ...never]) put(name, 'exit 1')
for (const name of plain) put(name, `exec "$(PATH='${real}'; command -v ${name})" "$@"`)
writeFileSync(join(folder, 'sudo'), '#!/bin/sh\nshift 2; exec "$@"\n')
chmodSync(join(folder, 'sudo'), 0o755)

function counted(node: NodeName, commands: Command[]): Transport {
  const transport = localTransport(node)
  const run: Transport['run'] = (command, signal) => {
    commands.push(command)
    return transport.run(command, signal)
  }
  return { ...transport, run }
}

function example(name: string): Parameters<typeof seeCluster>[0] & { commands: Command[] } {
  const file = `examples/${name}.yaml`
  const read = found(readCluster(readFileSync(file, 'utf8'), file).value, file)
  const commands: Command[] = []
  const transports = new Map(read.nodes.map(node => [node.name, counted(node.name, commands)]))
  const witness = read.quorum.kind === 'witness' ? { witness: counted(found(read.nodes[0], 'a node').name, []) } : {}
  return { cluster: read, transports, commands, ...witness }
}

async function processesOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  writeFileSync(started, '')
  await work()
  // `sleep` watches the time, and may be ended before it has begun.
  const optional = new Set(['modinfo', 'timedatectl', 'nft', 'sleep'])
  return readFileSync(started, 'utf8')
    .split('\n')
    .filter(name => name !== '' && !optional.has(name))
    .sort()
}

const frame = ['cat', 'date', 'mktemp', 'rm', 'timeout']
const live = ['crm_mon', 'corosync-quorumtool', 'corosync-cfgtool', 'corosync-cmapctl', 'drbdsetup', 'drbdsetup']
const host = [
  'dpkg-query',
  'stat',
  'sha256sum',
  'cat',
  'base64',
  'systemctl',
  'lsblk',
  'vgs',
  'ip',
  'ss',
  'getent',
  'df',
]

test('a plan and a status with drift: one round trip to each node, everything in it once', async () => {
  const machines = example('postgresql-pair')
  const [first] = machines.transports
  const one = { ...machines, transports: new Map([found(first, 'a node')]) }
  const alone = { ...one, cluster: { ...machines.cluster, nodes: machines.cluster.nodes.slice(0, 1) } }
  const names = await processesOf(() => seeCluster(alone, true))
  assert.deepEqual(names, [...frame, ...live, ...host, 'head', 'cibadmin'].sort())
  assert.equal(machines.commands.length, 1)
})

test('both nodes are asked once, and the plan is made of that', async () => {
  const machines = example('postgresql-pair')
  const seen = await seeCluster(machines, false)
  const planned = await planOn(machines, seen, new Map())
  assert(planned.ok)
  assert.deepEqual(
    planned.value.snapshot.nodes.map(node => node.name),
    machines.cluster.nodes.map(node => node.name),
  )
  assert.equal(machines.commands.length, 2)
})

test('a witness costs its nodes no round trip more', async () => {
  const machines = example('witness-pair')
  const seen = await seeCluster(machines, false)
  assert.equal(machines.commands.length, 2)
  assert(seen.witness?.ok)
})

test('a look without drift starts the cluster’s own tools and nothing else', async () => {
  const commands: Command[] = []
  const { cluster: read } = example('postgresql-pair')
  const node = found(read.nodes[0], 'a node').name
  const bounds = { limit: seconds(15), timeout: seconds(60) }
  const names = await processesOf(() => observe(read.name, [counted(node, commands)], bounds))
  assert.deepEqual(names, [...frame, ...live, 'head', 'cibadmin'].sort())
})
