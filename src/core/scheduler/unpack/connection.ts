// The connection resource that opens a guest node: made by the engine, never written by anyone.
// Source: "Pacemaker Remote", guest nodes; "Pacemaker Explained" 2.1, bundles.
import type { Operation, Primitive } from '../../cib/types.ts'

export interface Connection {
  readonly container: string
  readonly address: string | undefined
  readonly port: string | undefined
  readonly timeout: string | undefined
  readonly managed: string | undefined
  readonly allowMigrate: string | undefined
}

export function connectionPrimitive(name: string, connection: Connection): Primitive {
  const pair = (key: string, value: string | undefined): { name: string; value: string }[] =>
    value === undefined ? [] : [{ name: key, value }]
  const operation = (key: string, interval: string, timeout: string): Operation => ({
    id: `${name}-${key}-interval-${interval}`,
    name: key,
    interval,
    attributes: new Map([
      ['name', key],
      ['interval', interval],
      ['timeout', timeout],
    ]),
    meta: [],
    parameters: [],
  })
  return {
    kind: 'primitive',
    id: name,
    class: 'ocf',
    provider: 'pacemaker',
    type: 'remote',
    meta: [
      {
        id: `${name}-meta`,
        pairs: [
          ...pair('internal-rsc', 'true'),
          ...pair('container', connection.container),
          ...pair('is-managed', connection.managed),
          ...pair('allow-migrate', connection.allowMigrate),
        ],
      },
    ],
    parameters:
      connection.address === undefined && connection.port === undefined
        ? []
        : [
            {
              id: `${name}-parameters`,
              pairs: [...pair('addr', connection.address), ...pair('port', connection.port)],
            },
          ],
    operations: [
      operation('monitor', '30s', '30s'),
      ...(connection.timeout === undefined ? [] : [operation('start', '0', connection.timeout)]),
    ],
    utilization: [],
  }
}
