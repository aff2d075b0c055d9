// HAProxy on every node; only the addresses move. One address is active/passive; two with opposite preferences are
// active/active. An address follows a live instance, and HAProxy binds addresses that the node does not carry yet.
// Source: best practice, "only the IP moves for load balancers"; Pacemaker Explained, "Clone resources", interleave.
import { z } from 'zod'
import { seconds } from '../base/units.ts'
import type { Blueprint } from './blueprint.ts'

type Parameters = {
  readonly config?: string | undefined
  readonly ports: readonly number[]
}

const parameters: z.ZodType<Parameters> = z.strictObject({
  config: z
    .string()
    .optional()
    .describe('The text of /etc/haproxy/haproxy.cfg. Without it the file on the nodes is yours and is left alone.'),
  ports: z
    .array(z.int().min(1).max(65_535))
    .default([80, 443])
    .describe('The ports that clients come to: opened in a firewall where one is active.'),
})

export const haproxy: Blueprint<Parameters> = {
  name: 'haproxy',
  summary: 'A load balancer on every node; its addresses move.',
  parameters,
  placement: 'everywhere',
  check: ({ service }) =>
    service.volumes.map((_, index) => ({
      severity: 'error',
      code: 'haproxy-volume',
      message: `${service.name}: HAProxy keeps no data, so it takes no volumes`,
      hint: 'remove `volumes`',
      path: ['volumes', index],
    })),
  build: (_, { config, ports }) => ({
    agent: {
      class: 'systemd',
      type: 'haproxy',
      parameters: {},
      // Pacemaker's own advice for systemd units; nothing is advertised by the unit itself.
      operations: [
        { name: 'start', timeout: seconds(100) },
        { name: 'stop', timeout: seconds(100) },
        { name: 'monitor', timeout: seconds(60), interval: seconds(10) },
      ],
    },
    packages: ['haproxy'],
    maskedUnits: [],
    // Not masked: Pacemaker starts it through systemd.
    disabledUnits: ['haproxy.service'],
    files:
      config === undefined
        ? []
        : [
            {
              path: '/etc/haproxy/haproxy.cfg',
              content: config.endsWith('\n') ? config : `${config}\n`,
              mode: 0o640,
              owner: 'root:haproxy',
              reload: 'haproxy.service',
            },
          ],
    sysctl: { 'net.ipv4.ip_nonlocal_bind': '1', 'net.ipv6.ip_nonlocal_bind': '1' },
    ports,
    users: [],
  }),
}
