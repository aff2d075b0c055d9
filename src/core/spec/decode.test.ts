// The decoder never throws and never loses its place, whatever the text; and what it makes of a good text is the model.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { found } from '../base/assert.ts'
import { type Prng, prng } from '../base/prng.ts'
import { gibibytes, seconds } from '../base/units.ts'
import { decode } from './decode.ts'
import { jsonSchemaText } from './json-schema.ts'
import { readCluster } from './read.ts'
import { referenceText } from './reference.ts'
import { renderProblems } from './render.ts'

const root = join(import.meta.dirname, '../../..')
const examples = globSync(join(root, 'examples/*.yaml'))
  .sort()
  .map(file => readFileSync(file, 'utf8'))

describe('the model of the example pair', () => {
  const { value, problems } = readCluster(readFileSync(join(root, 'examples/postgresql-pair.yaml'), 'utf8'), 'f')
  const cluster = found(value, JSON.stringify(problems))
  test('defaults are filled in', () => {
    assert.deepEqual(cluster.fencing, { kind: 'required' })
    assert.deepEqual(cluster.quorum, { kind: 'two-node' })
    assert.equal(cluster.timing, 'balanced')
    const volume = found(cluster.volumes[0], 'a volume')
    assert.deepEqual(volume, {
      name: 'pgdata',
      protocol: 'C',
      port: 7789,
      nodes: ['alpha', 'beta'],
      parts: [
        {
          number: 0,
          minor: 0,
          name: '',
          size: gibibytes(8),
          backing: { kind: 'lvm', group: 'vg0', logicalVolume: 'pgdata' },
          filesystem: 'ext4',
          mount: '/srv/pgdata',
          eraseExisting: false,
        },
      ],
    })
  })
  test('units, addresses and secrets are read', () => {
    const service = found(cluster.services[0], 'a service')
    assert.equal(service.budget, seconds(60))
    assert.deepEqual(service.addresses, [{ address: '10.10.1.100', prefixLength: 24 }])
    const alpha = found(cluster.nodes[0], 'a node')
    assert.deepEqual(alpha.management, { host: 'alpha.example.net', user: 'root' })
    assert.deepEqual(
      alpha.fence.map(({ agent, level, sharesPower }) => [agent, level, sharesPower]),
      [
        ['fence_redfish', 1, true],
        ['fence_apc', 2, false],
      ],
    )
    assert.deepEqual(alpha.fence[1]?.parameters, { ip: '10.10.9.10', plug: '1', username: 'holdfast' })
    assert.deepEqual(alpha.fence[1]?.secrets, { password: { kind: 'file', path: 'secrets/pdu' } })
  })
  test('the file is as short as the manual says', () => {
    const lines = found(examples[2], 'postgresql-pair')
      .split('\n')
      .filter(line => line.trim() !== '' && !line.startsWith('#'))
    assert.ok(lines.length <= 27, `${lines.length} lines`)
  })
})

describe('an address and a management host in every form', () => {
  const managed = (text: string) =>
    decode(`cluster: c\nnodes: { a: { management: "${text}", links: [10.0.0.1] } }`, 'f').value?.nodes[0]?.management
  test('host, user, port, IPv6', () => {
    assert.deepEqual(managed('a.example.net'), { host: 'a.example.net' })
    assert.deepEqual(managed('ha@a:2222'), { host: 'a', user: 'ha', port: 2222 })
    assert.deepEqual(managed('ha@[fd00::1]:22'), { host: 'fd00::1', user: 'ha', port: 22 })
  })
  test('nothing that ssh could take for an option', () => {
    assert.equal(managed('-oProxyCommand=x'), undefined)
    assert.equal(managed('ha@-x'), undefined)
    assert.equal(managed('a b'), undefined)
  })
})

