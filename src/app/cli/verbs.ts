// All commands, in the order of the story that they tell. Used by main.ts (one at a time) and by `completion` (all).
import type { Verb } from './verb.ts'

export const verbs: readonly Verb[] = [
  {
    name: 'check',
    summary: 'read a cluster file and say what is wrong with it',
    load: async () => (await import('../commands/check.ts')).checkCommand(),
  },
  {
    name: 'plan',
    summary: 'what would change on which machine, and how dangerous it is',
    load: async () => (await import('../commands/plan.ts')).planCommand(),
  },
  {
    name: 'apply',
    summary: 'build or change the cluster; safe to repeat, safe to interrupt',
    load: async () => (await import('../commands/apply.ts')).applyCommand(),
  },
  {
    name: 'status',
    summary: 'one screen: would a failure now be survived?',
    load: async () => (await import('../commands/status.ts')).statusCommand(),
  },
  {
    name: 'switchover',
    summary: 'move a service to another node on purpose',
    load: async () => (await import('../commands/switchover.ts')).switchoverCommand(),
  },
  {
    name: 'serve',
    summary: 'the same screen as a live page on this machine',
    load: async () => (await import('../commands/serve.ts')).serveCommand(),
  },
  {
    name: 'lab',
    summary: 'the same cluster on virtual machines',
    load: async () => (await import('../commands/lab.ts')).labCommand(),
  },
  {
    name: 'drill',
    summary: 'pull the plug, and report what the client saw',
    load: async () => (await import('../commands/drill.ts')).drillCommand(),
  },
  {
    name: 'demo',
    summary: 'the whole story: build, pull the plug, report',
    load: async () => (await import('../commands/demo.ts')).demoCommand(),
  },
  {
    name: 'simulate',
    summary: 'every fault in milliseconds, without machines',
    load: async () => (await import('../commands/simulate.ts')).simulateCommand(),
  },
  {
    name: 'schedule',
    summary: 'what Pacemaker would decide for a CIB, and why',
    load: async () => (await import('../commands/schedule.ts')).scheduleCommand(),
  },
  {
    name: 'compile',
    summary: 'print what would be written to the machines',
    load: async () => (await import('../commands/compile.ts')).compileCommand(),
  },
  {
    name: 'schema',
    summary: "the cluster file's JSON Schema, for editors",
    load: async () => (await import('../commands/schema.ts')).schemaCommand(),
  },
  {
    name: 'completion',
    summary: 'print the completion script for a shell',
    load: async () => (await import('../commands/completion.ts')).completionCommand(verbs),
  },
]
