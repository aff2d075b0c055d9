// The live page in a real browser, fed by a scripted source: the answer in words for every situation, its change by the
// stream alone, the policy, no foreign request, no word on the console, and screenshots to be looked at.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { build } from 'vite'
import { type Assets, loadAssets } from '../../src/app/server/assets.ts'
import { type PageServer, startPageServer } from '../../src/app/server/server.ts'
import { instant, seconds } from '../../src/core/base/units.ts'
import type { Snapshot } from '../../src/core/live/snapshot.ts'
import type { Cluster } from '../../src/core/model/types.ts'
import { balancers, pair, pairWithoutFencing } from '../../src/core/view/testdata/clusters.ts'
import { situations, story } from '../../src/core/view/testdata/situations.ts'
import { answerWords } from '../../src/core/view/wording.ts'
import { launch, open, picturePath, skip, type Watched } from './browser.ts'

let browser: Browser
let assets: Assets
let out = ''

/** Nothing here takes a minute; what hangs ends as a failure. */
const usual = { skip, timeout: 60_000 }

before(async () => {
  if (skip) return
  out = await mkdtemp(join(tmpdir(), 'holdfast-page-'))
  await build({ root: 'src/web', logLevel: 'warn', build: { outDir: out, emptyOutDir: true } })
  const built = await loadAssets(out)
  assert.ok(built)
  assets = built
  browser = await launch()
})
after(async () => {
  await browser?.close()
  if (out !== '') await rm(out, { recursive: true })
})

interface Stage extends AsyncDisposable {
  readonly server: PageServer
  readonly show: (snapshot: Snapshot) => void
  readonly watched: Watched
}

async function stage(
  cluster: Cluster,
  first: readonly Snapshot[],
  options: BrowserContextOptions = {},
): Promise<Stage> {
  let show: (snapshot: Snapshot) => void = () => undefined
  const started = await startPageServer({
    cluster,
    assets,
    port: 0,
    source: async (onSnapshot, signal) => {
      show = onSnapshot
      for (const snapshot of first) onSnapshot(snapshot)
      await once(signal, 'abort')
    },
  })
  assert.ok(started.ok)
  const server = started.value
  const watched = await open(browser, server.url, {
    timezoneId: 'UTC',
    viewport: { width: 1100, height: 1000 },
    ...options,
  })
  await watched.page.locator('h2').waitFor()
  return {
    server,
    show: s => show(s),
    watched,
    [Symbol.asyncDispose]: async () => {
      await watched.page.context().close()
      await server[Symbol.asyncDispose]()
    },
  }
}

const clean = ({ foreign, complaints }: Watched): void =>
  assert.deepEqual({ foreign, complaints }, { foreign: [], complaints: [] })
const headline = ({ page }: Watched): Promise<string | null> => page.locator('.answer h2').textContent()

async function shoot({ page }: Watched, name: string): Promise<void> {
  await page.screenshot({ path: picturePath(name), fullPage: true, animations: 'disabled' })
}

for (const { name, cluster, snapshot, before: earlier, answer } of situations) {
  test(`the page says the answer in words: ${name}`, usual, async () => {
    await using s = await stage(cluster, earlier ? [earlier, snapshot] : [snapshot])
    assert.equal(await headline(s.watched), answerWords[answer])
    assert.equal(await s.watched.page.title(), `${answerWords[answer]} · ${cluster.name}`)
    clean(s.watched)
    await shoot(s.watched, `light ${name}`)
  })
}

test('the answer changes by the stream alone, and is announced', usual, async () => {
  await using s = await stage(pair, story.slice(0, 1), { colorScheme: 'dark' })
  const { page } = s.watched
  assert.equal(await page.locator('.answer').getAttribute('aria-live'), 'polite')
  const seen: (string | null)[] = [await headline(s.watched)]
  for (const [i, snapshot] of story.slice(1).entries()) {
    const was = seen[i]
    s.show(snapshot)
    if (i === 2) await page.getByText('resync with alpha begins').waitFor()
    else
      await page
        .locator('.answer h2')
        .filter({ hasNotText: was ?? '' })
        .waitFor()
    seen.push(await headline(s.watched))
    await shoot(s.watched, `dark story ${i + 1}`)
  }
  assert.deepEqual(seen, ['Protected', 'Down', 'Running, but unprotected', 'Running, but unprotected', 'Protected'])
  assert.match((await page.locator('.events').textContent()) ?? '', /alpha has been fenced by beta/)
  clean(s.watched)
})

