// What may stand where in <configuration>: elements, their attributes, what they must have. As data, one entry for each kind of
// element; `validate.ts` compares a document with it. <status> is not described: Pacemaker takes there what it finds.
// Source: "Pacemaker Explained" 2.1 and 3.0, all chapters, for the names; what is refused was found by running crm_verify 2.1.5.
// Areas not verified: the order of elements, and which of them an older schema of the 3.x line does not know yet.

export interface Shape {
  /** Attributes that must be there; those with a `|` are alternatives. */
  readonly needs?: string
  readonly may?: string
  readonly holds?: string
  /** Elements of which at least one must be there. */
  readonly wants?: string
  /** Elements of which there may be only one. */
  readonly once?: string
  /** Instead of all that, a reference to another element of the kind. */
  readonly canRefer?: boolean
}

const agent = 'class provider type'
const options = 'meta_attributes instance_attributes'
const conditions = 'rule expression date_expression rsc_expression op_expression'
const pairs: Shape = {
  needs: 'id',
  may: 'score',
  holds: 'rule nvpair attributes',
  once: 'rule attributes',
  canRefer: true,
}
const images = 'network options run-command replicas replicas-per-host promoted-max masters'
const tie = 'score score-attribute score-attribute-mangle node-attribute influence symmetrical'
const duration = 'id years months weeks days hours minutes seconds'
const calendar = `${duration} monthdays weekdays yeardays weekyears moon`

export const grammar: Readonly<Record<string, Shape>> = {
  configuration: {
    holds: 'crm_config rsc_defaults op_defaults nodes resources constraints acls fencing-topology tags alerts',
    wants: 'crm_config nodes resources constraints',
    once: 'crm_config rsc_defaults op_defaults nodes resources constraints acls fencing-topology tags alerts',
  },
  crm_config: { holds: 'cluster_property_set' },
  rsc_defaults: { holds: 'meta_attributes' },
  op_defaults: { holds: 'meta_attributes' },
  nodes: { holds: 'node' },
  resources: { holds: 'primitive template group clone master bundle' },
  constraints: { holds: 'rsc_location rsc_colocation rsc_order rsc_ticket' },
  'fencing-topology': { holds: 'fencing-level' },
  tags: { holds: 'tag' },
  alerts: { holds: 'alert' },

  cluster_property_set: pairs,
  meta_attributes: pairs,
  instance_attributes: pairs,
  utilization: pairs,
  attributes: { holds: 'nvpair' },
  nvpair: { needs: 'id name', may: 'value', canRefer: true },

  node: { needs: 'id uname', may: 'type description score', holds: 'instance_attributes utilization' },
  primitive: {
    needs: 'id class|template',
    may: `description template ${agent}`,
    holds: `${options} operations utilization`,
    once: 'operations',
  },
  template: {
    needs: 'id class type',
    may: `description ${agent}`,
    holds: `${options} operations utilization`,
    once: 'operations',
  },
  group: { needs: 'id', may: 'description', holds: `${options} primitive`, wants: 'primitive' },
  clone: {
    needs: 'id',
    may: 'description',
    holds: `${options} primitive group`,
    wants: 'primitive|group',
    once: 'primitive group',
  },
  master: {
    needs: 'id',
    may: 'description',
    holds: `${options} primitive group`,
    wants: 'primitive|group',
    once: 'primitive group',
  },
  bundle: {
    needs: 'id',
    may: 'description',
    holds: `${options} docker podman rkt network storage primitive`,
    wants: 'docker|podman|rkt',
    once: 'docker podman rkt network storage primitive',
  },
  docker: { needs: 'image', may: images },
  podman: { needs: 'image', may: images },
  rkt: { needs: 'image', may: images },
  network: {
    may: 'ip-range-start control-port host-interface host-netmask add-host',
    holds: 'port-mapping',
  },
  'port-mapping': { needs: 'id', may: 'port internal-port range' },
  storage: { holds: 'storage-mapping' },
  'storage-mapping': { needs: 'id target-dir', may: 'source-dir source-dir-root options' },
  operations: { may: 'id id-ref', holds: 'op', canRefer: true },
  op: {
    needs: 'id name interval',
    may: 'description start-delay interval-origin timeout enabled record-pending role requires on-fail',
    holds: options,
  },

  rsc_location: {
    needs: 'id',
    may: 'rsc rsc-pattern node score role resource-discovery boolean-op',
    holds: 'resource_set rule lifetime',
  },
  rsc_colocation: {
    needs: 'id',
    may: `rsc with-rsc rsc-role with-rsc-role rsc-instance with-rsc-instance ${tie}`,
    holds: 'resource_set rule lifetime',
  },
  rsc_order: {
    needs: 'id',
    may: 'first then first-action then-action first-instance then-instance kind score symmetrical require-all',
    holds: 'resource_set rule lifetime',
  },
  rsc_ticket: { needs: 'id ticket', may: 'rsc rsc-role loss-policy', holds: 'resource_set' },
  resource_set: {
    needs: 'id',
    may: 'sequential require-all ordering action role score kind',
    holds: 'resource_ref',
    wants: 'resource_ref',
    canRefer: true,
  },
  resource_ref: { needs: 'id' },
  lifetime: { holds: 'rule', wants: 'rule' },

  rule: {
    needs: 'id',
    may: 'score score-attribute boolean-op role',
    holds: conditions,
    wants: conditions.replaceAll(' ', '|'),
    canRefer: true,
  },
  expression: { needs: 'id attribute operation', may: 'value type value-source' },
  date_expression: { needs: 'id', may: 'operation start end', holds: 'date_spec duration' },
  date_spec: { needs: 'id', may: calendar },
  duration: { needs: 'id', may: duration },
  rsc_expression: { needs: 'id', may: agent },
  op_expression: { needs: 'id name', may: 'interval' },

  'fencing-level': {
    needs: 'id index devices target|target-pattern|target-attribute',
    may: 'target target-pattern target-attribute target-value',
  },
  tag: { needs: 'id', holds: 'obj_ref', wants: 'obj_ref' },
  obj_ref: { needs: 'id' },
}

