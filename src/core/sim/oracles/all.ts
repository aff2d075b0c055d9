// Every oracle, and the loop that lets them watch a run: after each event that left a line in the journal, and at the end.
import type { Sim } from '../sim.ts'
import { acknowledgedWrites } from './acknowledged-writes.ts'
import { decisionAtRest } from './decision-at-rest.ts'
import { fencedBeforePromoted } from './fenced-before-promoted.ts'
import { noSilentDiscard } from './no-silent-discard.ts'
import { noStalePrimary } from './no-stale-primary.ts'
import { oneAddress } from './one-address.ts'
import { oneConfiguration } from './one-configuration.ts'
import { onePrimary } from './one-primary.ts'
import type { Oracle, Violation, Watch } from './oracle.ts'
import { possibleStates } from './possible-states.ts'
import { quorumIsEarned } from './quorum-is-earned.ts'
import { readsAreFresh } from './reads-are-fresh.ts'
import { replicasAgree } from './replicas-agree.ts'
import { serviceReturns } from './service-returns.ts'

export const oracles: readonly Oracle[] = [
  onePrimary,
  quorumIsEarned,
  acknowledgedWrites,
  readsAreFresh,
  replicasAgree,
  fencedBeforePromoted,
  oneAddress,
  noStalePrimary,
  possibleStates,
  oneConfiguration,
  decisionAtRest,
  serviceReturns,
  noSilentDiscard,
]

export interface Watcher {
  /** Lets time pass; stops at the first violation. */
  advance(until: number): Violation | undefined
  end(): Violation | undefined
}

export function watcher(sim: Sim, which: readonly Oracle[] = oracles): Watcher {
  const watches: { readonly name: string; readonly watch: Watch }[] = which.map(o => ({
    name: o.name,
    watch: o.watch(sim),
  }))
  const first = (ask: (watch: Watch) => string | undefined): Violation | undefined => {
    for (const { name, watch } of watches) {
      const what = ask(watch)
      if (what === undefined) continue
      sim.say('violation', name, what)
      return { oracle: name, at: sim.now(), what }
    }
    return undefined
  }
  let seen = sim.state.journal.length
  return {
    advance: until => {
      while (sim.step(until)) {
        if (sim.state.journal.length === seen) continue
        const violation = first(watch => watch.look?.())
        if (violation) return violation
        seen = sim.state.journal.length
      }
      sim.advance(until)
      return undefined
    },
    end: () => first(watch => watch.end?.()),
  }
}