test('the service moves to the machine that took over, and where motion is unwelcome it is there at once', {
  skip,
}, async () => {
  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    await using s = await stage(pair, story.slice(0, 1), { reducedMotion })
    const { page } = s.watched
    const x = async (selector: string): Promise<number> =>
      (await page.locator(selector).first().boundingBox())?.x ?? Number.NaN
    const duration = await page.evaluate<string>("getComputedStyle(document.querySelector('.unit')).transitionDuration")
    assert.equal(duration, reducedMotion === 'reduce' ? '0s' : '1s')
    const before = await x('.unit')
    s.show(story[2] ?? assert.fail('the story has a takeover'))
    while (!((await x('.unit')) > before + 300)) await page.waitForTimeout(20)
    clean(s.watched)
  }
})

test('out of reach: the last picture stays and says how old it is', usual, async () => {
  const lost = situations.find(x => x.name === 'nodes out of reach')?.snapshot ?? assert.fail('no such situation')
  const now = Date.now()
  const early = { ...(story[0] ?? lost), at: instant(now - seconds(150)) }
  await using s = await stage(pair, [early, { ...lost, at: instant(now) }])
  assert.equal(await headline(s.watched), 'Out of sight')
  const text = (await s.watched.page.locator('main').textContent()) ?? ''
  assert.match(text, /When last seen: protected/)
  assert.match(text, /This picture is from .*, 2 min ago/)
  assert.match(await s.watched.page.locator('svg.picture').innerHTML(), /Primary/)
  await shoot(s.watched, 'light out of reach after protected')
  clean(s.watched)
})

test('without fencing the page says so, with the reason', usual, async () => {
  await using s = await stage(pairWithoutFencing, story.slice(0, 1))
  assert.match(
    (await s.watched.page.locator('.banner').textContent()) ?? '',
    /fencing: none\. Reason given: a class room/,
  )
})

test('when the server ends, the page says that it hears nothing; when it is back, the page goes on', {
  skip,
}, async () => {
  await using s = await stage(pair, story.slice(0, 1))
  const { page } = s.watched
  const port = Number(new URL(s.server.url).port)
  await s.server[Symbol.asyncDispose]()
  await page.getByText('Out of sight').waitFor()
  assert.match((await page.locator('main').textContent()) ?? '', /connection to Holdfast lost, trying again/)
  await shoot(s.watched, 'light connection lost')
  const again = await startPageServer({
    cluster: pair,
    assets,
    port,
    source: async (onSnapshot, signal) => {
      onSnapshot(story[1] ?? assert.fail())
      await once(signal, 'abort')
    },
  })
  assert.ok(again.ok)
  await using _ = again.value
  await page.locator('.answer h2').filter({ hasText: 'Down' }).waitFor()
})

test('a phone shows everything without sideways scrolling', usual, async () => {
  for (const [cluster, name] of [
    [pair, 'syncing'],
    [balancers, 'three nodes'],
  ] as const) {
    const situation = situations.find(x => x.name === name) ?? assert.fail(name)
    const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark', isMobile: true } as const
    await using s = await stage(cluster, [situation.snapshot], phone)
    const overflow = await s.watched.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    assert.ok(overflow <= 0, `${overflow} px too wide`)
    await shoot(s.watched, `phone ${name}`)
    clean(s.watched)
  }
})

test('the text behind the picture opens by keyboard and is the terminal’s screen', usual, async () => {
  await using s = await stage(pair, story.slice(0, 1))
  const { page } = s.watched
  await page.keyboard.press('Tab')
  while ((await page.locator('summary:focus').count()) === 0) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  assert.match((await page.locator('pre').textContent()) ?? '', /PROTECTED {3}shop/)
})

test('the policy is on the page, and the browser enforces it', usual, async () => {
  await using s = await stage(pair, story.slice(0, 1))
  const response = await s.watched.page.request.get(s.server.url)
  assert.match(response.headers()['content-security-policy'] ?? '', /^default-src 'none'; script-src 'self';/)
  const ran = await s.watched.page.evaluate<string>(`{
    const script = document.createElement('script')
    script.textContent = 'document.title = "inline script ran"'
    document.head.append(script)
    document.title
  }`)
  assert.doesNotMatch(ran, /inline script ran/)
})
