// What one lab's machines and people identify themselves with, made anew for each lab: the login key, a host key for each
// machine, the BMCs' certificate and passwords. Nothing of it is in the image, and all of it goes when the lab goes.
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, ok, type Result } from '../../core/base/result.ts'
import type { LabFailure } from './contract.ts'
import { run } from './processes.ts'

export interface KeyPair {
  readonly privateFile: string
  readonly private: string
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly public: string
}

export interface TlsIdentity {
  readonly certificate: string
  readonly key: string
}

async function must(command: readonly string[]): Promise<Result<void, LabFailure>> {
  const done = await run(command)
  if (done.exitCode === 0) return ok(undefined)
  return fail({ kind: 'refused', what: `${command[0]}: ${done.lines.join(' ')}` })
}

export async function sshKey(file: string): Promise<Result<KeyPair, LabFailure>> {
  const made = await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file])
  if (!made.ok) return made
  const [secret, shared] = await Promise.all([readFile(file, 'utf8'), readFile(`${file}.pub`, 'utf8')])
  return ok({ privateFile: file, private: secret, public: shared.trim() })
}

/** One certificate for the addresses of all BMCs, for the guests to trust. Valid from yesterday: their clocks may differ. */
export async function tlsIdentity(
  directory: string,
  addresses: readonly string[],
): Promise<Result<TlsIdentity, LabFailure>> {
  const [keyFile, certificateFile] = [join(directory, 'bmc.key'), join(directory, 'bmc.crt')]
  const names = addresses.map(address => `IP:${address}`).join(',')
  const made = await must([
    ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '3650', '-subj', '/CN=Holdfast lab BMC', '-addext', `subjectAltName=${names}`],
    ...['-keyout', keyFile, '-out', certificateFile],
  ])
  if (!made.ok) return made
  return ok({ certificate: await readFile(certificateFile, 'utf8'), key: await readFile(keyFile, 'utf8') })
}

/** A new password in a file of its own, 0600. */
export async function passwordFile(file: string): Promise<string> {
  const password = randomBytes(18).toString('base64url')
  await writeFile(file, password, { mode: 0o600 })
  return password
}
