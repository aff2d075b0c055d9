// Packet filters as real nft 1.0.6 and iptables 1.8.9 listed them (testdata/firewall), and what is made of each firewall.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { found } from '../base/assert.ts'
import { bytes, instant, milliseconds, nodeName } from '../base/units.ts'
import type { Opening } from '../compile/artifacts.ts'
import { mergeUfw } from '../compile/firewall.ts'
import { readFirewall } from '../live/firewall/read.ts'
import type { FirewallFact, Ruleset } from '../live/firewall/types.ts'
import type { FileFact, HostFacts, UnitFact } from '../live/host.ts'
import { closedFirewall, firewallFilesFor } from './firewall.ts'
import { closedBy, type Packet } from './firewall-verdict.ts'
import { troubleText } from './trouble-text.ts'

const listed = (name: string): string => readFileSync(join(import.meta.dirname, 'testdata/firewall', name), 'utf8')
const unit = (active: string): UnitFact => ({ load: 'loaded', enabled: 'enabled', active })
const file = (content: string): FileFact => ({
  kind: 'file',
  mode: 0o640,
  owner: 'root:root',
  size: bytes(content.length),
  sha256: '',
  content,
})
const nothing = { units: new Map<string, UnitFact>(), files: new Map<string, FileFact>(), nft: '', four: '', six: '' }

const rulesIn = (fact: FirewallFact): Ruleset => {
  assert('rules' in fact)
  return fact.rules
}
const nft = readFirewall({ ...nothing, nft: listed('nft.json') })
const iptables = readFirewall({ ...nothing, nft: listed('nft-of-iptables.json'), four: listed('iptables-save.txt') })

const packet = (protocol: 'tcp' | 'udp', port: number, source: string, name: string): Packet => ({
  protocol,
  port,
  source,
  family: 'ip',
  interface: name,
})

test('which firewall is active', () => {
  assert.equal(readFirewall(nothing).kind, 'none')
  assert.equal(readFirewall({ ...nothing, units: new Map([['firewalld.service', unit('active')]]) }).kind, 'firewalld')
  const units = new Map([['ufw.service', unit('active')]])
  const conf = (text: string) => ({ ...nothing, units, files: new Map([['/etc/ufw/ufw.conf', file(text)]]) })
  assert.equal(readFirewall(conf('ENABLED=yes\nLOGLEVEL=low\n')).kind, 'ufw')
  assert.equal(readFirewall(conf('ENABLED=no\n')).kind, 'none')
  // As `ufw enable` leaves it (ufw 0.36.2, Debian 12): its rules are loaded, its unit is not begun before the next boot.
  const four = '*filter\n:INPUT DROP [0:0]\n:ufw-before-input - [0:0]\n-A INPUT -j ufw-before-input\nCOMMIT\n'
  const enabled = { ...conf('ENABLED=yes\n'), units: new Map([['ufw.service', unit('inactive')]]) }
  assert.equal(readFirewall({ ...enabled, four }).kind, 'ufw')
  assert.equal(readFirewall(enabled).kind, 'none')
  assert.equal(nft.kind, 'nftables')
  assert.equal(iptables.kind, 'iptables')
  // Docker's rules drop what is forwarded, not what comes in.
  const forward =
    '{"nftables":[{"chain":{"family":"ip","table":"f","name":"FORWARD","hook":"forward","type":"filter","policy":"drop"}}]}'
  assert.equal(readFirewall({ ...nothing, nft: forward }).kind, 'none')
})

test('what rules of nftables let in', () => {
  const answer = (one: Packet) => closedBy(rulesIn(nft), one).answer
  assert.equal(answer(packet('udp', 5405, '10.10.1.2', 'eth1')), 'open')
  assert.equal(answer(packet('udp', 5405, '10.10.3.2', 'eth1')), 'closed')
  assert.equal(answer(packet('udp', 5406, '10.10.1.2', 'eth1')), 'closed')
  assert.equal(answer(packet('tcp', 7789, '10.10.2.2', 'eth2')), 'open')
  assert.equal(answer(packet('tcp', 7789, '10.10.2.2', 'eth0')), 'closed')
  assert.equal(answer(packet('tcp', 80, '192.0.2.1', 'eth0')), 'open')
  assert.equal(answer(packet('tcp', 9999, '192.0.2.1', 'eth0')), 'unknown')
  assert.deepEqual(
    closedBy(rulesIn(nft), packet('tcp', 1, '10.10.1.2', 'eth0')).at.map(input => input.name),
    ['inet filter input'],
  )
})

test('what rules of iptables let in, also where nft lists them without understanding', () => {
  const answer = (one: Packet) => closedBy(rulesIn(iptables), one).answer
  assert.equal(answer(packet('udp', 5406, '10.10.1.2', 'eth2')), 'open')
  assert.equal(answer(packet('udp', 5407, '10.10.1.2', 'eth2')), 'closed')
  assert.equal(answer(packet('tcp', 443, '10.10.1.2', 'eth0')), 'open')
  assert.equal(answer(packet('tcp', 7789, '10.10.1.2', 'eth2')), 'unknown')
  assert.equal(answer(packet('tcp', 7789, '10.10.1.2', 'eth0')), 'closed')
})

