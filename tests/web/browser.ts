// A real browser for the tests of the pages: the system's Chromium, driven by playwright-core. Every request that leaves
// loopback and every word on the console is written down, because there must be none.
import { accessSync, constants, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(folder => join(folder, name))
    .find(path => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

export const chromiumPath: string | undefined = findProgram('chromium') ?? findProgram('chromium-browser')
/** For node:test: false, or why the test cannot run. */
export const skip: string | false = chromiumPath === undefined ? 'no chromium on PATH (package chromium)' : false

export const launch = (): Promise<Browser> =>
  chromium.launch({
    ...(chromiumPath ? { executablePath: chromiumPath } : {}),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

export interface Watched {
  readonly page: Page
  /** Addresses that were asked for, other than our own. */
  readonly foreign: string[]
  /** Errors and warnings of the console, refusals of the policy among them. */
  readonly complaints: string[]
}

export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const page = await (await browser.newContext(options)).newPage()
  const foreign: string[] = []
  const complaints: string[] = []
  const own = new URL(url).origin
  page.on('request', request => {
    if (new URL(request.url()).origin !== own) foreign.push(request.url())
  })
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  await page.goto(url)
  return { page, foreign, complaints }
}

/** Pictures to look at go to $HOLDFAST_SCREENSHOTS, or to a fresh folder below the system's temporary one. */
let folder = ''
export function picturePath(name: string): string {
  if (folder === '') {
    folder = process.env['HOLDFAST_SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'holdfast-screenshots-'))
    mkdirSync(folder, { recursive: true })
    console.log(`# screenshots in ${folder}`)
  }
  return join(folder, `${name.replace(/[^a-z0-9]+/gi, '-')}.png`)
}
