// The same seed gives the same bytes in Node and in the browser: the simulator is bundled as the page's code is, histories
// are played in both, and the journals are compared to the letter.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { launch, skip } from './browser.ts'
import { played } from './histories-played.ts'

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: {
        entry: fileURLToPath(new URL('histories-played.ts', import.meta.url)),
        formats: ['iife'],
        name: 'histories',
      },
    },
  })
  const [first] = [result].flat().flatMap(r => ('output' in r ? r.output : []))
  assert.ok(first?.type === 'chunk')
  return first.code
}

test('histories have the same bytes in Node and in the browser', { skip }, async () => {
  const example = readFileSync(new URL('../../examples/postgresql-pair.yaml', import.meta.url), 'utf8')
  const seeds = [1, 2, 3]
  const here = played(example, seeds)
  assert.ok(here.length > 1_000)
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.addScriptTag({ content: await bundle() })
    assert.equal(await page.evaluate(`histories.played(${JSON.stringify(example)}, ${JSON.stringify(seeds)})`), here)
  } finally {
    await browser.close()
  }
})
