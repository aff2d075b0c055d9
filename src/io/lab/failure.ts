// A LabFailure in words: what went wrong, where to look, and the way out.
import type { LabFailure } from './contract.ts'

const known = (names: readonly string[]): string => (names.length > 0 ? ` (there are: ${names.join(', ')})` : '')
const quoted = (lines: readonly string[]): string => lines.map(line => `\n    ${line}`).join('')

export function showLabFailure(failure: LabFailure): string {
  switch (failure.kind) {
    case 'missing-tools': {
      const packages = [...new Set(failure.tools.map(tool => tool.package))].join(' ')
      const commands = failure.tools.map(tool => tool.command).join(', ')
      return `the lab needs ${commands}\n  install: apt-get install ${packages}`
    }
    case 'image-build':
      return `the image could not be built: ${failure.step} failed\n  all of it: ${failure.log}${quoted(failure.tail)}`
    case 'machine':
      return `${failure.node === 'golden' ? 'the first machine' : failure.node}: ${failure.what}${quoted(failure.tail)}`
    case 'already-running':
      return `this lab runs already (${failure.directory})\n  end it: holdfast lab down`
    case 'not-running':
      return `no lab runs in ${failure.directory}`
    case 'no-such-machine':
      return `the lab has no machine "${failure.name}"${known(failure.known)}`
    case 'no-such-network':
      return `the lab has no network "${failure.name}"${known(failure.known)}`
    case 'refused':
      return failure.what
    case 'path-unusable': {
      const why =
        failure.why === 'length' ? 'is too long for a socket' : 'holds characters that QEMU would read otherwise'
      return `the path ${failure.path} ${why}\n  set XDG_STATE_HOME to a folder with a short, plain name`
    }
    default:
      return failure satisfies never
  }
}