const corosync: Opening = {
  protocol: 'udp',
  port: 5406,
  from: ['10.10.2.2'],
  at: '10.10.2.1',
  who: 'nodes',
  why: 'Corosync link 1',
}
const clients: Opening = { protocol: 'tcp', port: 5432, from: [], who: 'clients', why: 'clients of db' }
const six: Opening = { ...corosync, port: 5407, from: ['fd00::2'], at: 'fd00::1', why: 'Corosync link 2' }

const host = (firewall: FirewallFact, files: ReadonlyMap<string, FileFact> = new Map()): HostFacts => ({
  node: nodeName('alpha'),
  at: instant(0),
  os: { id: 'debian', version: 13, prettyName: 'Debian' },
  packages: new Map(),
  engines: {},
  files,
  units: new Map(),
  blockDevices: [],
  lvm: [],
  interfaces: [{ name: 'eth2', up: true, addresses: ['10.10.2.1/24'] }],
  clock: { offset: milliseconds(0), uncertainty: milliseconds(5), services: ['chrony'] },
  listening: [],
  users: new Map(),
  programs: new Set(),
  free: new Map(),
  firewall,
  unseen: new Map(),
})

test('rules written by hand are told what they lack, with the lines to type', () => {
  const [trouble] = closedFirewall([corosync], host(nft))
  assert(trouble?.kind === 'firewall-closed' && trouble.certain)
  assert.deepEqual(trouble.lines, [
    `nft insert rule inet filter input ip saddr { 10.10.2.2 } udp dport 5406 accept comment '"Corosync link 1"'`,
  ])
  const [other] = closedFirewall([corosync], host(iptables))
  assert(other?.kind === 'firewall-closed')
  assert.deepEqual(other.lines, ['iptables -I INPUT -s 10.10.2.2 -p udp --dport 5406 -j ACCEPT'])
  const text = troubleText(other)
  assert.match(text.message, /^alpha: .*keep out.*udp 5406 from 10\.10\.2\.2/)
  assert.match(text.wayOut, /iptables -I INPUT -s 10\.10\.2\.2/)
})

test('what is open already is not told, and what cannot be known only where nodes need it', () => {
  const open = { ...corosync, port: 5405, from: ['10.10.1.2'] }
  assert.deepEqual(closedFirewall([open], host(nft)), [])
  assert.deepEqual(closedFirewall([{ ...clients, port: 9999 }], host(nft)), [])
  const [maybe] = closedFirewall([{ ...corosync, protocol: 'tcp', port: 9999 }], host(nft))
  assert(maybe?.kind === 'firewall-closed' && !maybe.certain)
  const [shut] = closedFirewall([clients], host(nft))
  assert(shut?.kind === 'firewall-closed' && !shut.certain)
})

test('no firewall, no files', () => assert.deepEqual(firewallFilesFor([corosync], host({ kind: 'none' })), []))

test('firewalld gets a policy of our own', () => {
  const [policy, ...more] = firewallFilesFor([corosync, six, clients], host({ kind: 'firewalld' }))
  assert.deepEqual(more, [])
  assert.deepEqual(policy?.then, ['firewalld-reload'])
  assert.match(policy?.content ?? '', /<rule family="ipv6">\n {4}<source address="fd00::2"\/>/)
  assert.match(policy?.content ?? '', /\n {2}<port port="5432" protocol="tcp"\/>\n/)
})

test('ufw gets a block in each family’s file, which is replaced and taken back whole', () => {
  const before = '*filter\n:ufw-before-input - [0:0]\n-A ufw-before-input -i lo -j ACCEPT\n# the end\nCOMMIT\n'
  const there = new Map([
    ['/etc/ufw/before.rules', file(before)],
    ['/etc/ufw/before6.rules', file(before)],
  ])
  const [four, sixth] = firewallFilesFor([corosync, six, clients], host({ kind: 'ufw' }, there))
  const merged = mergeUfw(before, found(four, 'a file').content)
  assert.equal(
    merged,
    before.replace(
      'COMMIT',
      `# Holdfast: what the cluster needs
# Corosync link 1
-A ufw-before-input -s 10.10.2.2 -p udp --dport 5406 -j ACCEPT
# clients of db
-A ufw-before-input -p tcp --dport 5432 -j ACCEPT
# Holdfast: end
COMMIT`,
    ),
  )
  assert.match(found(sixth, 'a file').content, /-A ufw6-before-input -s fd00::2 -p udp --dport 5407/)
  assert.equal(mergeUfw(merged, found(four, 'a file').content), merged)
  assert.equal(mergeUfw(merged, ''), before)
})
