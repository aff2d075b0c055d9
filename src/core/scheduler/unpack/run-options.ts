// The options a container is started with, as Pacemaker writes them: their digest tells whether the container must be
// started anew. Found by comparing with the parameters in the graphs of `crm_simulate -G`.
import { asBoolean } from '../../cib/values.ts'
import { type BundlePlan, nextAddress } from './bundle-plan.ts'

/** How a kind of container spells its options. */
interface Spelling {
  readonly first: string
  readonly host: (name: string) => string
  readonly environment: (assignment: string) => string
  readonly mount: (from: string, to: string, options: string | undefined, count: number) => string
  /** Without an address the host's port is meant; undefined where the container has the host's network anyway. */
  readonly port: (outside: string, inside: string, address: string | undefined, network: string | undefined) => string
}

const docker: Spelling = {
  first: ' --restart=no',
  host: name => ` -h ${name}`,
  environment: assignment => ` -e ${assignment}`,
  mount: (from, to, options) => ` -v ${from}:${to}${options === undefined ? '' : `:${options}`}`,
  port: (outside, inside, address, network) => {
    if (address !== undefined) return ` -p ${address}:${outside}:${inside}`
    return network === 'host' ? '' : ` -p ${outside}:${inside}`
  },
}

const spellings: Readonly<Record<string, Spelling>> = {
  docker,
  podman: { ...docker, first: '' },
  rkt: {
    first: '',
    host: name => ` --hostname=${name}`,
    environment: assignment => ` --environment=${assignment}`,
    mount: (from, to, options, count) =>
      ` --volume vol${count},kind=host,source=${from}${options === undefined ? '' : `,${options}`}` +
      ` --mount volume=vol${count},target=${to}`,
    port: (outside, inside, address) => ` --port=${inside}:${address === undefined ? '' : `${address}:`}${outside}`,
  },
}

export function runOptions(plan: BundlePlan, offset: number, address: string | undefined): string {
  const { source } = plan
  const network = source.attributes.get('network')
  const spell = spellings[source.container] ?? docker
  const parts = [spell.first]
  if (address !== undefined) parts.push(spell.host(`${source.id}-${offset}`))
  parts.push(spell.environment('PCMK_stderr=1'))
  if (network !== undefined) parts.push(` --net=${network}`)
  parts.push(spell.environment(`PCMK_remote_port=${plan.port}`))
  for (const [count, [from, to, options, subdirectory]] of plan.mounts.entries()) {
    parts.push(spell.mount(insideOf(plan, from, subdirectory, offset), to, options, count))
  }
  for (const [outside, inside] of plan.ports) parts.push(spell.port(outside, inside, address, network))
  const options = source.attributes.get('options')
  parts.push(options === undefined ? ' ' : ` ${options} `)
  if (address !== undefined) parts.push(hostEntries(plan))
  return parts.join('')
}

/** Each replica knows the addresses of all. */
function hostEntries(plan: BundlePlan): string {
  const { source } = plan
  const byName = source.container !== 'rkt' && asBoolean(source.network?.attributes.get('add-host'), true)
  let address = source.network?.attributes.get('ip-range-start') ?? ''
  let text = ''
  for (let offset = 0; offset < plan.replicas; offset += 1) {
    const name = `${source.id}-${offset}`
    text += byName ? ` --add-host=${name}:${address}` : ` --hosts-entry=${address}=${name}`
    address = nextAddress(address)
  }
  return text
}

const insideOf = (plan: BundlePlan, source: string, subdirectory: boolean, offset: number): string =>
  subdirectory ? `${source}/${plan.source.id}-${offset}` : source

export const mountPoints = (plan: BundlePlan, offset: number): string =>
  plan.mounts
    .filter(([, , , subdirectory]) => subdirectory)
    .map(([source]) => insideOf(plan, source, true, offset))
    .join(',')
