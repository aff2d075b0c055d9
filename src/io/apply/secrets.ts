// The secrets of a cluster: read where the cluster file points to, or made once for the cluster. They live in memory here,
// go to the machines on standard input only, and everything that is printed passes the redactor.
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { seconds } from '../../core/base/units.ts'
import { secretSources } from '../../core/compile/secrets.ts'
import { corosyncKeySecret } from '../../core/model/names.ts'
import type { Cluster, SecretReference } from '../../core/model/types.ts'
import type { SecretDigests } from '../../core/plan/host-steps.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import type { Transport } from '../transport/transport.ts'
import type { Secrets } from './script.ts'

/** Those that the administrator gives, paths being relative to `folder`, the cluster file's own; the made ones come when they are needed, from the node that has them. */
export async function givenSecrets(cluster: Cluster, folder: string): Promise<Result<Secrets, readonly Trouble[]>> {
  const secrets = new Map<string, Buffer>()
  const troubles: Trouble[] = []
  for (const [name, source] of secretSources(cluster)) {
    if (source.kind === 'made') continue
    try {
      secrets.set(name, Buffer.from(await readReference(source, folder)))
    } catch (error) {
      troubles.push({ kind: 'secret-absent', name, detail: error instanceof Error ? error.message : String(error) })
    }
  }
  return troubles.length > 0 ? fail(troubles) : ok(secrets)
}

const run = promisify(execFile)

/** Without the line end that editors and `echo` leave. */
async function readReference(reference: SecretReference, folder: string): Promise<string> {
  if (reference.kind === 'file') return checked(await readFile(resolve(folder, reference.path), 'utf8'), reference.path)
  if (reference.kind === 'environment')
    return checked(process.env[reference.name] ?? '', `the environment variable ${reference.name}`)
  const [program = '', ...args] = reference.argv
  const { stdout } = await run(program, args, { timeout: seconds(30), cwd: folder })
  return checked(stdout, `the output of ${program}`)
}

function checked(text: string, what: string): string {
  const value = text.replace(/\r?\n$/, '')
  if (value === '') throw new Error(`${what} is empty`)
  return value
}

export const digestsOf = (secrets: Secrets): SecretDigests =>
  new Map([...secrets].map(([name, value]) => [name, createHash('sha256').update(value).digest('hex')]))

/** The Corosync key of the first machine that has one, or a new one. */
export async function corosyncKey(transports: Iterable<Transport>, path: string): Promise<Result<Buffer, Trouble>> {
  for (const transport of transports) {
    const script = '[ ! -f "$1" ] || base64 "$1"'
    const result = await transport.run({
      program: 'sh',
      args: ['-c', script, 'sh', path],
      asRoot: true,
      timeout: seconds(120),
    })
    if (!result.ok) return fail(result.failure)
    const key = Buffer.from(result.value.stdout, 'base64')
    if (key.length >= 128) return ok(key)
  }
  return ok(randomBytes(256))
}

export const withKey = (secrets: Secrets, key: Buffer): Secrets => new Map([...secrets, [corosyncKeySecret, key]])

/** `{secret:NAME}` in the CIB, for parameters that have no other way in. */
export const fillIn = (text: string, secrets: Secrets): string =>
  text.replaceAll(/\{secret:([A-Za-z0-9_-]+)\}/g, (all, name: string) => {
    const value = secrets.get(name)?.toString('utf8')
    return value === undefined ? all : escapeXml(value)
  })

const escapeXml = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Takes every secret value out of a text. Short ones too: better a word too many than a password. */
export function redactor(secrets: Secrets): (text: string) => string {
  const values = [...secrets.values()].map(value => value.toString('utf8')).filter(value => value !== '')
  const both = values.flatMap(value => [value, escapeXml(value)]).toSorted((a, b) => b.length - a.length)
  return text => both.reduce((left, value) => left.replaceAll(value, '(secret)'), text)
}
