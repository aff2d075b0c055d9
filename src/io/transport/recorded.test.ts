import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nodeName, seconds } from '../../core/base/units.ts'
import { transportContract } from './contract.ts'
import { localTransport } from './local.ts'
import { type Call, recording, replaying } from './recorded.ts'

const alpha = nodeName('alpha')
const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const calls: Call[] = []

// In this order: the first suite writes the book that the second one reads.
transportContract({
  name: 'recording',
  transport: () => recording(localTransport(alpha), calls),
  canBeCut: true,
  folder,
})
transportContract({
  name: 'replaying what was recorded, through JSON',
  transport: () => replaying(alpha, JSON.parse(JSON.stringify(calls))),
  canBeCut: false,
  folder,
})

test('what was never recorded is a defect', async () => {
  const command = { program: 'true', args: [], timeout: seconds(1) }
  await assert.rejects(replaying(alpha, []).run(command), /not in the recording/)
})
