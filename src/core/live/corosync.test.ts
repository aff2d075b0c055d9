// With a witness: as corosync-quorumtool 3.1.7 wrote it beside a real qnetd, before and after qnetd was killed.
// Without one: see snapshots.test.ts, which reads what real machines said.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeName } from '../base/units.ts'
import { parseLinks, parseQuorum } from './corosync.ts'

const alpha = nodeName('alpha')
const beta = nodeName('beta')

const withWitness = (flags: string, votes: number, remark = ''): string => `Quorum information
------------------
Quorum provider:  corosync_votequorum
Nodes:            2
Node ID:          1
Quorate:          Yes

Votequorum information
----------------------
Expected votes:   3
Highest expected: 3
Total votes:      ${2 + votes}
Quorum:           2
Flags:            Quorate Qdevice

Membership information
----------------------
    Nodeid      Votes    Qdevice Name
         1          1    ${flags} alpha (local)
         2          1   ${flags} beta
         0          ${votes}            Qdevice${remark}
`

test('a witness that votes, and one that is not reached', () => {
  assert.deepEqual(parseQuorum(withWitness('A,V,NMW', 1), alpha), {
    node: alpha,
    quorate: true,
    votes: 3,
    expected: 3,
    members: [alpha, beta],
    waitForAll: false,
    witness: 'voting',
  })
  assert.equal(parseQuorum(withWitness('A,NV,NMW', 0, ' (votes 1)'), alpha)?.witness, 'not-voting')
})

test('a node whose own qdevice does not run is a member without a word about the witness', () => {
  const text = withWitness('A,V,NMW', 1).replace('A,V,NMW beta', '     NR beta')
  assert.deepEqual(parseQuorum(text, alpha)?.members, [alpha, beta])
})

test('Corosync that does not run has no quorum to tell', () => {
  assert.equal(parseQuorum('', alpha), undefined)
})

test('links as releases before 3.1 wrote them', () => {
  const nodes = [
    { id: 1, name: alpha, addresses: [] },
    { id: 2, name: beta, addresses: [] },
  ]
  const text = `Printing link status.
Local node ID 1
LINK ID 0
	addr	= 10.1.1.1
	status:
		nodeid  1:	link enabled:1	link connected:1
		nodeid  2:	link enabled:1	link connected:0
`
  assert.deepEqual(parseLinks(text, alpha, nodes), [{ from: alpha, to: beta, link: 0, up: false }])
})
