// The whole page, read-only: the answer first, why, the picture, what happened, what is worth knowing, and the same as
// text. What-if, editing and actions belong to a later application; this one only looks.
import { type ReactElement, useEffect, useState } from 'react'
import { milliseconds } from '../core/base/units.ts'
import type { PageState } from '../core/view/page.ts'
import type { Mark } from '../core/view/picture.ts'
import { capital, showAge, type Why } from '../core/view/wording.ts'
import { ClusterPicture } from './picture.tsx'
import { Sign } from './signs.tsx'
import { type Heard, useStream } from './stream.ts'

export function App(): ReactElement {
  const heard = useStream()
  const narrow = useMedia('(max-width: 700px)')
  useTitle(heard)
  if (!heard.page) return <Waiting live={heard.live} />
  return <Screen page={heard.page} live={heard.live} now={heard.now} narrow={narrow} />
}

function Waiting({ live }: { live: boolean }): ReactElement {
  return (
    <main>
      <p className="waiting">{live ? 'Looking at the cluster for the first time…' : 'Connecting to Holdfast…'}</p>
    </main>
  )
}

function Screen({
  page,
  live,
  now,
  narrow,
}: {
  page: PageState
  live: boolean
  now: number
  narrow: boolean
}): ReactElement {
  const stale = !live || page.answer === 'unknown'
  return (
    <main>
      <header className="top">
        <h1>{page.cluster}</h1>
        <p className={live ? 'heard' : 'heard lost'}>
          <span className="dot" aria-hidden="true" />
          {live ? `live · looked at ${clock(page.looked)}` : 'connection to Holdfast lost, trying again…'}
        </p>
      </header>
      <Answer page={page} live={live} />
      {page.withoutFencing === undefined ? null : (
        <p className="banner">
          <strong>fencing: none.</strong> Reason given: {page.withoutFencing}
        </p>
      )}
      <section className="card" aria-label="Picture of the cluster">
        {stale ? (
          <p className="age">
            This picture is from {clock(page.seen)}, {showAge(milliseconds(now - page.seen))}.
          </p>
        ) : null}
        <ClusterPicture picture={page.picture} narrow={narrow} stale={stale} />
        <dl className={stale ? 'facts stale' : 'facts'}>
          <Fact name="Quorum" value={page.picture.quorum} />
          <Fact name="Fencing" value={page.picture.fencing} />
        </dl>
      </section>
      <div className="columns">
        <Events page={page} />
        <Warnings page={page} />
      </div>
      <AsText page={page} />
    </main>
  )
}

/** Announced by screen readers when it changes. */
function Answer({ page, live }: { page: PageState; live: boolean }): ReactElement {
  const answer = live ? page.answer : 'unknown'
  const sentence = live
    ? page.sentence
    : 'The Holdfast process behind this page does not answer, so the state of the cluster is not known here.'
  const then = live ? page.lastAnswer : page.headline
  return (
    <section className={`answer answer-${answer}`} aria-live="polite" aria-atomic="true">
      <Sign answer={answer} size={84} />
      <div>
        <h2>{live ? page.headline : 'Out of sight'}</h2>
        <p className="sentence">{sentence}</p>
        {then === undefined || answer !== 'unknown' ? null : (
          <p className="sentence">When last seen: {then.toLowerCase()}.</p>
        )}
        {live ? <Reasons reasons={page.reasons} /> : null}
      </div>
    </section>
  )
}

function Reasons({ reasons }: { reasons: readonly Why[] }): ReactElement | null {
  if (reasons.length === 0) return null
  const groups = [...new Set(reasons.map(r => r.about))]
  return (
    <div className="reasons">
      {groups.map(about => (
        <div key={about}>
          {groups.length > 1 ? <h3>{capital(about)}</h3> : null}
          <ul>
            {reasons
              .filter(r => r.about === about)
              .map(r => (
                <li key={r.text}>
                  {r.text}
                  {r.hint ? <code className="hint">{r.hint}</code> : null}
                </li>
              ))}
          </ul>
        </div>
      ))}
    </div>
  )
}

function Fact({ name, value }: { name: string; value: Mark }): ReactElement {
  return (
    <div className={`tone-${value.tone}`}>
      <dt>{name}</dt>
      <dd>{value.text}</dd>
    </div>
  )
}

function Events({ page }: { page: PageState }): ReactElement {
  return (
    <section className="card" aria-label="Recent events">
      <h3>What happened</h3>
      {page.events.length === 0 ? <p className="dim">Nothing since this page was opened by Holdfast.</p> : null}
      <ol className="events" role="log">
        {page.events.slice(0, 30).map(e => (
          <li key={`${e.at} ${e.source} ${e.text}`}>
            <time dateTime={new Date(e.at).toISOString()}>{clock(e.at)}</time>
            <span className={`source source-${e.source}`}>{e.source}</span>
            <span>{e.text}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Warnings({ page }: { page: PageState }): ReactElement {
  return (
    <section className="card" aria-label="Worth knowing">
      <h3>Worth knowing</h3>
      {page.warnings.length === 0 ? <p className="dim">Nothing.</p> : null}
      <ul className="warnings">
        {page.warnings.map(w => (
          <li key={`${w.code} ${w.text}`}>
            {w.text}
            {w.hint ? <code className="hint">{w.hint}</code> : null}
          </li>
        ))}
      </ul>
    </section>
  )
}

function AsText({ page }: { page: PageState }): ReactElement {
  return (
    <details className="card">
      <summary>The same as text (holdfast status)</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        {numbered(page.screen).map(line => (
          <span key={line.number}>
            {numbered(line.item).map(p => (
              <span key={p.number} className={`text-${p.item.tone}`}>
                {p.item.text}
              </span>
            ))}
            {'\n'}
          </span>
        ))}
      </pre>
    </details>
  )
}

/** For lists whose place is all that tells their items apart. */
const numbered = <T,>(items: readonly T[]): { item: T; number: number }[] =>
  items.map((item, number) => ({ item, number }))

const clock = (at: number): string => new Date(at).toLocaleTimeString([], { hourCycle: 'h23' })

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const list = matchMedia(query)
    const change = (): void => setMatches(list.matches)
    list.addEventListener('change', change)
    return () => list.removeEventListener('change', change)
  }, [query])
  return matches
}

/** The answer in the tab's title too: it is read without opening the tab. */
function useTitle({ page, live }: Heard): void {
  const title = page ? `${live ? page.headline : 'Out of sight'} · ${page.cluster}` : 'Holdfast'
  useEffect(() => {
    document.title = title
  }, [title])
}
