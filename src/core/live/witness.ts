// What a node holds of its witness: the authority that it trusts and the certificate that it shows. The witness gives its
// vote only to nodes with a valid certificate of its own authority. Private keys are never asked for.
// Source: corosync-qdevice-net-certutil(8); certutil of NSS prints both.

export interface Enrolment {
  /** The trusted authority: the Base64 text of its certificate. Absent where there is none. */
  readonly authority?: string
  /** The cluster's name in the node's certificate. Absent where that is missing, or not valid by the authority, now. */
  readonly cluster?: string
}

/** A certificate as it is compared: the Base64 text between the PEM marks, without line ends. */
export const certificateIn = (text: string): string | undefined =>
  /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(text)?.[1]?.replaceAll(/\s/g, '')

export interface EnrolmentAnswers {
  /** `certutil -L -a` of the authority. */
  readonly authority: string
  /** `certutil -L` of the node's certificate. */
  readonly certificate: string
  /** Whether `certutil -V` called it valid as a TLS client's. */
  readonly isValid: boolean
}

export function readEnrolment({ authority, certificate, isValid }: EnrolmentAnswers): Enrolment {
  const trusted = certificateIn(authority)
  const cluster = /^\s*Subject: "CN=([^",]+)"/m.exec(certificate)?.[1]
  return {
    ...(trusted === undefined ? {} : { authority: trusted }),
    ...(isValid && cluster !== undefined ? { cluster } : {}),
  }
}
