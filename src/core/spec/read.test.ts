// Every problem that a cluster file can have, as a user sees it. The golden text is testdata/problems.txt; `REWRITE=1`
// writes it anew. Each case is one change to the same small file, so that its problems are those of the change.
import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { found } from '../base/assert.ts'
import { hasErrors } from '../base/result.ts'
import { readCluster } from './read.ts'
import { renderProblems } from './render.ts'

const base = `cluster: shop
nodes:
  alpha:
    management: root@192.0.2.1
    links: [10.10.1.1, 10.10.2.1]
    fence: { agent: fence_apc, ip: 10.10.9.9, plug: 1, password: { file: secrets/pdu } }
  beta:
    management: root@192.0.2.2
    links: [10.10.1.2, 10.10.2.2]
    fence: { agent: fence_apc, ip: 10.10.9.9, plug: 2, password: { file: secrets/pdu } }
volumes:
  pgdata: { size: 8 GiB, volume-group: vg0 }
services:
  db:
    blueprint: postgresql
    volumes: [pgdata]
    addresses: [10.10.1.100/24]
    prefer: alpha
    budget: 60 s
`
type Change = readonly [from: string, to: string]
const more = (text: string): Change => ['    budget: 60 s\n', `    budget: 60 s\n${text}`]
const gamma = `  gamma:
    management: root@192.0.2.3
    links: [10.10.1.3, 10.10.2.3]
    fence: { agent: fence_apc, ip: 10.10.9.9, plug: 3, password: { file: secrets/pdu } }
`
const delta = gamma.replaceAll('gamma', 'delta').replaceAll('.3', '.4').replace('plug: 3', 'plug: 4')
const third: Change = ['volumes:\n', `${gamma}volumes:\n`]
const fourth: Change = ['volumes:\n', `${gamma}${delta}volumes:\n`]
const crowd: Change = [
  'volumes:\n',
  `${Array.from({ length: 15 }, (_, i) =>
    gamma
      .replaceAll('gamma', `n${i}`)
      .replaceAll('.3', `.${i + 20}`)
      .replace('plug: 3', `plug: ${i + 20}`),
  ).join('')}volumes:\n`,
]
const web = '  web: { blueprint: haproxy, addresses: [10.10.1.101/24] }\n'

