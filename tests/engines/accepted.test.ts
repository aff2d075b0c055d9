// The real tools read what was compiled: crm_verify and crm_simulate the CIB, drbdadm the .res files, Corosync its
// corosync.conf. For every example on every platform that has a Pacemaker or DRBD of its own.
// Not verified here: that the machines do with it what we mean; that is the lab's.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { found } from '../../src/core/base/assert.ts'
import { compile } from '../../src/core/compile/compile.ts'
import { platforms } from '../../src/core/compile/platforms.ts'
import type { Cluster } from '../../src/core/model/types.ts'
import { readCluster } from '../../src/core/spec/read.ts'
import { cibWithNodesUp, run } from './pacemaker.ts'

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-accepted-'))
after(() => rmSync(scratch, { recursive: true }))

const missing = (program: string): string | undefined =>
  spawnSync(program, ['--version']).error === undefined ? undefined : `${program} is not installed`

const examples = globSync(join(import.meta.dirname, '../../examples/*.yaml')).sort()
const read = (file: string): Cluster => found(readCluster(readFileSync(file, 'utf8'), file).value, file)
const cases = examples.flatMap(file =>
  Object.entries(platforms).map(([name, platform]) => ({
    title: `${basename(file, '.yaml')} on ${name}`,
    cluster: read(file),
    platform,
  })),
)
const file = (name: string, content: string): string => {
  const path = join(scratch, name.replaceAll(/[^a-z0-9.-]/g, '-'))
  writeFileSync(path, content)
  return path
}

describe('crm_verify finds nothing wrong', { skip: missing('crm_verify') ?? false }, () => {
  for (const { title, cluster, platform } of cases)
    test(title, () => {
      const cib = file(`${title}.xml`, cibWithNodesUp(cluster, compile(cluster, platform).cib))
      const { status, output } = run('crm_verify', ['--xml-file', cib, '--verbose'])
      assert.equal(status, 0, output)
      assert.doesNotMatch(output, /warning|error/i)
    })
})

describe('drbdadm reads the resources', { skip: missing('drbdadm') ?? false }, () => {
  for (const { title, cluster, platform } of cases.filter(({ cluster: { volumes } }) => volumes.length > 0))
    test(title, () => {
      const node = found(cluster.nodes[0], 'a node').name
      const files = found(compile(cluster, platform).hosts.get(node), node).files.filter(f => f.path.endsWith('.res'))
      assert.equal(files.length, cluster.volumes.length)
      for (const { path, content } of files) {
        const environment = { DRBD_DRIVER_VERSION_OVERRIDE: platform.drbd }
        const { status, output } = run(
          'drbdadm',
          ['-c', file(`${title}-${basename(path)}`, content), 'dump'],
          environment,
        )
        assert.equal(status, 0, output)
        assert.match(output, new RegExp(`resource ${basename(path, '.res')} \\{`))
        assert.doesNotMatch(output, /parse error|warning|expected,/i)
      }
    })
})

const namespaces = ['--mount', '--net', '--ipc', '--pid', '--fork', '--kill-child']
const noCorosync = (): string | undefined => {
  const absent = missing('corosync')
  if (absent !== undefined) return absent
  return run('unshare', [...namespaces, 'true']).status === 0 ? undefined : 'namespaces of our own need root'
}

describe('Corosync starts with its file', { skip: noCorosync() ?? false }, () => {
  for (const { title, cluster, platform } of cases.filter(({ title: t }) => t.endsWith('debian12')))
    test(title, () => {
      const node = found(cluster.nodes[0], 'a node')
      const files = found(compile(cluster, platform).hosts.get(node.name), node.name).files
      const config = found(
        files.find(f => f.path === '/etc/corosync/corosync.conf'),
        'corosync.conf',
      )
      const script = join(import.meta.dirname, 'corosync-alone.sh')
      const words = [script, file(`${title}.conf`, config.content), cluster.name, ...node.links]
      const { status, output } = run('timeout', ['60', 'unshare', ...namespaces, 'sh', ...words])
      assert.equal(status, 0, output)
      for (const link of node.links) assert.match(output, new RegExp(`addr\\s*= ${link.replaceAll('.', '\\.')}`))
      // A witness is counted in only when its daemon has registered; here it has not.
      assert.match(output, new RegExp(`Expected votes: +${cluster.nodes.length}\n`))
      if (cluster.quorum.kind === 'two-node') assert.match(output, /2Node.*WaitForAll/)
    })
})
