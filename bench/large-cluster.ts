// Writes the cluster file of a large cluster, for the simulator's benchmark: every service is a PostgreSQL with a port, an
// address and a replicated volume of its own on two neighbours.
// Usage: node bench/large-cluster.ts NODES SERVICES > large.yaml

/** `nodes` machines, `services` services, every one with an address of its own. */
export function largeCluster(nodes: number, services: number): string {
  const names = Array.from({ length: nodes }, (_, index) => `n${String(index + 1).padStart(2, '0')}`)
  const host = (at: number): string => `${1 + Math.floor(at / 200)}.${1 + (at % 200)}`
  const machine = (name: string, at: number): string => `  ${name}:
    management: root@${name}.example.net
    links: [10.50.1.${at + 1}, 10.50.2.${at + 1}]
    fence:
      - { agent: fence_redfish, ip: 10.50.9.${at + 1}, username: holdfast, password: { file: secrets/bmc } }
      - { agent: fence_apc, ip: 10.50.9.${100 + Math.floor(at / 8)}, plug: ${1 + (at % 8)}, username: holdfast, password: { file: secrets/pdu } }
`
  const volumes: string[] = []
  const running: string[] = []
  for (let at = 0; at < services; at += 1) {
    const [first, second] = [names[at % nodes], names[(at + 1) % nodes]]
    volumes.push(`  data${at}:
    volume-group: vg0
    nodes: [${first}, ${second}]
    parts:
      data: { size: 8 GiB, filesystem: ext4 }
`)
    running.push(`  db${at}:
    blueprint: postgresql
    parameters: { port: ${5432 + at} }
    volumes: [data${at}]
    addresses: [10.51.${host(at)}/16]
    prefer: ${first}
    budget: 3 min
`)
  }
  return `cluster: large\n\nnodes:\n${names.map(machine).join('')}\nvolumes:\n${volumes.join('')}\nservices:\n${running.join('')}`
}

if (import.meta.main)
  process.stdout.write(largeCluster(Number(process.argv[2] ?? '16'), Number(process.argv[3] ?? '100')))
