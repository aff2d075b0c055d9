// The README shows the example as it is, and every document that it points to exists.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

test('the cluster file in the README is examples/postgresql-pair.yaml, word for word', () => {
  const shown = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1]
  assert.equal(shown?.trimEnd(), readFileSync(join(root, 'examples', 'postgresql-pair.yaml'), 'utf8').trimEnd())
})

test('every link of the README leads somewhere', () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(match => match[1] ?? '')
  assert.ok(links.length > 5)
  assert.deepEqual(
    links.filter(link => !link.startsWith('http') && !existsSync(join(root, link))),
    [],
  )
})
