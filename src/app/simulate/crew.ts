// The pieces of a simulation spread over the processors: handed out one by one to whoever is free, and put together in
// their order, so that the result does not tell how many threads there were.
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { SimInput, SimPlan } from '../../core/sim/plan.ts'
import { type Answer, answering, type Job, type Piece } from './answer.ts'

export interface Crew extends AsyncDisposable {
  /** The answers in the order of the pieces; `told` is called for each as it comes. */
  work(pieces: readonly Piece[], told: (answer: Answer) => void): Promise<Answer[]>
}

/** What a thread is given. */
export interface Order {
  readonly input: SimInput
  readonly job: Job
}

type Hand = (piece: Piece) => Promise<Answer>

/** One is this thread itself, with what it has booted already, if it has. */
export function crew(plan: SimPlan, job: Job, size: number, own?: (piece: Piece) => Answer): Crew {
  const workers = Array.from(
    { length: size > 1 ? size : 0 },
    () =>
      new Worker(new URL('./worker.ts', import.meta.url), { workerData: { input: plan.input, job } satisfies Order }),
  )
  const hands = workers.length > 0 ? workers.map(handOf) : [ownHand(own ?? answering(plan, job))]
  return {
    work: async (pieces, told) => {
      const answers: Answer[] = []
      const queue = pieces.entries()
      const drain = async (hand: Hand): Promise<void> => {
        for (const [index, piece] of queue) {
          const answer = await hand(piece)
          answers[index] = answer
          told(answer)
        }
      }
      await Promise.all(hands.map(drain))
      return answers
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map(worker => worker.terminate()))
    },
  }
}

function ownHand(answer: (piece: Piece) => Answer): Hand {
  return async piece => {
    await setImmediate()
    return answer(piece)
  }
}

const handOf =
  (worker: Worker): Hand =>
  piece =>
    new Promise((resolve, reject) => {
      const done = (answer: Answer): void => {
        worker.off('error', reject)
        resolve(answer)
      }
      worker.once('message', done)
      worker.once('error', reject)
      worker.postMessage(piece)
    })