describe('fuzz', () => {
  // Pieces that a slip of the hand, or an attacker, puts there.
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    '- ',
    '\n',
    '\t',
    '*a',
    '&a ',
    '!!binary ',
    '!!set ',
    '"',
    "'",
    '|',
    '>',
    '?',
    '#',
    '---\n',
    '<<: ',
    'null',
    '~',
    '0x1F',
    '.inf',
    '9'.repeat(40),
    '\u0000',
    '\ud800',
    '__proto__: ',
    'constructor: ',
    'é',
    '\r\n',
    '%YAML 1.1\n',
    '@',
    '`',
    ', ',
  ]
  const mutate = (text: string, random: Prng): string => {
    const at = random.below(text.length + 1)
    const length = random.below(12)
    switch (random.below(4)) {
      case 0:
        return text.slice(0, at) + text.slice(at + length)
      case 1:
        return text.slice(0, at) + random.pick(pieces) + text.slice(at)
      case 2:
        return (
          text.slice(0, at) + text.slice(random.below(text.length), random.below(text.length) + length) + text.slice(at)
        )
      default: {
        const lines = text.split('\n')
        const [one] = lines.splice(random.below(lines.length), 1)
        lines.splice(random.below(lines.length + 1), 0, one ?? '', ...(random.chance(0.3) ? [one ?? ''] : []))
        return lines.join('\n')
      }
    }
  }
  test('mutated cluster files never throw, and each problem can be shown', () => {
    const seed = Number(process.env['SEED'] ?? 1)
    const random = prng(seed)
    for (let run = 0; run < 200; run += 1) {
      let text = random.pick(examples)
      for (let n = random.below(6); n >= 0; n -= 1) text = mutate(text, random)
      try {
        const { problems, value } = readCluster(text, 'f')
        renderProblems(problems, text)
        for (const { at } of problems) assert.ok(found(at, 'a place').line >= 1 && found(at, 'a place').column >= 1)
        assert.ok(
          value !== undefined || problems.some(problem => problem.severity === 'error'),
          'no value and no error',
        )
      } catch (cause) {
        throw new Error(`SEED=${seed}, run ${run}:\n${text}`, { cause })
      }
    }
  })
  test('values of every wrong kind in every place', () => {
    const wrong = ['null', '[]', '{}', '""', '0', '-1', '1.5', 'true', '[[]]', '{ a: { b: c } }', '"\\u0000"', '.nan']
    const random = prng(2)
    for (const text of examples)
      for (const match of text.matchAll(/(?<=: )[^\s#{[|][^,}\n]*/g))
        for (const value of Array.from({ length: 3 }, () => random.pick(wrong))) {
          const changed = text.slice(0, match.index) + value + text.slice(match.index + match[0].length)
          assert.doesNotThrow(() => renderProblems(readCluster(changed, 'f').problems, changed), changed)
        }
  })
})

describe('documents', () => {
  const rewrite = 'REWRITE=1 node --test src/core/spec/decode.test.ts writes it'
  test('docs/cluster.schema.json is current', async () => {
    const path = join(root, 'docs/cluster.schema.json')
    const isCurrent = (): boolean =>
      isDeepStrictEqual(JSON.parse(readFileSync(path, 'utf8')), JSON.parse(jsonSchemaText()))
    if (!isCurrent()) await rewritten(path, () => jsonSchemaText())
    // The formatter may break its lines otherwise.
    assert.ok(isCurrent(), rewrite)
  })
  test('the reference in docs/cluster-file.md is current', async () => {
    const path = join(root, 'docs/cluster-file.md')
    const [begin, end] = ['<!-- generated: reference -->\n', '<!-- generated: end -->']
    const parts = (): readonly [string, string, string] => {
      const text = readFileSync(path, 'utf8')
      const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
      assert.ok(from >= begin.length && to >= from, 'the marks of the generated part are there')
      return [text.slice(0, from), text.slice(from, to), text.slice(to)]
    }
    const [before, , behind] = parts()
    await rewritten(path, () => `${before}\n${referenceText()}\n${behind}`)
    assert.equal(parts()[1], `\n${referenceText()}\n`, rewrite)
  })
  test('every YAML block of docs/cluster-file.md that is a whole file is a good one', () => {
    const text = readFileSync(join(root, 'docs/cluster-file.md'), 'utf8')
    const whole = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)]
      .map(match => match[1] ?? '')
      .filter(block => /^cluster:/m.test(block))
    assert.ok(whole.length > 0)
    for (const block of whole) assert.deepEqual(readCluster(block, 'docs').problems, [])
  })
})

async function rewritten(path: string, text: () => string): Promise<void> {
  if (process.env['REWRITE'] !== '1') return
  const { writeFileSync } = await import('node:fs')
  writeFileSync(path, text())
}
