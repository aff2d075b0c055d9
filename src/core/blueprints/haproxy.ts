// HAProxy on every node; only the addresses move. One address is active/passive; two with opposite preferences are
// active/active. An address follows a live instance, and HAProxy binds addresses that the node does not carry yet.
// systemd knows whether the process is there; whether it still answers is asked every five seconds, and one that does
// not is killed, so that Pacemaker sees it failed.
// Source: best practice, "only the IP moves for load balancers"; Pacemaker Explained, "Clone resources", interleave.
import { z } from 'zod'
import { seconds } from '../base/units.ts'
import type { Service } from '../model/types.ts'
import type { Blueprint, ServiceFile, ServiceProblem } from './blueprint.ts'

type Parameters = {
  readonly config?: string | undefined
  readonly ports: readonly number[]
  readonly 'health-port': number
}

const port = z.int().min(1).max(65_535)
const parameters: z.ZodType<Parameters> = z.strictObject({
  config: z
    .string()
    .optional()
    .describe('The text of /etc/haproxy/haproxy.cfg. Without it the file on the nodes is yours and is left alone.'),
  ports: z
    .array(port)
    .default([80, 443])
    .describe('The ports that clients come to: opened in a firewall where one is active.'),
  'health-port': port
    .default(18_404)
    .describe('A port on the loopback interface, at which HAProxy shows that it still answers.'),
})

export const haproxy: Blueprint<Parameters> = {
  name: 'haproxy',
  summary: 'A load balancer on every node; its addresses move.',
  parameters,
  placement: 'everywhere',
  check: ({ cluster, service }) => [
    ...service.volumes.map(
      (_, index): ServiceProblem => ({
        severity: 'error',
        code: 'haproxy-volume',
        message: `${service.name}: HAProxy keeps no data, so it takes no volumes`,
        hint: 'remove `volumes`',
        path: ['volumes', index],
      }),
    ),
    ...cluster.services
      .filter(other => other.blueprint === service.blueprint && other !== service)
      .map(
        (other): ServiceProblem => ({
          severity: 'error',
          code: 'haproxy-twice',
          message: `${service.name} and ${other.name} are both HAProxy, of which a machine runs one`,
          hint: 'one service with the addresses of both; its configuration tells the frontends apart',
          path: ['blueprint'],
        }),
      )
      .slice(0, 1),
  ],
  build: ({ service }, { config, ports, 'health-port': healthPort }) => ({
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
    files: [...(config === undefined ? [] : [configFile(config)]), ...healthFiles(healthPort)],
    sysctl: nonlocalBind(service),
    process: 'haproxy',
    client: 'http',
    ports,
    clients: [],
    users: [],
  }),
}

/** HAProxy binds the service's addresses also where they are not; a kernel without IPv6 does not know its setting. */
function nonlocalBind({ addresses }: Service): Readonly<Record<string, string>> {
  const families = new Set(addresses.map(({ address }) => (address.includes(':') ? 'ipv6' : 'ipv4')))
  return Object.fromEntries([...families].sort().map(family => [`net.${family}.ip_nonlocal_bind`, '1']))
}

const configFile = (text: string): ServiceFile => ({
  path: '/etc/haproxy/haproxy.cfg',
  content: text.endsWith('\n') ? text : `${text}\n`,
  mode: 0o640,
  owner: 'root:haproxy',
  reload: 'haproxy.service',
})

const healthScript = '/usr/local/lib/holdfast/haproxy-health'

function healthFiles(healthPort: number): readonly ServiceFile[] {
  const file = (path: string, content: string, mode = 0o644): ServiceFile => ({
    path,
    content,
    mode,
    owner: 'root:root',
  })
  const note = '# Written by Holdfast: does HAProxy still answer?\n'
  return [
    file(
      '/etc/haproxy/holdfast-health.cfg',
      `${note}frontend holdfast-health\n  mode http\n  bind 127.0.0.1:${healthPort}\n  timeout client 5s\n  monitor-uri /alive\n`,
    ),
    file(
      '/etc/systemd/system/haproxy.service.d/holdfast.conf',
      `${note}[Unit]\nWants=holdfast-haproxy-health.timer\n\n[Service]\nEnvironment="EXTRAOPTS=-S /run/haproxy-master.sock -f /etc/haproxy/holdfast-health.cfg"\n`,
    ),
    file(
      '/etc/systemd/system/holdfast-haproxy-health.timer',
      `${note}[Unit]\nDescription=Ask HAProxy every five seconds whether it answers\nBindsTo=haproxy.service\nAfter=haproxy.service\n\n[Timer]\nOnActiveSec=5s\nOnUnitInactiveSec=5s\nAccuracySec=1s\n`,
    ),
    file(
      '/etc/systemd/system/holdfast-haproxy-health.service',
      `${note}[Unit]\nDescription=Ask HAProxy whether it answers\nRequisite=haproxy.service\nAfter=haproxy.service\n\n[Service]\nType=oneshot\nTimeoutStartSec=20s\nExecStart=${healthScript}\n`,
    ),
    file(
      healthScript,
      `#!/bin/bash
${note}# Asked twice. What is stuck is dead to its clients, so it is killed: Pacemaker then starts it again, or moves its addresses.
ask() {
  exec 3<>/dev/tcp/127.0.0.1/${healthPort}
  printf 'GET /alive HTTP/1.0\\r\\n\\r\\n' >&3
  read -r answer <&3
  [[ $answer == HTTP/*' 200 '* ]]
}
export -f ask
for attempt in first second; do
  timeout 2 bash -c ask 2>/dev/null && exit 0
  echo "HAProxy does not answer ($attempt time)"
  sleep 1
done
systemctl kill --signal=KILL haproxy.service
`,
      0o755,
    ),
  ]
}
