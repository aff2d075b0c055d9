// PostgreSQL on a replicated volume: mounts → server → addresses, on the node where the volume is Primary.
// Data, configuration and WAL all lie on the volume, so that a failover takes everything along.
// Source: best practice, "PostgreSQL on DRBD" and "Timing"; the meta-data of ocf:heartbeat:pgsql.
import { z } from 'zod'
import { found } from '../base/assert.ts'
import type { Milliseconds } from '../base/units.ts'
import { bytes, minutes, seconds } from '../base/units.ts'
import { parseAddress } from '../model/addresses.ts'
import type { Cluster, VolumePart } from '../model/types.ts'
import type { Blueprint, Occasion, Preparation, ServicePlan, ServiceProblem } from './blueprint.ts'

type Parameters = {
  readonly version?: number | undefined
  readonly port: number
  readonly allow?: readonly string[] | undefined
  readonly settings: Readonly<Record<string, string | number | boolean>>
}

const settingName: z.ZodString = z.string().regex(/^[a-z_][a-z0-9_.]*$/, 'expected the name of a PostgreSQL setting')

const parameters: z.ZodType<Parameters> = z.strictObject({
  version: z
    .int()
    .min(13)
    .max(30)
    .optional()
    .describe('Major version. Without it, the one that the distribution carries (Debian 12: 15, Debian 13: 17).'),
  port: z.int().min(1).max(65_535).default(5432).describe('The TCP port that clients come to.'),
  allow: z
    .array(z.string())
    .optional()
    .describe('Networks whose clients may log in with a password. Without it, the networks of the addresses.'),
  settings: z
    .record(settingName, z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('PostgreSQL settings to begin with; afterwards use ALTER SYSTEM.'),
})

const shippedVersion = ({ id, version }: Occasion['distribution']): number =>
  id === 'debian' && version <= 12 ? 15 : 17

/** The first part holds the data; a part named `wal`, if there is one, the write-ahead log. */
function places(occasion: Occasion): { data: string; wal: string | undefined } {
  const parts = occasion.volumes.flatMap(volume => volume.parts)
  const wal = parts.find(part => part.name === 'wal')
  const first: VolumePart = found(
    parts.find(part => part !== wal),
    `a data volume of service ${occasion.service.name}`,
  )
  return { data: `${first.mount}/data`, wal: wal && `${wal.mount}/wal` }
}

export const postgresql: Blueprint<Parameters> = {
  name: 'postgresql',
  summary: 'A PostgreSQL server whose data lies on replicated volumes.',
  parameters,
  placement: 'failover',
  check: checkService,
  build: (occasion, chosen) => {
    const version = chosen.version ?? shippedVersion(occasion.distribution)
    const programs = `/usr/lib/postgresql/${version}/bin`
    const { data } = places(occasion)
    return {
      agent: {
        class: 'ocf',
        provider: 'heartbeat',
        type: 'pgsql',
        parameters: {
          pgctl: `${programs}/pg_ctl`,
          psql: `${programs}/psql`,
          pgdata: data,
          pgdba: 'postgres',
          pgport: String(chosen.port),
          config: `${data}/postgresql.conf`,
          logfile: `/var/log/postgresql/${occasion.service.name}.log`,
        },
        operations: [
          { name: 'start', timeout: seconds(120) },
          { name: 'stop', timeout: seconds(120) },
          { name: 'monitor', timeout: seconds(60), interval: monitorInterval(occasion.cluster) },
        ],
      },
      packages: [`postgresql-${version}`],
      maskedUnits: ['postgresql.service', `postgresql@${version}-main.service`],
      disabledUnits: [],
      // Before the package is installed: no cluster of the distribution's own on the port.
      files: [
        {
          path: '/etc/postgresql-common/createcluster.conf',
          content:
            '# The cluster made by Holdfast lies on a replicated volume; the package makes none.\ncreate_main_cluster = false\n',
          mode: 0o644,
          owner: 'root:root',
        },
      ],
      sysctl: {},
      process: 'postgres',
      client: 'postgresql',
      ports: [chosen.port],
      clients: networksOf(occasion, chosen),
      ...sharedMemory(chosen),
      users: ['postgres'],
      preparation: preparation(occasion, chosen, programs),
      proof: {
        user: 'postgres',
        argv: [`${programs}/psql`, '--no-psqlrc', '-p', String(chosen.port), '-Atc', 'select 1', 'postgres'],
        expect: '1',
      },
    }
  },
}

const memoryUnits: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 2 ** 10],
  ['MB', 2 ** 20],
  ['GB', 2 ** 30],
  ['TB', 2 ** 40],
  // A number alone counts blocks.
  ['', 8 * 2 ** 10],
])

