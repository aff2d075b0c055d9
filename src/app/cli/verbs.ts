// All commands, in the order of the story that they tell. Used by main.ts (one at a time) and by `completion` (all).
import type { Command } from 'commander'

export interface Verb {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Command>
}

export const verbs: readonly Verb[] = [
  {
    name: 'check',
    summary: 'read a cluster file and say what is wrong with it',
    load: async () => (await import('../commands/check.ts')).checkCommand(),
  },
  {
    name: 'completion',
    summary: 'print the completion script for a shell',
    load: async () => (await import('../commands/completion.ts')).completionCommand(),
  },
]
