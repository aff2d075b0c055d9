// What the live page shows, as data, and what the server remembers between two looks: the last picture that somebody
// really saw, the looks of the last minute (for the speed of a resync), and the last events in words.
import { elapsed, type Instant, seconds } from '../base/units.ts'
import type { WorldEvent } from '../drill/world.ts'
import type { Snapshot } from '../live/snapshot.ts'
import type { Cluster } from '../model/types.ts'
import { changes } from './changes.ts'
import { factsOf, isSeen } from './facts.ts'
import { type Picture, picture } from './picture.ts'
import { type Answer, type Protection, protection } from './protection.ts'
import { statusScreen } from './screen.ts'
import type { StyledLine } from './styled.ts'
import { answerSentence, answerWords, reasons, type Why } from './wording.ts'

export interface PageState {
  readonly cluster: string
  readonly answer: Answer
  readonly headline: string
  readonly sentence: string
  readonly reasons: readonly Why[]
  readonly warnings: Protection['warnings']
  /** Present where the cluster was built without fencing: the administrator's reason. */
  readonly withoutFencing?: string
  readonly picture: Picture
  /** When the picture was true. Older than `looked` where the nodes are out of reach. */
  readonly seen: Instant
  /** The last time that we looked, with or without success. */
  readonly looked: Instant
  /** What the answer was when the picture was true; only where nobody can be asked now. */
  readonly lastAnswer?: string
  /** Newest first. */
  readonly events: readonly WorldEvent[]
  /** The terminal's screen, for who prefers text. */
  readonly screen: readonly StyledLine[]
}

/** One message of the page's stream. `now` is the sender's clock, so that ages do not depend on the reader's. */
export interface PageMessage {
  readonly now: Instant
  /** Absent in a beat, which only says that the sender lives. */
  readonly page?: PageState
}

export interface PageMemory {
  readonly latest: Snapshot
  /** The last one in which somebody could be asked. */
  readonly good?: Snapshot
  /** Good ones of the last minute, oldest first. */
  readonly recent: readonly Snapshot[]
  /** Newest first. */
  readonly events: readonly WorldEvent[]
}

const speedOver = seconds(60)
const eventsKept = 60

export function remember(cluster: Cluster, memory: PageMemory | undefined, latest: Snapshot): PageMemory {
  const seen = isSeen(factsOf(cluster, latest), 'pacemaker')
  const good = seen ? latest : memory?.good
  const recent = (memory?.recent ?? []).filter(s => elapsed(s.at, latest.at) <= speedOver && s.at < latest.at)
  const news = memory ? changes(memory.latest, latest).toReversed() : []
  return {
    latest,
    ...(good ? { good } : {}),
    recent: seen ? [...recent, latest] : recent,
    events: [...news, ...(memory?.events ?? [])].slice(0, eventsKept),
  }
}

export function pageState(cluster: Cluster, memory: PageMemory): PageState {
  const { latest, events } = memory
  const before = memory.recent.find(s => s.at < latest.at)
  const now = protection(cluster, latest, before)
  const shown = memory.good ?? latest
  const then = protection(cluster, shown, before)
  return {
    cluster: cluster.name,
    answer: now.answer,
    headline: answerWords[now.answer],
    sentence: answerSentence(now),
    reasons: reasons(now),
    warnings: now.warnings,
    ...(cluster.fencing.kind === 'none' ? { withoutFencing: cluster.fencing.reason } : {}),
    picture: picture(factsOf(cluster, shown, before), then),
    seen: shown.at,
    looked: latest.at,
    ...(shown === latest ? {} : { lastAnswer: answerWords[then.answer] }),
    events,
    screen: statusScreen(cluster, latest, before ? { before } : {}),
  }
}
