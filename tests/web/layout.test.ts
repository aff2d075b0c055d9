// Where the picture puts things, for every situation and for crowded clusters: inside the drawing, nothing on top of
// something else, and the service above the machine that it runs on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Snapshot } from '../../src/core/live/snapshot.ts'
import type { Cluster } from '../../src/core/model/types.ts'
import { picture } from '../../src/core/view/picture.ts'
import { protection } from '../../src/core/view/protection.ts'
import { balancers, pair } from '../../src/core/view/testdata/clusters.ts'
import { situations } from '../../src/core/view/testdata/situations.ts'
import { healthyBalancers, healthyPair } from '../../src/core/view/testdata/snapshots.ts'
import { type Box, type Layout, layout } from '../../src/web/layout.ts'

const drawn = (cluster: Cluster, snapshot: Snapshot, narrow: boolean): Layout =>
  layout(picture({ cluster, snapshot }, protection(cluster, snapshot)), narrow)

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

function check(l: Layout, name: string): void {
  const boxes = [...l.nodes.map(n => n.box), ...l.units.map(u => u.box)]
  for (const [i, a] of boxes.entries()) {
    assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= l.width && a.y + a.height <= l.height, `${name}: outside`)
    for (const b of boxes.slice(i + 1)) assert.ok(!overlap(a, b), `${name}: ${JSON.stringify([a, b])}`)
  }
  for (const n of l.nodes) {
    for (const c of n.copies) assert.ok(overlap(n.box, c.box) && c.box.y + c.box.height <= n.box.y + n.box.height, name)
  }
  for (const unit of l.units) {
    const home = l.nodes.find(n => n.node.name === unit.on)?.box
    if (!home) continue
    const centre = unit.box.x + unit.box.width / 2
    assert.ok(
      centre > home.x && centre < home.x + home.width && unit.box.y < home.y,
      `${name}: ${unit.key} is not above`,
    )
    assert.equal(Math.round(unit.box.y + unit.box.height + unit.stem), Math.round(home.y), name)
  }
  const numbers = [...l.links.map(x => x.line), ...l.replication.map(x => x.line)].flatMap(line => Object.values(line))
  assert.ok(numbers.every(Number.isFinite), name)
}

for (const narrow of [false, true]) {
  test(`every situation, ${narrow ? 'narrow' : 'wide'}`, () => {
    for (const { name, cluster, snapshot } of situations) check(drawn(cluster, snapshot, narrow), name)
  })

  test(`a crowd of services and volumes, ${narrow ? 'narrow' : 'wide'}`, () => {
    const [db] = pair.services
    const [pgdata] = pair.volumes
    assert.ok(db && pgdata)
    const names = ['one', 'two', 'three', 'four']
    const crowded: Cluster = {
      ...pair,
      services: [db, ...names.map(name => ({ ...db, name, volumes: [name] }))],
      volumes: [pgdata, ...names.map(name => ({ ...pgdata, name }))],
    }
    check(drawn(crowded, healthyPair, narrow), 'crowded')
    const [web] = balancers.services
    assert.ok(web)
    const addresses = Array.from({ length: 5 }, (_, i) => ({ address: `10.0.0.${i}`, prefixLength: 24 }))
    check(drawn({ ...balancers, services: [{ ...web, addresses }] }, healthyBalancers, narrow), 'addresses')
  })
}
