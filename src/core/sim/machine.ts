// The machines: power, a crashed kernel, a paused virtual machine, and how long a boot takes. What runs on a machine is
// the business of others; they ask `answers` before they let it do anything, and their events die with its life.
import type { Pending } from './kernel.ts'

export type Power = 'off' | 'booting' | 'running' | 'crashed'

export interface MachineState<E> {
  readonly name: string
  power: Power
  paused: boolean
  /** It has booted, and its Corosync is about to start. */
  starting: boolean
  /** Counts up with every loss of power, crash or reset, so that events of an earlier life can be told. */
  life: number
  /** What came due while the machine was paused. */
  held: Pending<E>[]
  /** Wall clock minus true time. Nothing that protects data may depend on it. */
  clockOffset: number
  /** Memory in which the power switch of the machine is kept down by the administrator. */
  bootsByItself: boolean
}

export const machine = <E>(name: string): MachineState<E> => ({
  name,
  power: 'running',
  paused: false,
  starting: false,
  life: 1,
  held: [],
  clockOffset: 0,
  bootsByItself: true,
})

/** The kernel runs: packets are answered and processes are scheduled. */
export const answers = <E>(m: MachineState<E>): boolean => m.power === 'running' && !m.paused

/** Everything in memory is gone. */
export function endLife<E>(m: MachineState<E>, power: Power): void {
  m.power = power
  m.paused = false
  m.starting = false
  m.life += 1
  m.held = []
}
