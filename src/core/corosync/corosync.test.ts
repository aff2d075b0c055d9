import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Prng, prng } from '../base/prng.ts'
import { milliseconds } from '../base/units.ts'
import { parse, parseSections } from './parse.ts'
import { print, printSections } from './print.ts'
import type { CorosyncConfig, Entry, Section } from './types.ts'

const word = (random: Prng): string => random.pick(['a', 'token', 'ring0_addr', 'x.y', 'n1'])
const value = (random: Prng): string => random.pick(['', '1', 'yes', '10.1.1.1', 'fd00::1', 'a b c', '{', '/var/log/x'])
const item = (random: Prng, depth: number): Entry | Section =>
  depth > 0 && random.chance(0.4)
    ? {
        kind: 'section',
        name: word(random),
        children: Array.from({ length: random.below(4) }, () => item(random, depth - 1)),
      }
    : { kind: 'entry', key: word(random), value: value(random) }

const config = (random: Prng): CorosyncConfig => {
  const twoNode = random.chance(0.5)
  const device = {
    host: 'w.example.net',
    algorithm: random.pick(['ffsplit', 'lms'] as const),
    votes: 1 + random.below(3),
  }
  return {
    clusterName: word(random),
    transport: random.pick(['knet', 'udpu', 'udp'] as const),
    cryptoCipher: 'aes256',
    cryptoHash: 'sha256',
    token: milliseconds(1 + random.below(30_000)),
    consensus: milliseconds(1 + random.below(30_000)),
    nodes: Array.from({ length: random.below(5) }, (_, index) => ({
      name: `n${index}`,
      id: index + 1,
      links: Array.from({ length: 1 + random.below(3) }, (_unused, link) => `10.${link}.0.${index + 1}`),
      votes: random.below(3),
    })),
    quorum: {
      twoNode,
      waitForAll: twoNode || random.chance(0.5),
      autoTieBreaker: random.chance(0.3),
      lastManStanding: random.chance(0.3),
      ...(random.chance(0.5) && { device }),
    },
  }
}

describe('print and parse', () => {
  test('a tree comes back as it was', () => {
    const random = prng(11)
    for (let run = 0; run < 500; run += 1) {
      const tree = Array.from({ length: random.below(4) }, () => item(random, 3))
      assert.deepEqual(parseSections(printSections(tree), 'f'), { value: tree, problems: [] })
    }
  })
  test('a configuration comes back as it was', () => {
    const random = prng(12)
    for (let run = 0; run < 300; run += 1) {
      const one = config(random)
      assert.deepEqual(parse(print(one), 'f'), { value: one, problems: [] })
    }
  })
})

describe('files of other hands', () => {
  test('defaults, comments and odd spacing', () => {
    const text =
      '# by hand\ntotem{\n version : 2\n\ttoken:  10000 \n}\nnodelist {\n node {\n  ring0_addr: a\n nodeid: 1\n}\n}\nquorum {\n two_node: 1\n}\n'
    const { value: read, problems } = parse(text, 'f')
    assert.deepEqual(problems, [])
    assert.equal(read?.token, 10_000)
    assert.equal(read?.consensus, 12_000)
    assert.deepEqual(read?.nodes, [{ name: 'a', id: 1, links: ['a'], votes: 1 }])
    assert.equal(read?.quorum.waitForAll, true)
  })
  test('two_node without wait_for_all, in so many words', () => {
    assert.equal(parse('quorum {\n two_node: 1\n wait_for_all: 0\n}\n', 'f').value?.quorum.waitForAll, false)
  })
  test('what is wrong is told with its line', () => {
    const lines = (text: string) => parse(text, 'f').problems.map(({ at, message }) => `${at?.line}: ${message}`)
    assert.deepEqual(lines('totem {\n}\n}\n'), ['3: this `}` closes nothing'])
    assert.deepEqual(lines('\ntotem {\n'), ['2: section `totem` is not closed'])
    assert.deepEqual(lines('totem\n'), ['1: expected `key: value`, `name {` or `}`, found `totem`'])
    assert.equal(lines('totem {\n token: soon\n}\n').length, 1)
  })
  test('mutated files never throw', () => {
    const random = prng(13)
    for (let run = 0; run < 500; run += 1) {
      const text = print(config(random))
      const at = random.below(text.length)
      assert.doesNotThrow(() =>
        parse(text.slice(0, at) + random.pick(['{', '}', ':', '\n', 'x', '#']) + text.slice(at + random.below(9)), 'f'),
      )
    }
  })
})
