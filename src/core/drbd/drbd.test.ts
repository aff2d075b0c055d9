import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Prng, prng } from '../base/prng.ts'
import { parse, parseStatements } from './parse.ts'
import { print, printStatements } from './print.ts'
import type { DrbdResource, Options, Statement } from './types.ts'

const words = (random: Prng): readonly string[] =>
  Array.from({ length: 1 + random.below(3) }, () =>
    random.pick([
      'a',
      'resource',
      '/dev/drbd0',
      '[fd00::1]:7789',
      'with space',
      'quo"te',
      'back\\slash',
      '',
      '#no',
      'a;b',
      '{',
      '}',
      'é',
    ]),
  )
const statement = (random: Prng, depth: number): Statement =>
  depth > 0 && random.chance(0.4)
    ? {
        kind: 'section',
        words: words(random),
        body: Array.from({ length: random.below(4) }, () => statement(random, depth - 1)),
      }
    : { kind: 'option', words: words(random) }

const options = (random: Prng, names: readonly string[]): Options =>
  Object.fromEntries(
    names.filter(() => random.chance(0.5)).map(name => [name, random.pick(['', 'yes', '10', '/usr/lib/x.sh'])]),
  )

function resource(random: Prng): DrbdResource {
  const nine = random.chance(0.5)
  const names = nine ? ['alpha', 'beta', 'gamma'].slice(0, 2 + random.below(2)) : ['alpha', 'beta']
  const links = nine ? 1 + random.below(3) : 1
  return {
    name: 'r0',
    hosts: names.map((name, index) => ({
      name,
      ...(nine && { id: index }),
      volumes: Array.from({ length: 1 + random.below(2) }, (_, number) => ({
        number,
        minor: 10 * index + number,
        ...(!(nine && random.chance(0.3)) && { disk: `/dev/vg0/r0-${number}` }),
      })),
    })),
    paths: Array.from({ length: links }, (_, link) =>
      names.map((host, index) => ({
        host,
        address: random.chance(0.5) ? `10.0.${link}.${index}` : `fd00:${link}::${index}`,
        port: 7789,
      })),
    ),
    net: options(random, ['protocol', 'fencing', 'ping-int']),
    disk: options(random, ['on-io-error', 'fencing']),
    options: options(random, ['quorum']),
    handlers: options(random, ['fence-peer']),
  }
}

describe('print and parse', () => {
  test('a tree of statements comes back as it was', () => {
    const random = prng(21)
    for (let run = 0; run < 500; run += 1) {
      const tree = Array.from({ length: random.below(4) }, () => statement(random, 3))
      assert.deepEqual(parseStatements(printStatements(tree), 'f'), { value: tree, problems: [] })
    }
  })
  test('a resource of either release comes back as it was', () => {
    const random = prng(22)
    for (let run = 0; run < 300; run += 1) {
      const one = resource(random)
      assert.deepEqual(parse(print(one), 'f'), { value: [one], problems: [] })
    }
  })
})

describe('files of other hands', () => {
  test('comments, includes, several resources, a device without its minor', () => {
    const text = `# by hand
include "drbd.d/global_common.conf";
resource r0 { # first
  on a { device /dev/drbd3; disk /dev/sdb; volume 0 { device minor 4; disk none; } address 10.0.0.1:7788; }
}
resource "r1" { net { allow-two-primaries; } }
`
    const { value, problems } = parse(text, 'f')
    assert.deepEqual(problems, [])
    assert.deepEqual(
      value?.map(({ name }) => name),
      ['r0', 'r1'],
    )
    assert.deepEqual(value?.[0]?.hosts[0]?.volumes, [{ number: 0, minor: 4 }])
    assert.deepEqual(value?.[0]?.paths, [[{ host: 'a', address: '10.0.0.1', port: 7788 }]])
    assert.deepEqual(value?.[1]?.net, { 'allow-two-primaries': '' })
  })
  test('what is wrong is told with its line', () => {
    const lines = (text: string) => parse(text, 'f').problems.map(({ at, message }) => `${at?.line}: ${message}`)
    assert.deepEqual(lines('resource r0 {\n'), ['1: `resource r0 {` is not closed'])
    assert.deepEqual(lines('}\n'), ['1: this `}` closes nothing'])
    assert.deepEqual(lines('resource r0 {\n protocol C\n}\n'), ['3: a `;` is missing after `protocol C`'])
    assert.deepEqual(lines('resource r0 { on a { volume x { device minor 1; } } }'), [
      '1: `volume` is not a number: `x`',
    ])
  })
  test('mutated files never throw', () => {
    const random = prng(23)
    for (let run = 0; run < 500; run += 1) {
      const text = print(resource(random))
      const at = random.below(text.length)
      assert.doesNotThrow(() =>
        parse(text.slice(0, at) + random.pick(['{', '}', ';', '"', '\n', '#']) + text.slice(at + random.below(9)), 'f'),
      )
    }
  })
})
