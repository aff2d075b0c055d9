// One apply at a time: a lock on every node, held by a command that ends with our connection. Nobody waits for it, so of two
// that begin at once at most one goes on.
import { hostname, userInfo } from 'node:os'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { milliseconds } from '../../core/base/units.ts'
import type { Trouble } from '../../core/plan/trouble.ts'
import type { Transport } from '../transport/transport.ts'
import { scriptCommand } from './script.ts'

export interface Lock extends AsyncDisposable {
  /** Aborted when the lock is lost: whoever holds it must stop. */
  readonly lost: AbortSignal
}

const owner = (): string =>
  `${userInfo().username}@${hostname()} process ${process.pid}, since ${new Date().toISOString()}`

/** `stop` ends the waiting for them, not the holding. */
export async function takeLocks(transports: Iterable<Transport>, stop?: AbortSignal): Promise<Result<Lock, Trouble>> {
  const release = new AbortController()
  const lost = new AbortController()
  const onStop = (): void => release.abort()
  stop?.addEventListener('abort', onStop, { once: true })
  const taken = await Promise.all([...transports].map(transport => takeOne(transport, release.signal, lost)))
  stop?.removeEventListener('abort', onStop)
  const ended = taken.flatMap(one => (one.ok ? [one.value] : []))
  const refused = taken.find(one => !one.ok)
  if (refused && !refused.ok) {
    release.abort()
    await Promise.all(ended)
    return refused
  }
  return ok({
    lost: lost.signal,
    [Symbol.asyncDispose]: async () => {
      release.abort()
      await Promise.all(ended)
    },
  })
}

/** Answers when the lock is held (with the promise of its end) or refused. */
function takeOne(
  transport: Transport,
  release: AbortSignal,
  lost: AbortController,
): Promise<Result<Promise<void>, Trouble>> {
  return new Promise(resolve => {
    let refusal = ''
    const command = scriptCommand('lock', [owner()], milliseconds(Number.POSITIVE_INFINITY))
    const end = transport.follow(
      command,
      text => {
        if (text === 'holdfast-locked') resolve(ok(finished))
        else refusal = text
      },
      release,
    )
    const finished = end.then(result => {
      const said = /^holdfast-refused locked (.*)$/.exec(refusal)?.[1]
      const trouble: Trouble =
        said !== undefined || result.ok
          ? { kind: 'locked', node: transport.node, holder: said ?? 'the lock could not be taken' }
          : result.failure
      resolve(fail(trouble))
      if (!release.aborted) lost.abort()
    })
  })
}