/** An element's kind where the name alone does not say what its id is. */
export const freeIds: ReadonlySet<string> = new Set(['node'])
/** Attributes that name another element. */
export const references: Readonly<Record<string, readonly string[]>> = {
  primitive: ['template'],
  rsc_location: ['rsc'],
  rsc_colocation: ['rsc', 'with-rsc'],
  rsc_order: ['first', 'then'],
  rsc_ticket: ['rsc'],
  resource_ref: ['id'],
  obj_ref: ['id'],
}

const roles = 'Stopped Started Promoted Unpromoted Master Slave'

/** What a value may be: words; or a kind of value by name. By element and attribute, or by the attribute alone. */
export const values: Readonly<Record<string, string>> = {
  class: 'ocf lsb heartbeat stonith upstart service systemd nagios',
  score: 'score!',
  boolean: 'boolean!',
  'rsc_location.role': roles,
  'rsc_colocation.rsc-role': roles,
  'rsc_colocation.with-rsc-role': roles,
  'rsc_ticket.rsc-role': roles,
  'resource_set.role': roles,
  'rule.role': roles,
  'op.role': roles,
  'rule.boolean-op': 'or and',
  'rsc_location.resource-discovery': 'always never exclusive',
  'rsc_order.kind': 'Optional Mandatory Serialize',
  'resource_set.kind': 'Optional Mandatory Serialize',
  'rsc_order.first-action': 'start promote demote stop',
  'rsc_order.then-action': 'start promote demote stop',
  'resource_set.action': 'start promote demote stop',
  'resource_set.ordering': 'group listed',
  'rsc_ticket.loss-policy': 'stop demote fence freeze',
  'expression.operation': 'lt gt lte gte eq ne defined not_defined',
  'expression.type': 'string integer number version',
  'expression.value-source': 'literal param meta',
  'date_expression.operation': 'in_range gt lt date_spec',
  'op.on-fail': 'ignore block demote stop restart standby fence restart-container',
  'op.requires': 'nothing quorum fencing unfencing',
  'rsc_order.symmetrical': 'boolean!',
  'rsc_order.require-all': 'boolean!',
  'resource_set.sequential': 'boolean!',
  'resource_set.require-all': 'boolean!',
  'fencing-level.index': 'index!',
}
