// A drill's report as lines for the terminal: the verdict first, then each statement, then what the client saw.
import { elapsed, showDuration } from '../base/units.ts'
import {
  allAnswered,
  clientOf,
  type DrillReport,
  type Outage,
  type ServiceReport,
  type StepReport,
} from '../drill/report.ts'
import { simulationNote } from './report.ts'
import { type Piece, piece, type StyledLine, type Tone, table } from './styled.ts'

const worlds = { sim: 'simulated', lab: 'on virtual machines', live: 'on the live cluster' } as const

export function drillLines(report: DrillReport): StyledLine[] {
  const passed = report.verdict === 'passed'
  return [
    [
      piece(passed ? 'PASSED' : 'FAILED', passed ? 'good' : 'bad'),
      piece(`  ${report.scenario}`, 'strong'),
      piece(` on ${report.cluster}, ${worlds[report.world]}, ${showDuration(elapsed(report.started, report.ended))}`),
    ],
    [],
    ...table(report.steps.map(stepCells)),
    [],
    ...report.services.flatMap(serviceLines),
    ...(report.world === 'sim' ? [[], [piece(simulationNote(report), 'warn')]] : []),
  ]
}

const marks: Readonly<Record<StepReport['verdict'], readonly [string, Tone]>> = {
  done: ['·', 'dim'],
  met: ['✔', 'good'],
  failed: ['✘', 'bad'],
}

function stepCells(step: StepReport): Piece[] {
  const [mark, tone] = marks[step.verdict]
  const took =
    step.from !== undefined && step.to !== undefined && step.to > step.from
      ? `after ${showDuration(elapsed(step.from, step.to))}`
      : ''
  return [
    piece(mark, tone),
    piece(step.text.replace(/\s+/g, ' ')),
    step.why === undefined ? piece(took, 'dim') : piece(step.why, 'bad'),
  ]
}

/** Outages on the screen. */
const shown = 3

function serviceLines(service: ServiceReport): StyledLine[] {
  const lost: Piece =
    service.lost === undefined
      ? piece('could not be read back', 'warn')
      : piece(`${service.lost} lost`, service.lost === 0 ? 'good' : 'bad')
  const rows: readonly Piece[][] = [
    ...service.outages
      .slice(0, shown)
      .map(outage => [
        piece('outage'),
        piece(showDuration(elapsed(outage.from, outage.to)), 'strong'),
        piece(splitText(outage), 'dim'),
      ]),
    ...(service.outages.length === 0
      ? [[piece('outage'), piece('none', 'good'), piece(allAnswered(service), 'dim')]]
      : []),
    service.asks === undefined
      ? [
          piece('rows'),
          lost,
          piece(`of ${service.acknowledged} acknowledged; ${service.refused} attempts were refused`, 'dim'),
        ]
      : [piece('answers'), piece(String(service.acknowledged)), piece(`${service.refused} requests had none`, 'dim')],
  ]
  return [[piece(`what the client of ${clientOf(service)} saw`, 'heading')], ...table(rows)]
}

const splitText = (outage: Outage): string =>
  outage.split.map(({ phase, took }) => `${phase} ${showDuration(took)}`).join(' · ')
