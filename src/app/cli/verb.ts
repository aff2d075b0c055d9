// One command of the program: its name, what it is for, and how to load it.
import type { Command } from 'commander'

export interface Verb {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Command>
}
