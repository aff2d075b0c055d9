// The drill's client of a PostgreSQL service in the lab: its own role and database, made on the node where the service
// runs, and a writer that comes through the lab's client machine to the service address, as an application would.
import { randomBytes } from 'node:crypto'
import { found } from '../../core/base/assert.ts'
import { fail, ok, type Result } from '../../core/base/result.ts'
import { instant, milliseconds, seconds } from '../../core/base/units.ts'
import type { Service } from '../../core/model/types.ts'
import { ledgerTable, postgresqlDoor } from '../../io/client/postgresql.ts'
import { openTunnel } from '../../io/client/tunnel.ts'
import { startWriter, type Writer } from '../../io/client/writer.ts'
import type { Lab } from '../../io/lab/contract.ts'
import type { Transport } from '../../io/transport/transport.ts'

export interface DrillClient extends AsyncDisposable {
  readonly writer: Writer
}

const name = 'holdfast_drill'
/** Ten rows a second: an outage is known to a tenth of a second. */
const interval = milliseconds(100)
/** Long enough for an emulated server to check a password; an application that waits longer makes its own outage longer. */
const patience = milliseconds(5_000)

/** `active` is where the service runs now. The role's password is made for this run and goes to psql's standard input only. */
export async function drillClient(
  lab: Lab,
  active: Transport,
  service: Service,
): Promise<Result<DrillClient, { readonly why: string }>> {
  const port = Number(service.parameters['port'] ?? 5432)
  const address = found(service.addresses[0], `an address of ${service.name}`).address
  const password = randomBytes(24).toString('hex')
  const prepared = await prepare(active, port, password)
  if (!prepared.ok) return prepared
  const tunnel = await openTunnel({
    configFile: lab.client.ssh.configFile,
    machine: lab.client.name,
    address,
    port,
  })
  if (!tunnel.ok) return fail({ why: `no way through the client machine: ${tunnel.failure.detail}` })
  const run = randomBytes(6).toString('hex')
  const door = postgresqlDoor({ host: tunnel.value.folder, port, user: name, password, database: name, run })
  const writer = startWriter({ service: service.name, door, interval, patience, now: () => instant(Date.now()) })
  return ok({
    writer,
    [Symbol.asyncDispose]: async () => {
      await writer.stop()
      await tunnel.value[Symbol.asyncDispose]()
    },
  })
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

/** The process that a `kill service:NAME` is for. */
export const mainProcess = (service: Service): string =>
  service.blueprint === 'postgresql' ? 'postgres' : service.blueprint
