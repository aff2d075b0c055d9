import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeHosts } from './hosts.ts'

const ours = '10.1.1.1\talpha\n10.1.1.2\tbeta\n'
const block = '# Holdfast: the nodes of this cluster\n10.1.1.1\talpha\n10.1.1.2\tbeta\n# Holdfast: end\n'

test("Debian's line for the node's own name goes, the machine's other lines stay", () => {
  const debian =
    '127.0.0.1\tlocalhost\n127.0.1.1\talpha.example.net\talpha\n\n# IPv6\n::1 localhost ip6-localhost\n192.0.2.9 printer # upstairs\n'
  const merged = '127.0.0.1\tlocalhost\n\n# IPv6\n::1 localhost ip6-localhost\n192.0.2.9 printer # upstairs\n'
  assert.equal(mergeHosts(debian, ours), merged + block)
})

test('a name of ours is taken out of a line that has others', () => {
  assert.equal(mergeHosts('127.0.1.1 alpha old-name # hm\n', ours), `127.0.1.1\told-name # hm\n${block}`)
})

test('merging again changes nothing, and other nodes replace the block', () => {
  const once = mergeHosts('127.0.0.1 localhost\n', ours)
  assert.equal(mergeHosts(once, ours), once)
  assert.match(mergeHosts(once, '10.1.1.3\tgamma\n'), /gamma\n# Holdfast: end\n$/)
  assert.doesNotMatch(mergeHosts(once, '10.1.1.3\tgamma\n'), /alpha/)
})

test('an empty file, and one without a last newline', () => {
  assert.equal(mergeHosts('', ours), block)
  assert.equal(mergeHosts('127.0.0.1 localhost', ours), `127.0.0.1 localhost\n${block}`)
})

test('a name that only contains one of ours is left alone', () => {
  assert.match(mergeHosts('192.0.2.7 alphabet\n', ours), /^192\.0\.2\.7 alphabet\n/)
})