const cases: Readonly<Record<string, readonly Change[]>> = {
  'nothing wrong': [],
  'not YAML': [['[10.10.1.1, 10.10.2.1]', '[10.10.1.1, 10.10.2.1']],
  'a tab': [['    links: [10.10.1.1', '\tlinks: [10.10.1.1']],
  'a key twice': [['cluster: shop\n', 'cluster: shop\ncluster: store\n']],
  'two documents': [['cluster: shop\n', 'cluster: shop\n---\n']],
  aliases: [
    ['10.10.9.9, plug: 1, password: {', '10.10.9.9, plug: 1, password: &pdu {'],
    ['plug: 2, password: { file: secrets/pdu }', 'plug: 2, password: *pdu'],
  ],
  empty: [[base, '# nothing yet\n']],
  'a list instead of keys': [[base, '- shop\n']],
  'unknown keys everywhere': [
    ['cluster: shop', 'clutser: shop'],
    ['    links: [10.10.1.2', '    link: [10.10.1.2'],
    ['size: 8 GiB', 'sise: 8 GiB'],
    ['    prefer: alpha', '    prefers: alpha'],
  ],
  'wrong kinds': [
    ['[10.10.1.1, 10.10.2.1]', '10.10.1.1'],
    ['volumes: [pgdata]', 'volumes: pgdata'],
    ['blueprint: postgresql', 'blueprint: postgres'],
    ['    prefer: alpha', '    prefer: [alpha]\n    parameters: { version: "17" }'],
  ],
  'quantities without a unit, and with a wrong one': [
    ['size: 8 GiB', 'size: 8'],
    ['budget: 60 s', 'budget: 60 sec'],
  ],
  'words that are not among the choices': [
    ['volume-group: vg0', 'volume-group: vg0, protocol: D, filesystem: btrfs'],
    ['cluster: shop', 'cluster: shop\ntiming: lan-fats\nquorum: twonode\nfencing: off'],
  ],
  'no blueprint': [['    blueprint: postgresql\n', '']],
  'unknown parameter': [['    prefer: alpha', '    prefer: alpha\n    parameters: { prot: 5433 }']],
  'names that cannot be': [
    ['cluster: shop', 'cluster: Shop Ltd'],
    ['  alpha:\n', '  Alpha_1:\n'],
    ['  db:\n', '  -db:\n'],
  ],
  'reserved names': [
    ['  beta:\n', '  localhost:\n'],
    ['  db:\n', '  fence-db:\n'],
    ['  pgdata:', '  pg-fs:'],
    ['volumes: [pgdata]', 'volumes: [pg-fs]'],
  ],
  'one name for two things': [
    ['  pgdata:', '  db:'],
    ['volumes: [pgdata]', 'volumes: [db]'],
  ],
  'two names that lead to one id': [
    [
      '  pgdata: { size: 8 GiB, volume-group: vg0 }',
      '  a: { volume-group: vg0, parts: { b: { size: 1 GiB } } }\n  a-b: { size: 1 GiB, device: /dev/sdc }',
    ],
    ['volumes: [pgdata]', 'volumes: [a, a-b]'],
  ],
  'one node': [[base.slice(base.indexOf('  beta:'), base.indexOf('volumes:')), '']],
  'seventeen nodes': [crowd],
  'one machine twice': [['root@192.0.2.2', 'root@192.0.2.1']],
  'addresses that cannot be': [
    ['[10.10.1.1, 10.10.2.1]', '[alpha-link0, 127.0.0.1]'],
    ['[10.10.1.2, 10.10.2.2]', '[10.10.1.256, 224.0.0.1]'],
    ['10.10.1.100/24', '10.10.1.100/33'],
  ],
  'an address twice': [['[10.10.1.2, 10.10.2.2]', '[10.10.1.1, 10.10.2.2]']],
  'one link': [
    ['[10.10.1.1, 10.10.2.1]', '[10.10.1.1]'],
    ['[10.10.1.2, 10.10.2.2]', '[10.10.1.2]'],
  ],
  'uneven links': [['[10.10.1.2, 10.10.2.2]', '[10.10.1.2]']],
  'links in one network': [
    ['10.10.2.1', '10.10.1.11'],
    ['10.10.2.2', '10.10.1.12'],
  ],
  'IPv4 here, IPv6 there': [['10.10.2.2', 'fd00::2']],
  'no fencing': [[base.slice(base.indexOf('    fence:'), base.indexOf('  beta:')), '']],
  'fencing: none': [['cluster: shop', 'cluster: shop\nfencing: { none: no device has been delivered yet }']],
  'fencing: none without a reason': [['cluster: shop', 'cluster: shop\nfencing: none']],
  'only a board': [['agent: fence_apc, ip: 10.10.9.9, plug: 1', 'agent: fence_redfish, ip: 10.10.9.1']],
  'fencing over ssh': [['agent: fence_apc, ip: 10.10.9.9, plug: 1', 'agent: fence_ssh, plug: 1']],
  'a password in the file': [
    ['plug: 1, password: { file: secrets/pdu }', 'plug: 1, password: hunter2 }'.replace(' }', '')],
  ],
  'a secret in a form that is none': [
    ['plug: 1, password: { file: secrets/pdu }', 'plug: 1, password: { fiel: secrets/pdu }'],
  ],
  'a secret that must stand in the CIB': [
    ['fence_apc, ip: 10.10.9.9, plug: 1, password', 'fence_apc_snmp, ip: 10.10.9.9, plug: 1, community'],
  ],
  "Holdfast's own parameters, and no parameters": [['plug: 1,', 'plug: 1, pcmk_host_list: alpha, Bad Name: x,']],
  'slips in a fence device': [
    ['plug: 1, password', 'plugg: 1, usrname: x, frob: 2, password'],
    ['agent: fence_apc, ip: 10.10.9.9, plug: 2', 'agent: fence_redfsh, plug: 2'],
  ],
  'a device without its address': [['ip: 10.10.9.9, plug: 1', 'plug: 1']],
  'the device is the node': [['10.10.9.9, plug: 1', '10.10.1.1, plug: 1']],
  'one outlet for two nodes': [['plug: 2', 'plug: 1']],
  'unknown volume, node and service': [
    ['volumes: [pgdata]', 'volumes: [pgdate]'],
    ['prefer: alpha', 'prefer: alpah\n    after: [web]'],
  ],
  'depends on itself, and twice': [
    ['prefer: alpha', 'prefer: alpha\n    with: [db]\n    after: [web, web]'],
    more(web),
  ],
  'a circle': [['prefer: alpha', 'prefer: alpha\n    after: [web]'], more(web.replace(' }', ', after: [db] }'))],
  'one volume for two services': [
    more('  db2: { blueprint: postgresql, volumes: [pgdata], parameters: { port: 5433 } }\n'),
  ],
  'one port for two services': [
    ['  pgdata:', '  other: { size: 8 GiB, volume-group: vg0 }\n  pgdata:'],
    more('  db2: { blueprint: postgresql, volumes: [other], addresses: [10.10.1.102/24] }\n'),
  ],
  'one port for two volumes': [
    [
      '  pgdata: { size: 8 GiB,',
      '  other: { size: 8 GiB, volume-group: vg0, port: 7790 }\n  pgdata: { size: 8 GiB, port: 7790,',
    ],
  ],
  'no service at all': [[base.slice(base.indexOf('services:')), '']],
  'preferences that disagree': [
    third,
    ['prefer: alpha', 'prefer: alpha\n    with: [web]'],
    more(web.replace(' }', ', prefer: beta }')),
  ],
  'a preference for a node without data': [third, ['prefer: alpha', 'prefer: gamma']],
  'nowhere to go': [
    third,
    [
      '  pgdata: { size: 8 GiB,',
      '  wal: { size: 1 GiB, volume-group: vg0, nodes: [beta, gamma] }\n  pgdata: { size: 8 GiB, nodes: [alpha, beta],',
    ],
    ['volumes: [pgdata]', 'volumes: [pgdata, wal]'],
  ],
  'nowhere to be together': [
    fourth,
    [
      '  pgdata: { size: 8 GiB,',
      '  other: { size: 1 GiB, volume-group: vg0, nodes: [gamma, delta] }\n  pgdata: { size: 8 GiB,',
    ],
    ['prefer: alpha', 'with: [db2]'],
    more(
      '  db2: { blueprint: postgresql, volumes: [other], addresses: [10.10.1.102/24], parameters: { port: 5433 } }\n',
    ),
  ],
  'a budget that detection alone eats': [['budget: 60 s', 'budget: 5 s']],
  'replicas that cannot be': [['size: 8 GiB,', 'size: 8 GiB, nodes: [alpha, alpha, betta],']],
  'one replica': [['size: 8 GiB,', 'size: 8 GiB, nodes: [alpha],']],
  'protocols that lose writes': [
    ['size: 8 GiB,', 'size: 8 GiB, protocol: A,'],
    ['  pgdata:', '  other: { size: 1 GiB, volume-group: vg0, protocol: B }\n  pgdata:'],
  ],
  'places that belong to the system, or are none': [
    ['size: 8 GiB, volume-group: vg0', 'size: 8 MiB, device: /srv/disk, mount: /etc/pg'],
    [
      '  pgdata:',
      '  other: { size: 1 GiB, device: /dev/drbd1, mount: /srv/../etc }\n  third: { size: 2048 TiB, device: /dev/sdx, mount: /, erase-existing: true }\n  pgdata:',
    ],
  ],
  'one place for two volumes': [
    [
      '  pgdata: { size: 8 GiB, volume-group: vg0',
      '  other: { size: 1 GiB, device: /dev/sdb, mount: /srv/pg }\n  wal: { size: 1 GiB, device: /dev/sdc, mount: /srv/pg/wal }\n  pgdata: { size: 8 GiB, device: /dev/sdb, mount: /srv/pg',
    ],
  ],
  'parts and a whole at once': [
    [
      'size: 8 GiB, volume-group: vg0',
      'size: 8 GiB, parts: { data: { size: 8 GiB, device: /dev/sdb }, wal: { size: 1 GiB } }',
    ],
  ],
  'two backings, no size, no parts': [
    ['size: 8 GiB, volume-group: vg0', 'size: 8 GiB, volume-group: vg0, device: /dev/sdb'],
    ['  pgdata:', '  other: { volume-group: vg0 }\n  third: { volume-group: vg0, parts: {} }\n  pgdata:'],
  ],
  'WAL apart from its data': [
    ['  pgdata:', '  wal: { size: 1 GiB, volume-group: vg0 }\n  pgdata:'],
    ['volumes: [pgdata]', 'volumes: [pgdata, wal]'],
  ],
  'PostgreSQL without a volume or an address': [['    volumes: [pgdata]\n    addresses: [10.10.1.100/24]\n', '']],
  'PostgreSQL without an address': [['    addresses: [10.10.1.100/24]\n', '']],
  'a network that is none': [['prefer: alpha', 'prefer: alpha\n    parameters: { allow: [10.0.0.0/8, everybody] }']],
  'HAProxy with a volume': [['blueprint: postgresql', 'blueprint: haproxy']],
  'two HAProxy': [more(`${web}${web.replaceAll('web', 'web2').replace('.101', '.102')}`)],
  "a service's address that is a node's, or no machine's": [
    ['[10.10.1.100/24]', '[10.10.1.1/24, 10.10.1.255/24, 127.0.0.1/8]'],
  ],
  'one address for two services, and one off the links': [
    more('  web: { blueprint: haproxy, addresses: [10.10.1.100/24, 172.16.0.1/16] }\n'),
  ],
  'an address that prefers a node that is not there': [
    ['[10.10.1.100/24]', '[{ address: 10.10.1.100/24, prefer: bta }]'],
  ],
  'two-node quorum for three': [third, ['cluster: shop', 'cluster: shop\nquorum: two-node']],
  'a majority of two': [['cluster: shop', 'cluster: shop\nquorum: majority']],
  'an even number': [fourth],
  'a witness inside': [['cluster: shop', 'cluster: shop\nquorum: { witness: 192.0.2.2 }']],
  'a witness for three': [third, ['cluster: shop', 'cluster: shop\nquorum: { witness: witness.example.net }']],
  'lan-fast': [['cluster: shop', 'cluster: shop\ntiming: lan-fast']],
  'form and sense at once': [
    ['    links: [10.10.1.2, 10.10.2.2]', '    links: [10.10.1.1, 10.10.2.2]\n    colour: blue'],
    ['size: 8 GiB,', 'sise: 8 GiB, protocol: B,'],
    ['prefer: alpha', 'prefer: gamma'],
  ],
}

