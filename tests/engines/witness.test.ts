// The witness's steps with the real corosync-qnetd, corosync-qdevice, Corosync and NSS tools: two nodes and a witness, each
// in namespaces of its own with a network between them. Ends with what the vote is for: a node that is left alone keeps quorum.
// Not verified here: packages, systemd and ssh; those are the lab's.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { found } from '../../src/core/base/assert.ts'
import type { Result } from '../../src/core/base/result.ts'
import { type NodeName, nodeName, seconds } from '../../src/core/base/units.ts'
import { toCorosync } from '../../src/core/compile/to-corosync.ts'
import { print } from '../../src/core/corosync/print.ts'
import { parseQuorum } from '../../src/core/live/corosync.ts'
import { certificateIn } from '../../src/core/live/witness.ts'
import type { Cluster } from '../../src/core/model/types.ts'
import type { Step } from '../../src/core/plan/types.ts'
import { authorityFile } from '../../src/core/plan/witness.ts'
import { readCluster } from '../../src/core/spec/read.ts'
import { carryOut } from '../../src/io/apply/step.ts'
import type { Workshop } from '../../src/io/apply/workshop.ts'
import { enrolmentCommands, enrolmentOf } from '../../src/io/observe/witness.ts'
import { runBatch } from '../../src/io/transport/batch.ts'
import { localTransport } from '../../src/io/transport/local.ts'
import { readFileBy, writeFileBy } from '../../src/io/transport/remote.ts'
import type { Command, Transport } from '../../src/io/transport/transport.ts'

