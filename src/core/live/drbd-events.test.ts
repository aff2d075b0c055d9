// DRBD 8.4.11's words are as a real machine wrote them. DRBD 9's are as its manual describes them (drbdsetup-9.0(8),
// "events2"): no machine with DRBD 9 has been asked yet.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeName } from '../base/units.ts'
import { parseDrbdEvents, parsePeerAddresses } from './drbd-events.ts'

const alpha = nodeName('alpha')
const beta = nodeName('beta')

const old = `exists resource name:pgdata role:Primary suspended:no write-ordering:flush
exists connection name:pgdata peer-node-id:0 conn-name:peer connection:Connected role:Secondary congested:no
exists device name:pgdata volume:0 minor:0 disk:UpToDate size:8392408 read:3521 written:177848 al-writes:52 bm-writes:0 upper-pending:0 lower-pending:0 al-suspended:no blocked:no
exists peer-device name:pgdata peer-node-id:0 conn-name:peer volume:0 replication:Established peer-disk:UpToDate resync-suspended:no received:0 sent:46536 out-of-sync:0 pending:0 unacked:0
exists -
`

test('8.4: the one peer is who the caller says it is', () => {
  const replicas = parseDrbdEvents(old, alpha, () => beta)
  assert.deepEqual(replicas, {
    ok: true,
    value: [
      {
        node: alpha,
        resource: 'pgdata',
        volume: 0,
        role: 'Primary',
        disk: 'UpToDate',
        quorum: true,
        suspended: false,
        peers: [
          {
            node: beta,
            connection: 'Connected',
            role: 'Secondary',
            disk: 'UpToDate',
            replication: 'Established',
            outOfSync: 0,
          },
        ],
      },
    ],
  })
})

test('a peer that nobody can name is told, not guessed', () => {
  const result = parseDrbdEvents(old, alpha, () => undefined)
  assert.deepEqual(result, { ok: false, failure: 'nobody knows which node the connection peer of pgdata leads to' })
})

test('a state that is not known here is told, not guessed', () => {
  const result = parseDrbdEvents(old.replace('disk:UpToDate', 'disk:Shiny'), alpha, () => beta)
  assert.deepEqual(result, { ok: false, failure: 'DRBD tells a disk state that is not known here: Shiny' })
})

const nine = `exists resource name:pgdata role:Secondary suspended:fencing may_promote:no promotion_score:0
exists connection name:pgdata peer-node-id:1 conn-name:beta connection:Connected role:Primary
exists connection name:pgdata peer-node-id:2 conn-name:gamma connection:Connecting role:Unknown
exists device name:pgdata volume:0 minor:0 backing_dev:/dev/vg0/data disk:Inconsistent client:no quorum:yes size:8388316 blocked:no
exists device name:pgdata volume:1 minor:1 backing_dev:/dev/vg0/wal disk:UpToDate client:no quorum:no size:1048508 blocked:no
exists peer-device name:pgdata peer-node-id:1 conn-name:beta volume:0 replication:SyncTarget peer-disk:UpToDate peer-client:no resync-suspended:no received:100 sent:0 out-of-sync:4194304 pending:0 unacked:0 done:50.00
exists peer-device name:pgdata peer-node-id:1 conn-name:beta volume:1 replication:Established peer-disk:UpToDate peer-client:no resync-suspended:no out-of-sync:0
exists peer-device name:pgdata peer-node-id:2 conn-name:gamma volume:0 replication:Off peer-disk:DUnknown peer-client:no resync-suspended:no out-of-sync:0
exists path name:pgdata peer-node-id:1 conn-name:beta local:ipv4:10.10.2.1:7789 peer:ipv4:10.10.2.2:7789 established:yes
exists -
`

test('9: each volume with each peer by name, syncing, suspended, without quorum', () => {
  const result = parseDrbdEvents(nine, alpha, (_, name) => nodeName(name))
  assert.ok(result.ok)
  const [data, wal] = result.value
  assert.deepEqual(
    [
      data?.disk,
      data?.suspended,
      data?.quorum,
      data?.peers.map(peer => [peer.node, peer.connection, peer.replication]),
    ],
    [
      'Inconsistent',
      true,
      true,
      [
        ['beta', 'Connected', 'SyncTarget'],
        ['gamma', 'Connecting', 'Off'],
      ],
    ],
  )
  assert.equal(data?.peers[0]?.donePercent, 50)
  assert.equal(data?.peers[0]?.outOfSync, 4 * 2 ** 30)
  assert.deepEqual([wal?.volume, wal?.quorum, wal?.peers[1]?.disk], [1, false, 'DUnknown'])
})

test('addresses of peers, from what `drbdsetup show` of 8.4 wrote', () => {
  const text = `resource pgdata {
    _remote_host {
        address			ipv4 10.10.2.2:7789;
    }
    _this_host {
        address			ipv4 10.10.2.1:7789;
    }
}
resource other {
    _remote_host {
        address			ipv6 [fd00::2]:7790;
    }
}
`
  assert.deepEqual(
    [...parsePeerAddresses(text)],
    [
      ['pgdata', '10.10.2.2'],
      ['other', 'fd00::2'],
    ],
  )
})
