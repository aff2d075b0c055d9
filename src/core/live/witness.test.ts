// A node's enrolment, from what NSS's certutil printed on a real one (shortened).
import assert from 'node:assert/strict'
import test from 'node:test'
import { certificateIn, readEnrolment } from './witness.ts'

const authority = '-----BEGIN CERTIFICATE-----\r\nMIIDBTCCAe2gAwIB\r\nAgIBZTANBg==\r\n-----END CERTIFICATE-----\r\n'
const certificate = `Certificate:
    Data:
        Version: 3 (0x2)
        Serial Number: 103 (0x67)
        Issuer: "CN=QNet CA"
        Validity:
            Not Before: Sun Nov 22 07:48:26 2026
            Not After : Fri Nov 22 07:48:26 2126
        Subject: "CN=campus"
`

test('a node that has joined', () => {
  assert.deepEqual(readEnrolment({ authority, certificate, isValid: true }), {
    authority: 'MIIDBTCCAe2gAwIBAgIBZTANBg==',
    cluster: 'campus',
  })
})

test('a certificate that is not valid is none; without a database there is nothing', () => {
  assert.deepEqual(readEnrolment({ authority, certificate, isValid: false }), {
    authority: 'MIIDBTCCAe2gAwIBAgIBZTANBg==',
  })
  assert.deepEqual(readEnrolment({ authority: '', certificate: '', isValid: false }), {})
})

test('the exported file of qnetd has text before the certificate, and another line end', () => {
  const exported = `${certificate}\n${authority.replaceAll('\r', '')}`
  assert.equal(certificateIn(exported), certificateIn(authority))
})
