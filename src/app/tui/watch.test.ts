// The watched screen without a terminal: what fits, what is drawn again, and that the terminal is given back.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { test } from 'node:test'
import type { Snapshot } from '../../core/live/snapshot.ts'
import { remember } from '../../core/view/page.ts'
import { columns, plainText } from '../../core/view/styled.ts'
import { pair } from '../../core/view/testdata/clusters.ts'
import { situations, story } from '../../core/view/testdata/situations.ts'
import { healthyPair, withResource } from '../../core/view/testdata/snapshots.ts'
import { frame } from './frame.ts'
import { watchOnTerminal } from './watch.ts'

class Screen extends EventEmitter {
  columns = 100
  rows = 40
  readonly written: string[] = []
  write(text: string): void {
    this.written.push(text)
  }
}

class Keys extends EventEmitter {
  raw = false
  paused = false
  setRawMode(on: boolean): void {
    this.raw = on
  }
  resume(): void {
    this.paused = false
  }
  pause(): void {
    this.paused = true
  }
  press(key: string): void {
    this.emit('data', Buffer.from(key))
  }
}

function started(): {
  output: Screen
  input: Keys
  show: (s: Snapshot) => void
  done: Promise<Snapshot | undefined>
} {
  const output = new Screen()
  const input = new Keys()
  let show: (s: Snapshot) => void = () => undefined
  const done = watchOnTerminal({
    cluster: pair,
    input,
    output,
    colour: true,
    signal: new AbortController().signal,
    source: async (onSnapshot, signal) => {
      show = onSnapshot
      await once(signal, 'abort')
    },
  })
  return { output, input, done, show: s => show(s) }
}

test('every situation fits into small and large windows', () => {
  for (const size of [
    { columns: 40, rows: 12 },
    { columns: 80, rows: 24 },
    { columns: 200, rows: 80 },
  ]) {
    for (const { name, cluster, snapshot } of situations) {
      const lines = frame(cluster, remember(cluster, undefined, snapshot), size).map(plainText)
      assert.equal(lines.length, size.rows, name)
      for (const line of lines) assert.ok(columns(line) <= size.columns, `${name} at ${size.columns}: ${line}`)
    }
  }
})

test('the same picture again writes nothing; a change writes only the lines that changed', async () => {
  const { output, input, show, done } = started()
  show(healthyPair)
  const written = output.written.length
  show(healthyPair)
  assert.equal(output.written.length, written)
  show(withResource(healthyPair, 'db-ip', { failed: true }))
  const last = output.written.at(-1) ?? ''
  assert.match(last, /DOWN/)
  assert.doesNotMatch(last, /beta +online/)
  input.press('q')
  await done
})

test('q, Ctrl-C and Escape quit; the terminal is given back, and the last snapshot answered', async () => {
  for (const key of ['q', '\u0003', '\u001b']) {
    const { output, input, show, done } = started()
    assert.ok(input.raw)
    show(healthyPair)
    input.press(key)
    assert.equal(await done, healthyPair)
    assert.ok(!input.raw && input.paused)
    assert.ok(output.written.at(-1)?.endsWith('\u001b[?1049l'))
    assert.equal(output.listenerCount('resize') + input.listenerCount('data'), 0)
  }
})

test('after a resize everything is drawn for the new size', async () => {
  const { output, input, show, done } = started()
  show(healthyPair)
  output.columns = 60
  output.rows = 10
  output.emit('resize')
  assert.match(output.written.at(-1) ?? '', /more lines in a taller window/)
  input.press('q')
  await done
})

test('what happened stands below', () => {
  const memory = story.slice(1).reduce((m, s) => remember(pair, m, s), remember(pair, undefined, healthyPair))
  const text = frame(pair, memory, { columns: 120, rows: 90 }).map(plainText).join('\n')
  assert.match(text, /What happened\n +03:01:15 +drbd +pgdata on alpha: resync with beta is done/)
})
