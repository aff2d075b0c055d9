// The door to PostgreSQL: one table of row numbers for each run, each row its own transaction with synchronous commit.
// `pg` speaks the protocol; a unix socket folder or a host name is where it goes.
import pg from 'pg'
import type { Connection, Door } from './writer.ts'

export interface PostgresqlDoor {
  /** A host name, or the folder of a unix socket `.s.PGSQL.<port>`. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** Tells this run's rows from others'. */
  readonly run: string
}

/** The table has to be there: see `ledgerTable`. */
export function postgresqlDoor(door: PostgresqlDoor): Door {
  return {
    open: async (signal): Promise<Connection> => {
      const { host, port, user, password, database } = door
      const client = new pg.Client({ host, port, user, password, database, ssl: false, keepAlive: true })
      // A broken connection shows in the query that meets it; without a listener it would end the program.
      client.on('error', () => undefined)
      const close = (): void => void client.end().catch(() => undefined)
      signal.addEventListener('abort', close, { once: true })
      await client.connect()
      signal.removeEventListener('abort', close)
      // A connection carries one statement at a time; rows that come faster wait their turn here.
      let before: Promise<unknown> = Promise.resolve()
      return {
        write: async row => {
          const text = 'INSERT INTO holdfast_ledger (run, row_number) VALUES ($1, $2)'
          const insert = (): Promise<unknown> => client.query({ name: 'write', text, values: [door.run, row] })
          before = before.then(insert, insert)
          await before
        },
        rows: async () => {
          const result = await client.query('SELECT row_number FROM holdfast_ledger WHERE run = $1', [door.run])
          return result.rows.map(row => Number(row.row_number))
        },
        close,
      }
    },
  }
}

/** Run once by the database's owner, before the first row. */
export const ledgerTable: string =
  'CREATE TABLE IF NOT EXISTS holdfast_ledger (run text, row_number bigint, PRIMARY KEY (run, row_number))'
