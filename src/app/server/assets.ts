// The built page, read once into memory: what is not in this map cannot be asked for, so no path of a request ever
// touches the disk.
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, posix, relative, sep } from 'node:path'

export interface Asset {
  readonly body: Buffer
  readonly type: string
}

/** By the path of the URL: `/` is the page itself. */
export type Assets = ReadonlyMap<string, Asset>

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Undefined where the page has not been built. */
export async function loadAssets(folder: string): Promise<Assets | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const assets = new Map<string, Asset>()
  for (const entry of entries.filter(e => e.isFile())) {
    const path = join(entry.parentPath, entry.name)
    const type = types[extname(path)]
    if (type === undefined) continue
    assets.set(posix.join('/', relative(folder, path).split(sep).join('/')), { body: await readFile(path), type })
  }
  const page = assets.get('/index.html')
  return page ? assets.set('/', page) : undefined
}
