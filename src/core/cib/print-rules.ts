// Attribute sets and rules as elements. Source: "Pacemaker Explained" 2.1, "Rules".
import type { Element } from '../xml/types.ts'
import { make } from './make.ts'
import type { Expression, PairSet, Rule } from './types.ts'

export const pairSets = (name: string, sets: readonly PairSet[]): readonly Element[] =>
  sets.map(set =>
    make(
      name,
      [
        ['id', set.id],
        ['score', set.score],
      ],
      [
        ...(set.rule ? [ruleElement(set.rule)] : []),
        ...set.pairs.map(pair =>
          make('nvpair', [
            ['id', pair.id],
            ['name', pair.name],
            ['value', pair.value],
          ]),
        ),
      ],
    ),
  )

export const ruleElement = (rule: Rule): Element =>
  make(
    'rule',
    [
      ['id', rule.id],
      ['score', rule.score],
      ['score-attribute', rule.scoreAttribute],
      ['role', rule.role],
      ['boolean-op', rule.booleanOp],
    ],
    rule.expressions.map(expression),
  )

function expression(item: Expression): Element {
  switch (item.kind) {
    case 'rule':
      return ruleElement(item)
    case 'expression':
      return make('expression', [
        ['id', item.id],
        ['attribute', item.attribute],
        ['operation', item.operation],
        ['value', item.value],
        ['type', item.type],
        ['value-source', item.valueSource],
      ])
    case 'date_expression':
      return make(
        'date_expression',
        [
          ['id', item.id],
          ['operation', item.operation],
          ['start', item.start],
          ['end', item.end],
        ],
        [
          ...(item.spec ? [make('date_spec', [...item.spec])] : []),
          ...(item.duration ? [make('duration', [...item.duration])] : []),
        ],
      )
    case 'rsc_expression':
      return make('rsc_expression', [
        ['id', item.id],
        ['class', item.class],
        ['provider', item.provider],
        ['type', item.type],
      ])
    case 'op_expression':
      return make('op_expression', [
        ['id', item.id],
        ['name', item.name],
        ['interval', item.interval],
      ])
    default:
      return item satisfies never
  }
}
