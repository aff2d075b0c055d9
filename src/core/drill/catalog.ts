// The scenarios that Holdfast brings along, for one service: on a replicated volume, or, as a load balancer, on none. Each is
// a text as a user would write it; `@active` and `@peer` are bound when it starts. Times are bounds for slow machines too,
// not promises of speed: what a run measured stands in its report.

export interface CatalogScenario {
  readonly name: string
  readonly summary: string
  /** Without a volume the service keeps no data; undefined where the scenario is about nothing else. */
  readonly text: (service: string, volume: string | undefined) => string | undefined
}

const twoPrimaries = (volume: string | undefined): string =>
  volume === undefined ? '' : `expect never ${volume} Primary on @active, @peer\n`
const books = (service: string): string => `expect lost 0 of ${service}`
/** The lost node is back as a spare, and the service has not been disturbed; addresses may go home to their own nodes. */
const whole = (service: string, volume: string | undefined): string =>
  volume === undefined
    ? `expect within 900s   @active online
wait 1min
expect within 240s   ${service} running
expect for 5s        ${service} running`
    : `expect within 900s   ${volume} UpToDate on @active, @peer
expect for 5s        ${service} running on @peer`

export const catalog: readonly CatalogScenario[] = [
  {
    name: 'power-loss',
    summary: 'pull the plug of the active node; put it back after the service has moved',
    text: (service, volume) => `# The plug of the node that runs ${service} is pulled.
${twoPrimaries(volume)}wait 5s
power off @active
expect within 120s   @active fenced
expect within 240s   ${service} running on @peer
wait 10s
power on @active
${whole(service, volume)}
${books(service)}
`,
  },
  {
    name: 'switchover',
    summary: 'move the service to the other node on purpose, and back',
    text: (service, volume) => `# A planned move, there and back.
${twoPrimaries(volume)}wait 5s
switchover ${service} to @peer
expect within 180s   ${service} running on @peer
wait 5s
switchover ${service} to @active
expect within 180s   ${service} running on @active
expect never         @active fenced; @peer fenced
${books(service)}
`,
  },
  {
    name: 'cut-replication-link',
    summary: 'cut the link that carries the replication; the cluster link stays up',
    text: (service, volume) =>
      volume &&
      `# Replication is cut, the nodes still see each other over the other link: nobody is fenced, the service goes on.
${twoPrimaries(volume)}wait 5s
cut replication @active @peer
expect within 60s    ${volume} on @active: connection Connecting
expect for 10s       ${service} running on @active
heal replication @active @peer
expect within 120s   ${volume} on @active: connection Connected; ${volume} UpToDate on @active, @peer
expect never         @active fenced; @peer fenced
${books(service)}
`,
  },
  {
    name: 'partition',
    summary: 'cut every link between the nodes while the fence device of the passive one is out of order',
    text: (service, volume) => `# The nodes lose each other, and only the passive one can fence.${
      volume === undefined ? '' : ' Until it has, the active one must acknowledge nothing.'
    }
${twoPrimaries(volume)}wait 5s
bmc @peer down
cut link @active @peer
expect within 180s   @active fenced
expect within 240s   ${service} running on @peer
bmc @peer working
heal link @active @peer
${whole(service, volume)}
${books(service)}
`,
  },
  {
    name: 'kill-service',
    summary: 'kill the main process of the service',
    text: (service, volume) => `# The program dies; the cluster starts it again, where it was or on the other node.
${twoPrimaries(volume)}wait 5s
kill service:${service} on @active
${volume === undefined ? 'wait 30s' : `expect within 60s    not ${service} running on @active`}
expect within 240s   ${service} running
expect never         @active fenced; @peer fenced
${books(service)}
`,
  },
  {
    name: 'pause-node',
    summary: 'stop the active node for longer than the cluster waits, then let it go on',
    text: (
      service,
      volume,
    ) => `# A frozen machine looks dead; it is fenced before its service starts elsewhere, so it cannot write when it wakes.
${twoPrimaries(volume)}wait 5s
pause @active
expect within 120s   @active fenced
expect within 240s   ${service} running on @peer
resume @active
${whole(service, volume)}
${books(service)}
`,
  },
]
