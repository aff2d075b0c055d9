// Builds the disk image of a lab machine: mmdebstrap makes the tree, `mke2fs -d` the disk, and kernel and initrd lie
// beside it for the direct boot. Kept in the cache under the hash of its recipe; a half-built one is never taken for whole.
import { existsSync } from 'node:fs'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { gibibytes } from '../../core/base/units.ts'
import { intoCache } from './cache.ts'
import type { LabFailure, LabImage } from './contract.ts'
import { cacheDirectory, makePrivate } from './paths.ts'
import { missingTools } from './prerequisites.ts'
import { run } from './processes.ts'
import type { Report } from './progress.ts'
import { guestFiles, installed, type Recipe, recipeFor, sourcesFor } from './recipe.ts'

export interface Image {
  readonly directory: string
  readonly recipe: Recipe
  readonly disk: string
  readonly kernel: string
  readonly initrd: string
}

const diskSize = gibibytes(6)

export const imageName: Readonly<Record<LabImage, string>> = { debian13: 'Debian 13', debian12: 'Debian 12' }

const imageIn = (directory: string, recipe: Recipe): Image => ({
  directory,
  recipe,
  disk: join(directory, 'root.raw'),
  kernel: join(directory, 'vmlinuz'),
  initrd: join(directory, 'initrd'),
})

/** mmdebstrap as root writes the tree itself; for anybody else it makes a user namespace (needs newuidmap). */
const isRoot = (): boolean => process.getuid?.() === 0

function bootstrapCommand(recipe: Recipe, sources: readonly string[], tree: string): readonly string[] {
  // Hooks get the tree as $1; our own folder comes in by the environment, never in the text of the hook.
  const copy = installed.map(each => `install -D -m ${each.mode} "$GUEST/${each.file}" "$1/${each.to}"`).join(' && ')
  return [
    'mmdebstrap',
    ...['--mode', isRoot() ? 'root' : 'unshare', '--variant=minbase', '--format=directory'],
    ...recipe.pathExcludes.map(pattern => `--dpkgopt=path-exclude=${pattern}`),
    '--dpkgopt=force-unsafe-io',
    `--include=${recipe.packages.join(',')}`,
    `--customize-hook=${copy}`,
    '--customize-hook=chroot "$1" sh /usr/lib/holdfast-lab/customize.sh',
    ...[recipe.suite, tree, ...sources],
  ]
}

const inTheTreesNamespace = (command: readonly string[]): readonly string[] =>
  isRoot() ? command : ['mmdebstrap', '--unshare-helper', ...command]

/** What mmdebstrap says while it works, in fewer words. */
function phase(line: string): string | undefined {
  if (!line.startsWith('I: ')) return undefined
  if (line.includes('downloading')) return 'downloading packages'
  if (line.includes('extracting')) return 'unpacking the base system'
  if (line.includes('installing remaining')) return 'installing packages'
  if (line.includes('--customize-hook')) return 'making it a lab machine'
  return undefined
}

async function build(recipe: Recipe, directory: string, report: Report): Promise<Result<void, LabFailure>> {
  const log = join(directory, 'build.log')
  const tree = join(directory, 'tree')
  const name = imageName[recipe.image]
  const image = imageIn(directory, recipe)
  const step = async (what: string, command: readonly string[]): Promise<Result<void, LabFailure>> => {
    const done = await run(command, {
      logFile: log,
      environment: { GUEST: guestFiles },
      onLine: line => {
        const now = phase(line)
        if (now) report(`building the ${name} image, once: ${now}`)
      },
    })
    if (done.exitCode === 0) return ok(undefined)
    return fail({ kind: 'image-build', step: what, log, tail: done.lines.slice(-15) })
  }
  report(`building the ${name} image, once: reading the package lists`)
  const made = await step('mmdebstrap', bootstrapCommand(recipe, await sourcesFor(recipe), tree))
  if (!made.ok) return made
  report(`building the ${name} image, once: writing the disk`)
  await writeFile(image.disk, '')
  await truncate(image.disk, diskSize)
  const options = ['-q', '-F', '-t', 'ext4', '-m', '0', '-E', 'lazy_itable_init=1,lazy_journal_init=1']
  for (const command of [
    inTheTreesNamespace(['mke2fs', ...options, '-d', tree, image.disk]),
    ['cp', join(tree, 'boot/lab-vmlinuz'), image.kernel],
    ['cp', join(tree, 'boot/lab-initrd'), image.initrd],
    inTheTreesNamespace(['rm', '-rf', '--one-file-system', tree]),
  ]) {
    const done = await step(command.slice(0, 4).join(' '), command)
    if (!done.ok) return done
  }
  return ok(undefined)
}

/** The image from the cache, or a new one. */
export async function imageFor(image: LabImage, report: Report): Promise<Result<Image, LabFailure>> {
  const recipe = recipeFor(image)
  const images = join(cacheDirectory(), 'images')
  const directory = join(images, `${image}-${recipe.hash}`)
  if (existsSync(directory)) return ok(imageIn(directory, recipe))
  const missing = missingTools('build')
  if (missing.length > 0) return fail({ kind: 'missing-tools', tools: missing })
  makePrivate(images)
  const built = await intoCache(directory, building => build(recipe, building, report))
  return built.ok ? ok(imageIn(directory, recipe)) : built
}
