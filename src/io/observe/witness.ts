// Asks a node what it holds of its witness: the authority that it trusts, and whether its certificate is valid by it.
// Source: corosync-qdevice-net-certutil(8); the names of the two certificates in the database are that tool's.
import { ok, type Result } from '../../core/base/result.ts'
import { seconds } from '../../core/base/units.ts'
import { type Enrolment, readEnrolment } from '../../core/live/witness.ts'
import { runBatch, type Words } from '../transport/batch.ts'
import type { Transport, TransportFailure } from '../transport/transport.ts'

const folder = '/etc/corosync/qdevice/net/nssdb'
const database = ['-d', `sql:${folder}`, '-f', `${folder}/pwdfile.txt`]

const commands: Readonly<Record<'authority' | 'certificate' | 'verdict', Words>> = {
  authority: ['certutil', '-L', ...database, '-n', 'QNet CA', '-a'],
  certificate: ['certutil', '-L', ...database, '-n', 'Cluster Cert'],
  verdict: ['certutil', '-V', ...database, '-n', 'Cluster Cert', '-u', 'C'],
}

export async function observeEnrolment(
  transport: Transport,
  signal?: AbortSignal,
): Promise<Result<Enrolment, TransportFailure>> {
  const answer = await runBatch(transport, commands, { limit: seconds(30), timeout: seconds(60) }, signal)
  if (!answer.ok) return answer
  const { authority, certificate, verdict } = answer.value.outcomes
  return ok(
    readEnrolment({
      authority: authority.stdout,
      certificate: certificate.stdout,
      isValid: verdict.exitCode === 0,
    }),
  )
}