/** What PostgreSQL itself would refuse is left to it. */
function sharedMemory({ settings }: Parameters): Pick<ServicePlan, 'memory'> {
  const what = 'shared_buffers'
  const [, count, unit = ''] = /^\s*([0-9.]+)\s*([A-Za-z]*)\s*$/.exec(String(settings[what] ?? '')) ?? []
  const size = Number(count) * (memoryUnits.get(unit) ?? Number.NaN)
  return Number.isFinite(size) ? { memory: { what, size: bytes(size) } } : {}
}

/** The agent polls; what it advertises is 30 s, which would be most of the outage after the server died alone. */
const monitorInterval = (cluster: Cluster): Milliseconds => (cluster.timing === 'lan-fast' ? seconds(5) : seconds(10))

function preparation(occasion: Occasion, chosen: Parameters, programs: string): Preparation {
  const { data, wal } = places(occasion)
  const directory = (path: string) => ({ path, owner: 'postgres', group: 'postgres', mode: 0o700 })
  const initdb = [
    `${programs}/initdb`,
    `--pgdata=${data}`,
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--data-checksums',
    '--auth-local=peer',
    '--auth-host=scram-sha-256',
    ...(wal === undefined ? [] : [`--waldir=${wal}`]),
  ]
  const file = (path: string, content: string) => ({ path, content, mode: 0o600, owner: 'postgres:postgres' })
  return {
    directories: [directory(data), ...(wal === undefined ? [] : [directory(wal)])],
    commands: [{ creates: `${data}/PG_VERSION`, user: 'postgres', argv: initdb }],
    files: [
      file(`${data}/postgresql.auto.conf`, settingsText(occasion, chosen)),
      file(`${data}/pg_hba.conf`, accessText(occasion, chosen)),
    ],
  }
}

/** Crash recovery replays the WAL since the last checkpoint: both bounds follow from half of the outage budget, at a
 *  replay of 32 MiB/s. */
function settingsText({ service }: Occasion, chosen: Parameters): string {
  const recovery = (service.budget ?? minutes(1)) / 2 / 1_000
  const walMebibytes = Math.min(1_024, Math.max(128, Math.floor((recovery * 32) / 64) * 64))
  const settings: Record<string, string | number | boolean> = {
    listen_addresses: '*',
    port: chosen.port,
    max_wal_size: `${walMebibytes}MB`,
    checkpoint_timeout: '5min',
    password_encryption: 'scram-sha-256',
    ...chosen.settings,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`)
  return `${['# Written once, when the volume was prepared. From then on: ALTER SYSTEM.', ...lines].join('\n')}\n`
}

/** Those that may log in: pg_hba.conf and the firewall let in the same. */
const networksOf = ({ service }: Occasion, { allow }: Parameters): readonly string[] =>
  allow ?? service.addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`)

function accessText(occasion: Occasion, chosen: Parameters): string {
  const networks = networksOf(occasion, chosen)
  const lines = ['local all all peer', 'host all all 127.0.0.1/32 scram-sha-256', 'host all all ::1/128 scram-sha-256']
  return `${[...lines, ...networks.map(network => `host all all ${network} scram-sha-256`)].join('\n')}\n`
}

/** `10.1.0.0/16`: an address and a prefix length that fits it. */
function isNetwork(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/')
  const parsed = parseAddress(address)
  return parsed !== undefined && more.length === 0 && /^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= parsed.bits
}

function checkService({ service, volumes }: Occasion, { allow = [] }: Parameters): readonly ServiceProblem[] {
  const problems: ServiceProblem[] = []
  for (const [index, network] of allow.entries())
    if (!isNetwork(network))
      problems.push({
        severity: 'error',
        code: 'bad-network',
        message: `${service.name}: \`${network}\` is not a network`,
        hint: 'such as 192.0.2.0/24',
        path: ['parameters', 'allow', index],
      })
  if (volumes.length === 0)
    problems.push({
      severity: 'error',
      code: 'postgresql-no-volume',
      message: `${service.name}: PostgreSQL needs a replicated volume for its data`,
      hint: 'name one under `volumes`',
      path: [],
    })
  const names = volumes.map(volume => volume.name)
  if (volumes.length > 1)
    problems.push({
      severity: 'warning',
      code: 'wal-apart-from-data',
      message: `${service.name}: its data is spread over the volumes ${names.join(' and ')}, whose writes reach the peer in no common order`,
      hint: 'make them parts of one volume (`parts`): data and WAL then share one DRBD resource and one write order',
      path: ['volumes'],
    })
  if (service.addresses.length === 0)
    problems.push({
      severity: 'warning',
      code: 'no-address',
      message: `${service.name}: without an address of its own, clients have to find the active node themselves`,
      hint: 'give it one under `addresses`',
      path: [],
    })
  return problems
}
