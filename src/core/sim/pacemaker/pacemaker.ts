// The door of the simulated Pacemaker: its events, dispatched.
import { controllerBack, elect, expired, integrated, invoke, recheck, reported, stackUp } from './coordinator.ts'
import { enqueue, look, repeat } from './executor.ts'
import { act, step } from './fencer.ts'
import { handler } from './handlers.ts'
import type { Pacemaker } from './ports.ts'
import type { PacemakerEvent } from './types.ts'

export function handle(p: Pacemaker, event: PacemakerEvent): void {
  switch (event.kind) {
    case 'stack-up':
      stackUp(p, event.node)
      return
    case 'elect':
      elect(p, event)
      return
    case 'integrated':
      integrated(p, event.node)
      return
    case 'invoke':
      invoke(p, event.node)
      return
    case 'execute':
      enqueue(p, event.node, event.operation)
      return
    case 'look':
      look(p, event.node, event.operation)
      return
    case 'repeat':
      repeat(p, event.node, event.key)
      return
    case 'report':
      reported(p, event)
      return
    case 'fence-step':
      step(p, event.request)
      return
    case 'fence-act':
      act(p, event.request, event.device)
      return
    case 'power-on':
      p.ports.switchPower(event.target, true, 'switched on again')
      return
    case 'recheck':
      recheck(p, event.node)
      return
    case 'expired':
      expired(p, event.node)
      return
    case 'gone':
      controllerBack(p, event.node)
      return
    case 'handler':
      handler(p, event)
      return
    default:
      event satisfies never
  }
}
