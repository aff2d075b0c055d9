// The cluster file's form: which keys there are, what each takes, what it is without them. The JSON Schema for editors
// and the reference in docs/cluster-file.md are generated from this, so every field describes itself.
// What a form cannot say (an address twice, a volume that is not there) is in core/model/check.ts.
import { z } from 'zod'
import { found } from '../base/assert.ts'
import type { SealedBlueprint } from '../blueprints/blueprint.ts'
import { blueprints } from '../blueprints/registry.ts'
import type { ClusterForm } from './form.ts'
import { durationField, sizeField } from './quantities.ts'

const nameRule = 'expected a name: lower-case letters, digits and dashes, a letter first, at most 32 characters'
const nameField = z
  .string(nameRule)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, nameRule)
  .max(32, nameRule)
const pathRule = 'expected an absolute path'
const pathField = z
  .string(pathRule)
  .regex(/^\/[A-Za-z0-9._/:@+-]*$/, pathRule)
  .refine(path => !path.split('/').includes('..'), {
    error: 'expected a path without `..`',
  })
const hostRule = 'expected a host name or address'
const hostField = z.string(hostRule).regex(/^[A-Za-z0-9][A-Za-z0-9.:_-]*$/, hostRule)
const managementField = z
  .string()
  .regex(
    /^(?:[a-z_][a-z0-9_-]*@)?(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(?::[0-9]{1,5})?$/,
    'expected `host`, `user@host` or `user@host:port`',
  )
const portField = z.int('expected a port number').min(1).max(65_535)
const groupRule = 'expected the name of an LVM volume group'
const groupField = z.string(groupRule).regex(/^[A-Za-z0-9_.+][A-Za-z0-9_.+-]{0,100}$/, groupRule)
const filesystemField = z.enum(['ext4', 'xfs'])

const secretField = z
  .union(
    [
      z.strictObject({ file: z.string().min(1).describe('A file that holds it; relative to the cluster file.') }),
      z.strictObject({
        environment: z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
          .describe('An environment variable.'),
      }),
      z.strictObject({
        command: z.array(z.string()).min(1).describe('A command that prints it, as a list of arguments.'),
      }),
    ],
    'expected one of `{file: PATH}`, `{environment: NAME}`, `{command: [PROGRAM, ARGUMENT, …]}`',
  )
  .describe('A secret by reference; it is never in the file itself.')

const fenceDevice = z
  .object({
    agent: z
      .string()
      .regex(/^fence_[a-z0-9_]+$/, 'expected a fence agent, such as `fence_redfish`')
      .describe('The fence agent.'),
    level: z
      .int()
      .min(1)
      .max(9)
      .optional()
      .describe('Tried in this order; devices of one level must all succeed. Default: 1, 2, … as listed.'),
    'shares-power': z
      .boolean()
      .optional()
      .describe(
        "True where the device dies with the host's own power. Default: true for BMCs (IPMI, Redfish, iLO, iDRAC), else false.",
      ),
  })
  .catchall(
    z.union(
      [z.string(), z.number(), z.boolean(), secretField],
      'expected a text, a number, true, false or a secret by reference',
    ),
  )
  .describe(
    'A device that can switch the node off. Further keys are parameters of the agent (`pcs stonith describe AGENT`).',
  )

const node = z.strictObject({
  management: managementField
    .optional()
    .describe(
      'Where ssh reaches it: `host`, `user@host:port`, or a name from your ssh configuration. Default: its name.',
    ),
  links: z
    .array(z.string())
    .min(1, 'expected at least one address')
    .max(8)
    .describe('Its address on each cluster link, in the same order on every node. Two at least.'),
  fence: z
    .union([fenceDevice, z.array(fenceDevice)])
    .optional()
    .describe('Its fence device, or a list of them: the second is tried where the first fails.'),
})

const backing = {
  device: pathField
    .optional()
    .describe('The backing block device; the same path on each node. Where they differ, use `volume-group`.'),
  filesystem: filesystemField.optional().describe('Default: ext4.'),
  mount: pathField.optional().describe('Where the active node mounts it. Default: /srv/ and the name.'),
  'erase-existing': z.boolean().optional().describe('Your word that whatever is on the device may be destroyed.'),
}
const part = z.strictObject({ size: sizeField.describe('Such as `2 GiB`.'), ...backing })
const volume = z.strictObject({
  size: sizeField.optional().describe('Such as `8 GiB`.'),
  ...backing,
  'volume-group': groupField.optional().describe('The LVM volume group in which its logical volume is made.'),
  protocol: z
    .enum(['A', 'B', 'C'])
    .default('C')
    .describe("DRBD's protocol. C: a write is acknowledged when it is on both disks. A and B can lose writes."),
  nodes: z.array(z.string()).optional().describe('The nodes that hold a replica. Default: the first two.'),
  port: portField
    .optional()
    .describe('The TCP port of its replication. Default: 7789 and up, in the order of the file.'),
  parts: z
    .record(nameField, part)
    .optional()
    .describe('Several disks that share one write order, such as `data` and `wal`.'),
})

const addressForm = z
  .string()
  .regex(/^[0-9A-Fa-f.:]+\/[0-9]{1,3}$/, 'expected an address with its prefix length, such as `192.0.2.10/24`')
const address = z.union(
  [
    addressForm,
    z.strictObject({
      address: addressForm.describe('With its prefix length.'),
      interface: z
        .string()
        .regex(/^[A-Za-z0-9._-]{1,15}$/)
        .optional()
        .describe("Default: the one that carries the address's network."),
      prefer: z.string().optional().describe('The node where this address should be.'),
    }),
  ],
  'expected `192.0.2.10/24` or `{address: 192.0.2.10/24, prefer: NODE}`',
)

const serviceFields = {
  volumes: z.array(z.string()).optional().describe('The volumes that it needs mounted.'),
  addresses: z.array(address).optional().describe('The addresses at which clients find it, wherever it runs.'),
  prefer: z.string().optional().describe('Where it starts when there is a choice. It does not move back by itself.'),
  with: z.array(z.string()).optional().describe('Services that must be on the same node.'),
  after: z.array(z.string()).optional().describe('Services that must have started before.'),
  budget: durationField.optional().describe('The longest outage that one fault may cost.'),
}
/** For a service whose kind is not known: what can be said of it all the same. */
export const anyService: z.ZodType<unknown> = z.strictObject({
  blueprint: z.unknown().optional(),
  parameters: z.unknown().optional(),
  ...serviceFields,
})

const serviceOf = (blueprint: SealedBlueprint) =>
  z.strictObject({
    blueprint: z.literal(blueprint.name).describe(blueprint.summary),
    parameters: blueprint.parameters.prefault({}).describe('The parameters of this kind of service.'),
    ...serviceFields,
  })
const [firstBlueprint, ...otherBlueprints] = blueprints
const service = z.discriminatedUnion('blueprint', [
  serviceOf(found(firstBlueprint, 'a blueprint')),
  ...otherBlueprints.map(serviceOf),
])

const witness = z.strictObject({
  witness: hostField.describe(
    'A machine outside the cluster, as the nodes reach it (TCP port 5403). `apply` sets up corosync-qnetd there.',
  ),
  management: managementField.optional().describe('Where ssh reaches it, as for a node. Default: the same.'),
  algorithm: z.enum(['ffsplit', 'lms']).default('ffsplit').describe('How it gives its vote.'),
})

export const clusterSchema: z.ZodType<ClusterForm> = z.strictObject({
  cluster: nameField.describe("The cluster's name."),
  nodes: z.record(nameField, node).describe('The machines.'),
  volumes: z.record(nameField, volume).optional().describe('Replicated disks; each is one DRBD resource.'),
  services: z.record(nameField, service).optional().describe('What the cluster keeps running.'),
  fencing: z
    .union(
      [z.literal('required'), z.strictObject({ none: z.string().min(8, 'expected a reason') })],
      'expected `required`, or `{none: REASON}`',
    )
    .default('required')
    .describe(
      '`required`, or `{none: REASON}`: a lost node is then assumed to be off, which loses data when it is not.',
    ),
  quorum: z
    .union([z.enum(['two-node', 'majority']), witness], 'expected `two-node`, `majority` or `{witness: HOST}`')
    .optional()
    .describe('Who decides when nodes lose each other. Default: two-node for two, majority for more.'),
  timing: z
    .enum(['lan-fast', 'balanced', 'cloud'])
    .default('balanced')
    .describe('How fast a silent node is declared lost: 1.3 s, 6.6 s, 44 s (on two nodes).'),
})
