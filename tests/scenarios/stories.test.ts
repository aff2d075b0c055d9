// Histories that once violated an oracle, made as small as they got, each with what was wrong: they are told again with
// the same dice, and violate nothing.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { found } from '../../src/core/base/assert.ts'
import { compile } from '../../src/core/compile/compile.ts'
import { platforms } from '../../src/core/compile/platforms.ts'
import { planFrom } from '../../src/core/sim/from-artifacts.ts'
import { prepare, replay } from '../../src/core/sim/histories.ts'
import { incidentsOf, plannedIncidents, type Timed } from '../../src/core/sim/incidents.ts'
import type { SimPlan } from '../../src/core/sim/plan.ts'
import { readCluster } from '../../src/core/spec/read.ts'

type Step = readonly [at: number, lasts: number, title: string]

interface Story {
  readonly example: string
  readonly seed: number
  readonly was: string
  readonly steps: readonly Step[]
}

const stories: readonly Story[] = [
  {
    example: 'postgresql-pair',
    seed: 400208,
    was: 'service-returns: a failure that a clock in the future has dated keeps a replica away for an hour longer',
    steps: [
      [82, 124598, 'disk of pgdata on beta: error'],
      [14311, 153036, 'the clock of beta jumps by an hour'],
      [33556, 558, 'corosync of alpha is killed'],
    ],
  },
  {
    example: 'postgresql-pair',
    seed: 501347,
    was: 'service-returns: a failure that a clock in the future has dated keeps a replica away for an hour longer',
    steps: [
      [35637, 79928, 'the clock of beta jumps by an hour'],
      [71860, 10000, 'disk of pgdata on beta: error'],
      [72829, 1000, 'pacemaker-controld of alpha is killed'],
    ],
  },
  {
    example: 'postgresql-pair',
    seed: 502995,
    was: 'decision-at-rest: a failed promotion that only a demotion came after is found again at the recheck',
    steps: [
      [1874, 1000, 'pacemaker-controld of alpha is killed'],
      [3599, 1000, 'disk of pgdata on beta: error'],
      [19888, 58559, 'link 1 between alpha and beta is cut'],
      [41994, 676, 'alpha goes to standby'],
    ],
  },
  {
    example: 'postgresql-pair',
    seed: 600174,
    was: 'decision-at-rest: a coordinator that had followed another one took its old transition up again, and waited for ever',
    steps: [
      [276, 29384, 'link 0 between alpha and beta is cut'],
      [26993, 5044, 'alpha is paused'],
      [31983, 890, 'pacemaker-controld of alpha is killed'],
    ],
  },
  {
    example: 'haproxy-active-active',
    seed: 600937,
    was: 'one-address: the coordinator is lost while a program starts: its address does not wait for it (crm_simulate)',
    steps: [
      [7257, 6384, 'beta goes to standby'],
      [79262, 1000, 'alpha is reset'],
      [113209, 1000, 'pacemaker-controld of beta is killed'],
    ],
  },
  {
    example: 'witness-pair',
    seed: 600174,
    was: 'decision-at-rest: a coordinator that had followed another one took its old transition up again, and waited for ever',
    steps: [
      [6649, 1000, 'disk of pgdata on south: error'],
      [26993, 5044, 'north is paused'],
      [31983, 890, 'pacemaker-controld of north is killed'],
    ],
  },
  {
    example: 'witness-pair',
    seed: 600322,
    was: 'one-configuration: the coordinator was paused when a node came up, and never heard of it',
    steps: [
      [4574, 145983, '20 % loss between north and south'],
      [21517, 122111, '100 ms delay between north and south'],
      [51668, 1000, 'north is reset'],
      [90993, 1000, 'south is paused'],
    ],
  },
  {
    example: 'three-nodes',
    seed: 600781,
    was: 'service-returns: a replica outdated itself that was the last good data of a Primary without a disk',
    steps: [
      [23560, 1000, 'disk of pg on alpha: error'],
      [39462, 24427, 'link 1 between alpha and beta is cut'],
    ],
  },
  {
    example: 'three-nodes',
    seed: 600945,
    was: 'possible-states: of two of the same generation the outdated one became the source',
    steps: [
      [2072, 147560, 'disk of pg on beta: hang'],
      [14635, 500, 'the kernel of gamma crashes'],
      [104439, 10000, 'all links from alpha to beta are cut, one way'],
    ],
  },
  {
    example: 'three-nodes',
    seed: 601494,
    was: 'service-returns: a disk that had met all others stayed Consistent',
    steps: [
      [52380, 1000, 'the kernel of gamma crashes'],
      [78798, 27754, 'beta goes to standby'],
      [103671, 1000, 'the kernel of alpha crashes'],
    ],
  },
  {
    example: 'three-nodes',
    seed: 601559,
    was: 'possible-states: a replica outdated itself that was the last good data of a Primary without a disk',
    steps: [
      [2375, 112641, 'all links from alpha to gamma are cut, one way'],
      [38666, 942, 'link 0 between beta and gamma is cut'],
      [57722, 691, 'corosync of alpha is killed'],
      [71979, 164726, 'disk of pg on beta: hang'],
    ],
  },
  {
    example: 'postgresql-pair',
    seed: 800098,
    was: 'no-silent-discard: a Primary without its disk began no generation on its peer, so its own disk seemed to be newer',
    steps: [
      [15, 152134, 'alpha goes to standby'],
      [27384, 635, 'disk of pgdata on beta: error'],
    ],
  },
  {
    example: 'postgresql-pair',
    seed: 800076,
    was: 'no-silent-discard: a Primary without its disk began no generation on its peer, so its own disk seemed to be newer',
    steps: [
      [96976, 10000, 'all links between alpha and beta are cut'],
      [108269, 1000, 'disk of pgdata on alpha: error'],
    ],
  },
]

function planOf(example: string): SimPlan {
  const file = new URL(`../../examples/${example}.yaml`, import.meta.url)
  const cluster = found(readCluster(readFileSync(file, 'utf8'), example).value, example)
  const platform = cluster.nodes.length > 2 ? platforms['debian13-drbd9'] : platforms.debian13
  return found(planFrom(compile(cluster, platform), {}).value, example)
}

function timed(plan: SimPlan, [at, lasts, title]: Step): Timed {
  const all = [...incidentsOf(plan), ...plannedIncidents(plan)]
  return {
    ...found(
      all.find(incident => incident.title === title),
      title,
    ),
    at,
    lasts,
  }
}

for (const { example, seed, was, steps } of stories)
  test(`${example}, ${seed}: was ${was}`, () => {
    const plan = planOf(example)
    const incidents = steps.map(step => timed(plan, step))
    assert.equal(replay(prepare(plan, { seed }), seed, incidents, { seed }).violation, undefined)
  })
