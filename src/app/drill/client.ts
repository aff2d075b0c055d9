// The drill's client in the lab, which comes through the lab's client machine to the service address, as an application
// would: of PostgreSQL a writer with its own role and database, made on the node where the service runs; of a service that
// keeps no data a visitor that asks for an answer.
import { randomBytes } from 'node:crypto'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { type Instant, instant, milliseconds, seconds } from '../../core/base/units.ts'
import { planOf } from '../../core/blueprints/registry.ts'
import type { Cluster, Service } from '../../core/model/types.ts'
import { ledgerTable, postgresqlDoor } from '../../io/client/postgresql.ts'
import { openTunnel } from '../../io/client/tunnel.ts'
import { visitorDoor } from '../../io/client/visitor.ts'
import { type Door, startWriter, type Writer } from '../../io/client/writer.ts'
import type { Lab } from '../../io/lab/contract.ts'
import type { Transport } from '../../io/transport/transport.ts'

export interface DrillClient extends AsyncDisposable {
  readonly writer: Writer
  /** What to look at where the service answers nothing. */
  readonly hint: string
}

export const statusHint = 'holdfast status --in lab shows what is wrong'

const name = 'holdfast_drill'
/** Ten rows a second: an outage is known to a tenth of a second. */
const interval = milliseconds(100)
/** Long enough for an emulated server to check a password; an application that waits longer makes its own outage longer. */
const patience = milliseconds(5_000)

/** `active` is where the service runs now. */
export async function drillClient(
  lab: Lab,
  active: Transport,
  cluster: Cluster,
  service: Service,
): Promise<Result<DrillClient, { readonly why: string }>> {
  const { ports, client } = planOf(cluster, service)
  const [port] = ports
  const address = service.addresses[0]?.address
  if (address === undefined || port === undefined)
    return fail({ why: `${service.name} has no address and port that a client could come to` })
  const tunnel = await openTunnel({
    configFile: lab.client.ssh.configFile,
    machine: lab.client.name,
    address,
    port,
  })
  if (!tunnel.ok) return fail({ why: `no way through the client machine: ${tunnel.failure.detail}` })
  const door =
    client === 'postgresql'
      ? await databaseDoor(active, tunnel.value.folder, port)
      : ok(visitorDoor(tunnel.value.socket))
  if (!door.ok) {
    await tunnel.value[Symbol.asyncDispose]()
    return door
  }
  const now = (): Instant => instant(Date.now())
  const asks = client === 'http' ? { asks: address } : {}
  const writer = startWriter({ service: service.name, ...asks, door: door.value, interval, patience, now })
  return ok({
    writer,
    hint: 'asks' in asks ? `does a frontend of ${service.name} listen at ${address}:${port}?` : statusHint,
    [Symbol.asyncDispose]: async () => {
      await writer.stop()
      await tunnel.value[Symbol.asyncDispose]()
    },
  })
}

/** The role's password is made for this run and goes to psql's standard input only. */
async function databaseDoor(
  active: Transport,
  host: string,
  port: number,
): Promise<Result<Door, { readonly why: string }>> {
  const password = randomBytes(24).toString('hex')
  const prepared = await prepare(active, port, password)
  if (!prepared.ok) return prepared
  const run = randomBytes(6).toString('hex')
  return ok(postgresqlDoor({ host, port, user: name, password, database: name, run }))
}

async function prepare(
  active: Transport,
  port: number,
  password: string,
): Promise<Result<void, { readonly why: string }>> {
  const missing = (table: string, column: string): string =>
    `WHERE NOT EXISTS (SELECT FROM ${table} WHERE ${column} = '${name}')`
  const script = [
    `SELECT 'CREATE ROLE ${name} LOGIN' ${missing('pg_roles', 'rolname')} \\gexec`,
    `ALTER ROLE ${name} PASSWORD '${password}';`,
    `SELECT 'CREATE DATABASE ${name} OWNER ${name}' ${missing('pg_database', 'datname')} \\gexec`,
    `\\connect ${name}`,
    `SET ROLE ${name};`,
    `${ledgerTable};`,
  ].join('\n')
  const psql = ['psql', '--no-psqlrc', '-q', '-v', 'ON_ERROR_STOP=1', '-p', String(port), '-d', 'postgres']
  const result = await active.run({
    program: 'runuser',
    args: ['-u', 'postgres', '--', ...psql],
    input: `${script}\n`,
    asRoot: true,
    timeout: seconds(60),
  })
  if (!result.ok) return fail({ why: `${active.node}: ${result.failure.kind}` })
  return result.value.exitCode === 0
    ? ok(undefined)
    : fail({ why: `psql on ${active.node}: ${result.value.stderr.trim()}` })
}
