// Asks a node what it holds of its witness: the authority that it trusts, and whether its certificate is valid by it.
// Source: corosync-qdevice-net-certutil(8); the names of the two certificates in the database are that tool's.
import { type Enrolment, readEnrolment } from '../../core/live/witness.ts'
import type { Words } from '../transport/batch.ts'
import type { Outcome } from '../transport/transport.ts'

const folder = '/etc/corosync/qdevice/net/nssdb'
const database = ['-d', `sql:${folder}`, '-f', `${folder}/pwdfile.txt`]

export type EnrolmentPart = 'authority' | 'certificate' | 'verdict'

export const enrolmentCommands: Readonly<Record<EnrolmentPart, Words>> = {
  authority: ['certutil', '-L', ...database, '-n', 'QNet CA', '-a'],
  certificate: ['certutil', '-L', ...database, '-n', 'Cluster Cert'],
  verdict: ['certutil', '-V', ...database, '-n', 'Cluster Cert', '-u', 'C'],
}

export const enrolmentOf = (told: Readonly<Record<EnrolmentPart, Outcome>>): Enrolment =>
  readEnrolment({
    authority: told.authority.stdout,
    certificate: told.certificate.stdout,
    isValid: told.verdict.exitCode === 0,
  })
