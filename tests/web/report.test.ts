// The drill's report as a file in a real browser: it needs nothing else, complains of nothing, runs nothing even where
// its words try to, and prints. Screenshots are for looking at.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import type { DrillReport } from '../../src/core/drill/report.ts'
import { drillReport, timelineSvg } from '../../src/core/view/report.ts'
import { failed, powerLoss, switchover } from '../../src/core/view/testdata/drills.ts'
import { launch, open, picturePath, skip, type Watched } from './browser.ts'

let browser: Browser
let folder = ''
const usual = { skip, timeout: 60_000 }

before(async () => {
  if (skip) return
  folder = await mkdtemp(join(tmpdir(), 'holdfast-report-'))
  browser = await launch()
})
after(async () => {
  await browser?.close()
  if (folder !== '') await rm(folder, { recursive: true })
})

async function show(name: string, content: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const file = join(folder, name)
  await writeFile(file, content)
  return open(browser, pathToFileURL(file).href, { viewport: { width: 1080, height: 900 }, ...options })
}

for (const [name, report, colorScheme] of [
  ['survived', powerLoss, 'light'],
  ['failed', failed, 'dark'],
  ['switchover', switchover, 'light'],
] as const) {
  test(`the report of a drill: ${name}`, usual, async () => {
    const watched = await show(`${name}.html`, drillReport(report), { colorScheme })
    await watched.page.screenshot({ path: picturePath(`report ${name}`), fullPage: true })
    assert.deepEqual(watched.complaints, [])
    assert.deepEqual(watched.foreign, [])
    const overflow = await watched.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    assert.ok(overflow <= 0)
  })
}

test('the timeline stands alone as a drawing', usual, async () => {
  const { page, complaints } = await show('timeline.svg', timelineSvg(powerLoss))
  assert.equal(await page.evaluate<string>('document.documentElement.localName'), 'svg')
  assert.ok((await page.locator('text').count()) > 20)
  await page.screenshot({ path: picturePath('timeline alone') })
  assert.deepEqual(complaints, [])
})

test('words that try to be script stay words', usual, async () => {
  const word = '"><img src=x onerror="document.title=1"></style></title><script>document.title = "ran"</script>'
  const report: DrillReport = {
    ...powerLoss,
    cluster: word,
    scenario: word,
    events: powerLoss.events.map(e => ({ ...e, text: word })),
    services: powerLoss.services.map(s => ({ ...s, service: word })),
  }
  const { page, complaints, foreign } = await show('hostile.html', drillReport(report))
  assert.equal(await page.locator('script, img').count(), 0)
  assert.match(await page.title(), /^"><img src=x/)
  assert.deepEqual({ complaints, foreign }, { complaints: [], foreign: [] })
})

test('it prints on paper', usual, async () => {
  const { page } = await show('print.html', drillReport(powerLoss))
  await page.emulateMedia({ media: 'print' })
  await page.screenshot({ path: picturePath('report print'), fullPage: true })
  const pdf = await page.pdf({ format: 'A4', printBackground: true })
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-')
})