const programs = ['corosync', 'corosync-qnetd', 'corosync-qdevice', 'certutil', 'nsenter', 'ip']
const namespaces = ['--mount', '--net', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc']

function reason(): string | undefined {
  const absent = programs.filter(program => spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0)
  if (absent.length > 0) return `${absent.join(', ')} not installed`
  return spawnSync('unshare', [...namespaces, 'true']).status === 0 ? undefined : 'namespaces of our own need root'
}

const file = join(import.meta.dirname, '../../examples/witness-pair.yaml')
const example = found(readCluster(readFileSync(file, 'utf8'), file).value, file)
const witnessAddress = '10.40.1.254'
const cluster: Cluster = {
  ...example,
  quorum: { kind: 'witness', host: witnessAddress, management: { host: witnessAddress }, algorithm: 'ffsplit' },
}
const witness = nodeName(witnessAddress)

interface Machine {
  readonly process: ChildProcess
  /** As the host numbers it. */
  readonly pid: string
  readonly transport: Transport
}

async function begin(name: NodeName): Promise<Machine> {
  const process = spawn('unshare', [...namespaces, 'sh', join(import.meta.dirname, 'witness-machine.sh')])
  await new Promise((resolve, reject) => {
    process.stdout.once('data', resolve)
    process.stderr.on('data', text => reject(new Error(String(text))))
  })
  const pid = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim()
  return { process, pid, transport: inside(name, pid) }
}

function inside(name: NodeName, pid: string): Transport {
  const local = localTransport(name)
  const there = (command: Command): Command => ({
    ...command,
    program: 'nsenter',
    args: [
      ...['--target', pid, '--mount', '--net', '--ipc', '--pid', '--', 'env'],
      'PATH=/run/programs:/usr/sbin:/usr/bin:/sbin:/bin',
      command.program,
      ...command.args,
    ],
  })
  const run: Transport['run'] = (command, signal) => local.run(there(command), signal)
  return {
    ...local,
    run,
    readFile: path => readFileBy(run, name, path),
    writeFile: (path, content) => writeFileBy(run, path, content),
    follow: (command, onLine, signal) => local.follow(there(command), onLine, signal),
  }
}

const value = <T>(result: Result<T, unknown>): T => {
  assert(result.ok, JSON.stringify(result))
  return result.value
}

describe('a witness and two nodes', { skip: reason() ?? false }, () => {
  const machines = new Map<NodeName, Machine>()
  const at = (name: NodeName): Transport => found(machines.get(name), name).transport
  const [first, second] = [found(cluster.nodes[0], 'a node').name, found(cluster.nodes[1], 'a node').name]

  const say = async (name: NodeName, program: string, ...args: string[]): Promise<string> => {
    const outcome = value(await at(name).run({ program, args, timeout: seconds(30) }))
    assert.equal(outcome.exitCode, 0, `${program} ${args.join(' ')} on ${name}: ${outcome.stderr}${outcome.stdout}`)
    return outcome.stdout
  }

  const carry = async (step: Step): Promise<void> => {
    const workshop: Workshop = {
      transports: new Map([first, second].map(name => [name, at(name)])),
      witness: at(witness),
      secrets: new Map(),
      look: () => Promise.reject(new Error('not asked for')),
      settled: () => Promise.resolve(),
      abort: new AbortController().signal,
    }
    value(await carryOut(step, workshop, () => undefined))
  }
  const join_ = (node: NodeName): Promise<void> => carry({ kind: 'join-witness', node, witness, cluster: cluster.name })

  /** Waits for quorum with these votes: daemons take their time, and the tool asks for votes and quorum one after the other. */
  const quorum = async (name: NodeName, wanted: { votes: number; witness: string }): Promise<void> => {
    let seen: ReturnType<typeof parseQuorum>
    for (let tries = 0; tries < 240; tries += 1) {
      const command = { program: 'corosync-quorumtool', args: ['-s'], timeout: seconds(30) }
      seen = parseQuorum(value(await at(name).run(command)).stdout, name)
      if (seen?.quorate && seen.votes === wanted.votes && seen.witness === wanted.witness) return
      await sleep(500)
    }
    console.error(await say(name, 'sh', '-c', 'cat /run/*.log'))
    assert.fail(`${name} sees ${JSON.stringify(seen)}, not ${JSON.stringify(wanted)}`)
  }

  before(async () => {
    for (const name of [witness, first, second]) machines.set(name, await begin(name))
    await say(witness, 'ip', 'link', 'add', 'br0', 'type', 'bridge')
    await say(witness, 'ip', 'address', 'add', `${witnessAddress}/24`, 'dev', 'br0')
    await say(witness, 'ip', 'link', 'set', 'br0', 'up')
    const key = randomBytes(256)
    for (const node of cluster.nodes) {
      const { pid, transport } = found(machines.get(node.name), node.name)
      // The number of a process means the same to `ip` only outside of its namespace.
      const host = found(machines.get(witness), 'the witness').pid
      const words = ['--target', host, '--net', 'ip', 'link', 'add', node.name, 'type', 'veth', 'peer', 'name', 'eth1']
      const { status, stderr } = spawnSync('nsenter', [...words, 'netns', pid], { encoding: 'utf8' })
      assert.equal(status, 0, stderr)
      await say(witness, 'ip', 'link', 'set', node.name, 'master', 'br0', 'up')
      await say(node.name, 'ip', 'link', 'set', 'eth1', 'up')
      for (const link of node.links) await say(node.name, 'ip', 'address', 'add', `${link}/24`, 'dev', 'eth1')
      const owner = 'root:root'
      const content = print(toCorosync(cluster)).replace('to_stderr: no', 'to_stderr: yes')
      value(await transport.writeFile('/etc/corosync/corosync.conf', { content, mode: 0o644, owner }))
      const makeKey = ['-c', 'umask 277; base64 -d >/etc/corosync/authkey']
      value(await transport.run({ program: 'sh', args: makeKey, input: key.toString('base64'), timeout: seconds(30) }))
      await say(node.name, 'systemctl', 'start', 'corosync')
    }
  })
  after(() => {
    for (const { process } of machines.values()) process.kill('SIGKILL')
  })

  test('each node gets a certificate of its own, and no key leaves the node that made it', async () => {
    await carry({ kind: 'start-witness', node: witness })
    await Promise.all([join_(first), join_(second)])
    const authority = certificateIn(await say(witness, 'cat', authorityFile))
    assert(authority)
    const bounds = { limit: seconds(30), timeout: seconds(60) }
    for (const node of [first, second]) {
      const { outcomes } = value(await runBatch(at(node), enrolmentCommands, bounds))
      assert.deepEqual(enrolmentOf(outcomes), { authority, cluster: cluster.name })
    }
    const folder = '/etc/corosync/qdevice/net/nssdb'
    const keys = await Promise.all([first, second].map(node => say(node, 'sha256sum', `${folder}/key4.db`)))
    assert.notEqual(keys[0], keys[1])
    assert.equal(await say(first, 'find', folder, '(', '-perm', '/077', '-o', '-name', '*.p12', ')'), '')
    assert.equal(await say(witness, 'find', '/etc/corosync/qnetd', '-perm', '/022'), '')
  })

  test('the witness votes', async () => {
    for (const node of [first, second]) await carry({ kind: 'start-voting', node })
    for (const node of [first, second]) await quorum(node, { votes: 3, witness: 'voting' })
  })

  test('a witness set up anew refuses the old certificates; joined again, it votes', async () => {
    await say(witness, 'rm', '-r', '/etc/corosync/qnetd/nssdb')
    await carry({ kind: 'start-witness', node: witness })
    await quorum(first, { votes: 2, witness: 'not-voting' })
    await Promise.all([join_(first), join_(second)])
    for (const node of [first, second]) await carry({ kind: 'start-voting', node })
    for (const node of [first, second]) await quorum(node, { votes: 3, witness: 'voting' })
  })

  test('a node that is left alone keeps its quorum', async () => {
    found(machines.get(second), second).process.kill('SIGKILL')
    await quorum(first, { votes: 2, witness: 'voting' })
  })
})
