// A thread that simulates: it boots the cluster once for itself, and answers one piece of work after the other.
import { parentPort, workerData } from 'node:worker_threads'
import { found } from '../../core/base/assert.ts'
import { readPlan } from '../../core/sim/plan.ts'
import { answering, type Piece } from './answer.ts'
import type { Order } from './crew.ts'

const port = found(parentPort, 'the thread that started this one')
const { input, job }: Order = workerData
const answer = answering(found(readPlan(input).value, 'what the other thread could read'), job)
port.on('message', (piece: Piece) => port.postMessage(answer(piece)))
