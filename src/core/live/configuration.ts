// What a snapshot needs from the configuration itself, because crm_mon does not tell it: constraints that a move by hand
// left behind, and which node each fence device switches. Reads `cibadmin --query --local --scope configuration`.
// Sources: crm_resource(8) for the ids `cli-prefer-*` and `cli-ban-*`; pacemaker-fenced(7) for `pcmk_host_list`.
import { fail, ok, type Result } from '../base/result.ts'
import { parseXml } from '../xml/parse.ts'
import { type Element, elementsOf } from '../xml/types.ts'

export interface ConfigurationView {
  readonly leftovers: readonly string[]
  /** Device id → the nodes that it switches; empty where only the device itself knows. */
  readonly targets: ReadonlyMap<string, readonly string[]>
}

export function parseConfiguration(text: string): Result<ConfigurationView, string> {
  const { value: root, problems } = parseXml(text, 'cibadmin')
  if (!root) return fail(problems[0]?.message ?? 'cibadmin answered nothing')
  const elements = [...everyElement(root)]
  const devices = elements.filter(
    ({ name, attributes }) => name === 'primitive' && ['stonith', 'fencing'].includes(attributes.get('class') ?? ''),
  )
  return ok({
    leftovers: elements
      .filter(
        ({ name, attributes }) =>
          name === 'rsc_location' && /^(cli-(prefer|ban)|drbd-fence)-/.test(attributes.get('id') ?? ''),
      )
      .map(({ attributes }) => attributes.get('id') ?? ''),
    targets: new Map(devices.map(device => [device.attributes.get('id') ?? '', targetsOf(device)])),
  })
}

function* everyElement(element: Element): Generator<Element> {
  yield element
  for (const child of elementsOf(element)) yield* everyElement(child)
}

/** `alpha beta`, `alpha,beta`; or `alpha:1;beta:2,3`, where what follows the colon is the plug. */
function targetsOf(device: Element): readonly string[] {
  const values = new Map<string, string>()
  for (const { name, attributes } of everyElement(device)) {
    if (name === 'nvpair') values.set(attributes.get('name') ?? '', attributes.get('value') ?? '')
  }
  const list = values.get('pcmk_host_list')?.split(/[\s,;]+/) ?? []
  const map = values.get('pcmk_host_map')?.split(/[\s;]+/) ?? []
  const names = [...list, ...map.map(entry => entry.split(':')[0] ?? '')].filter(name => name !== '')
  return [...new Set(names)]
}
