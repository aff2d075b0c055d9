// <configuration> as elements. Source: "Pacemaker Explained" 2.1.
import type { Element } from '../xml/types.ts'
import { make } from './make.ts'
import { pairSets, ruleElement } from './print-rules.ts'
import type {
  Bundle,
  Configuration,
  Constraint,
  Operation,
  Primitive,
  Resource,
  ResourceSet,
  Template,
} from './types.ts'

export function configurationElement(configuration: Configuration): Element {
  const optional = (name: string, children: readonly Element[]): readonly Element[] =>
    children.length === 0 ? [] : [make(name, [], children)]
  return make(
    'configuration',
    [],
    [
      make('crm_config', [], pairSets('cluster_property_set', configuration.options)),
      make(
        'nodes',
        [],
        configuration.nodes.map(node =>
          make(
            'node',
            [
              ['id', node.id],
              ['uname', node.uname],
              ['type', node.type],
              ['score', node.score],
            ],
            [...pairSets('instance_attributes', node.attributes), ...pairSets('utilization', node.utilization)],
          ),
        ),
      ),
      make('resources', [], [...configuration.templates.map(template), ...configuration.resources.map(resource)]),
      make('constraints', [], configuration.constraints.map(constraint)),
      ...optional('rsc_defaults', pairSets('meta_attributes', configuration.resourceDefaults)),
      ...optional('op_defaults', pairSets('meta_attributes', configuration.operationDefaults)),
      ...optional(
        'fencing-topology',
        configuration.fencingTopology.map(level =>
          make('fencing-level', [
            ['id', level.id],
            ['target', level.target],
            ['target-pattern', level.targetPattern],
            ['target-attribute', level.targetAttribute],
            ['target-value', level.targetValue],
            ['index', level.index],
            ['devices', level.devices.join(',')],
          ]),
        ),
      ),
      ...optional(
        'tags',
        configuration.tags.map(tag =>
          make(
            'tag',
            [['id', tag.id]],
            tag.members.map(id => make('obj_ref', [['id', id]])),
          ),
        ),
      ),
      ...configuration.others,
    ],
  )
}

const inside = (item: Resource | Template): readonly Element[] => [
  ...pairSets('meta_attributes', item.meta),
  ...pairSets('instance_attributes', item.parameters),
]

function resource(item: Resource): Element {
  switch (item.kind) {
    case 'primitive':
      return primitive(item)
    case 'group':
      return make(
        'group',
        [
          ['id', item.id],
          ['description', item.description],
        ],
        [...inside(item), ...item.members.map(primitive)],
      )
    case 'clone':
      return make(
        item.master ? 'master' : 'clone',
        [
          ['id', item.id],
          ['description', item.description],
        ],
        [...inside(item), resource(item.child)],
      )
    case 'bundle':
      return bundle(item)
    default:
      return item satisfies never
  }
}

const primitive = (item: Primitive): Element =>
  make(
    'primitive',
    [
      ['id', item.id],
      ['class', item.class],
      ['provider', item.provider],
      ['type', item.type],
      ['template', item.template],
      ['description', item.description],
    ],
    [...inside(item), ...operations(item.operations), ...pairSets('utilization', item.utilization)],
  )

const template = (item: Template): Element =>
  make(
    'template',
    [
      ['id', item.id],
      ['class', item.class],
      ['provider', item.provider],
      ['type', item.type],
      ['description', item.description],
    ],
    [...inside(item), ...operations(item.operations), ...pairSets('utilization', item.utilization)],
  )

const operations = (list: readonly Operation[]): readonly Element[] =>
  list.length === 0 ? [] : [make('operations', [], list.map(operation))]

function operation(item: Operation): Element {
  const others = [...item.attributes].filter(([name]) => !['id', 'name', 'interval', 'id-ref'].includes(name))
  return make(
    'op',
    [['id', item.id], ['name', item.name], ['interval', item.interval], ...others],
    [...pairSets('meta_attributes', item.meta), ...pairSets('instance_attributes', item.parameters)],
  )
}

function bundle(item: Bundle): Element {
  const { network } = item
  return make(
    'bundle',
    [
      ['id', item.id],
      ['description', item.description],
    ],
    [
      ...inside(item),
      make(item.container, [...item.attributes]),
      ...(network
        ? [
            make(
              'network',
              [...network.attributes],
              network.ports.map(port => make('port-mapping', [...port])),
            ),
          ]
        : []),
      ...(item.storage.length > 0
        ? [
            make(
              'storage',
              [],
              item.storage.map(mapping => make('storage-mapping', [...mapping])),
            ),
          ]
        : []),
      ...(item.primitive ? [primitive(item.primitive)] : []),
    ],
  )
}

const sets = (list: readonly ResourceSet[]): readonly Element[] =>
  list.map(set =>
    make(
      'resource_set',
      [
        ['id', set.id],
        ['sequential', set.sequential],
        ['require-all', set.requireAll],
        ['action', set.action],
        ['role', set.role],
        ['ordering', set.ordering],
        ['kind', set.kind],
        ['score', set.score],
      ],
      set.members.map(id => make('resource_ref', [['id', id]])),
    ),
  )

function constraint(item: Constraint): Element {
  const lifetime = 'lifetime' in item && item.lifetime ? [make('lifetime', [], [ruleElement(item.lifetime)])] : []
  switch (item.kind) {
    case 'location':
      return make(
        'rsc_location',
        [
          ['id', item.id],
          ['rsc', item.rsc],
          ['rsc-pattern', item.rscPattern],
          ['role', item.role],
          ['node', item.node],
          ['score', item.score],
          ['resource-discovery', item.resourceDiscovery],
        ],
        [...sets(item.sets), ...item.rules.map(ruleElement), ...lifetime],
      )
    case 'colocation':
      return make(
        'rsc_colocation',
        [
          ['id', item.id],
          ['rsc', item.rsc],
          ['rsc-role', item.rscRole],
          ['rsc-instance', item.rscInstance],
          ['with-rsc', item.withRsc],
          ['with-rsc-role', item.withRole],
          ['with-rsc-instance', item.withInstance],
          ['score', item.score],
          ['node-attribute', item.nodeAttribute],
          ['influence', item.influence],
          ['symmetrical', item.symmetrical],
        ],
        [...sets(item.sets), ...lifetime],
      )
    case 'order':
      return make(
        'rsc_order',
        [
          ['id', item.id],
          ['first', item.firstRsc],
          ['first-action', item.firstAction],
          ['first-instance', item.firstInstance],
          ['then', item.thenRsc],
          ['then-action', item.thenAction],
          ['then-instance', item.thenInstance],
          ['kind', item.orderKind],
          ['score', item.score],
          ['symmetrical', item.symmetrical],
          ['require-all', item.requireAll],
        ],
        [...sets(item.sets), ...lifetime],
      )
    case 'ticket':
      return make(
        'rsc_ticket',
        [
          ['id', item.id],
          ['rsc', item.rsc],
          ['rsc-role', item.rscRole],
          ['ticket', item.ticket],
          ['loss-policy', item.lossPolicy],
        ],
        sets(item.sets),
      )
    default:
      return item satisfies never
  }
}
