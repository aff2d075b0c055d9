// The stream of the server as a React hook: the last page, and whether the server can still be heard. The browser's
// EventSource connects again by itself; silence for three beats counts as lost.
import { useEffect, useRef, useState } from 'react'
import type { PageMessage, PageState } from '../core/view/page.ts'

export interface Heard {
  readonly page?: PageState
  /** Is the server talking to us? */
  readonly live: boolean
  /** The server's clock; while it is silent, carried on by ours. */
  readonly now: number
}

const silenceMs = 15_000

export function useStream(): Heard {
  const [page, setPage] = useState<PageState>()
  const [, tick] = useState(0)
  const heard = useRef({ now: 0, at: 0, broken: true })
  useEffect(() => {
    const stream = new EventSource('/events')
    stream.onmessage = event => {
      const message: PageMessage = JSON.parse(event.data)
      heard.current = { now: message.now, at: performance.now(), broken: false }
      if (message.page) setPage(message.page)
    }
    stream.onerror = () => {
      heard.current.broken = true
      tick(n => n + 1)
    }
    const clock = setInterval(() => tick(n => n + 1), 1_000)
    return () => {
      stream.close()
      clearInterval(clock)
    }
  }, [])
  const silent = performance.now() - heard.current.at
  const rest = { live: !heard.current.broken && silent < silenceMs, now: heard.current.now + silent }
  return page ? { page, ...rest } : rest
}