function changed(changes: readonly Change[]): string {
  return changes.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `the case changes what is not there: ${from}`)
    return text.replace(from, () => to)
  }, base)
}

const golden = join(import.meta.dirname, 'testdata/problems.txt')
const rendered = Object.entries(cases).map(([name, changes]) => {
  const source = changed(changes)
  const { problems, value } = readCluster(source, 'cluster.yaml')
  assert.equal(value === undefined, hasErrors(problems), name)
  return { name, problems, text: `##### ${name}\n${renderProblems(problems, source)}` }
})

test('what a user sees', () => {
  const text = rendered.map(({ text: one }) => one).join('\n')
  if (process.env['REWRITE'] === '1') writeFileSync(golden, text)
  assert.equal(text, readFileSync(golden, 'utf8'))
})

test('the untouched file has no problem, and every other case has one', () => {
  const quiet = rendered.filter(({ problems }) => problems.length === 0).map(({ name }) => name)
  assert.deepEqual(quiet, ['nothing wrong'])
})

test('every rule of the source is seen in some case', () => {
  const sources = ['../model/checks/*.ts', '../blueprints/*.ts', './*.ts'].flatMap(pattern =>
    globSync(join(import.meta.dirname, pattern)),
  )
  const codes = sources
    .filter(file => !file.endsWith('.test.ts'))
    .flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/(?:\berror\(|\bwarning\(|\bproblem\(|code: )\s*'([a-z-]+)'/g)].map(
        match => match[1] ?? '',
      ),
    )
  const seen = new Set(rendered.flatMap(({ problems }) => problems.map(({ code }) => code)))
  assert.deepEqual(
    [...new Set(codes)].filter(code => !seen.has(code)),
    [],
  )
})

describe('places', () => {
  test('every problem of a file that is not empty stands on one of its lines', () => {
    for (const [name, changes] of Object.entries(cases)) {
      const source = changed(changes)
      for (const { at } of readCluster(source, 'f').problems) {
        const line = source.split('\n')[found(at, name).line - 1]
        assert.ok(line !== undefined && found(at, name).column <= line.length + 1, name)
      }
    }
  })
  test('a tab and a colour change nothing of the columns', () => {
    const at = { file: 'f', line: 1, column: 6, endLine: 1, endColumn: 9 }
    const text = renderProblems([{ severity: 'error', code: 'x', message: 'm', at }], 'a:\t  bcd')
    assert.match(text, /\| a: {3}bcd\n {2}\| {6}\^\^\^\n/)
  })
  test('a password in the file is not shown, whatever is wrong beside it', () => {
    const source = 'nodes: { a: { fence: { password: hunter2, plug: 1 } } }\npasswd: "x y"\n'
    const text = renderProblems(readCluster(source, 'f').problems, source)
    assert.doesNotMatch(text, /hunter2|x y/)
  })
})
