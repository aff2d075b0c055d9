// IPv4 and IPv6 addresses as numbers: what is valid, what is equal, what lies in which network.
// Source: RFC 4291 (text forms), RFC 4632 (prefixes).

export interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseSix(text) : parseFour(text)
}

function parseFour(text: string): Address | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255))
    return undefined
  return { bits: 32, value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) }
}

function parseSix(text: string): Address | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const groups = halves.map(half => (half === '' ? [] : half.split(':')))
  const count = groups.flat().length
  if (!groups.flat().every(group => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined
  if (halves.length === 1 ? count !== 8 : count > 7) return undefined
  const [head = [], tail = []] = groups
  const all = [...head, ...Array.from({ length: 8 - count }, () => '0'), ...tail]
  return { bits: 128, value: all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n) }
}

export const sameAddress = (a: Address, b: Address): boolean => a.bits === b.bits && a.value === b.value

export function sameNetwork(a: Address, b: Address, prefixLength: number): boolean {
  if (a.bits !== b.bits) return false
  const shift = BigInt(Math.max(0, a.bits - prefixLength))
  return a.value >> shift === b.value >> shift
}

/** The first and the last address of an IPv4 network belong to nobody; /31 and /32 have neither. */
export function isNetworkOrBroadcast(address: Address, prefixLength: number): boolean {
  if (address.bits !== 32 || prefixLength >= 31) return false
  const hosts = (1n << BigInt(32 - prefixLength)) - 1n
  const host = address.value & hosts
  return host === 0n || host === hosts
}

/** Why an address can be nobody's on a network; undefined where it can. */
export function unusable({ bits, value }: Address): string | undefined {
  if (value === 0n) return 'the unspecified address'
  if (bits === 128)
    return value === 1n ? 'a loopback address' : value >> 120n === 0xffn ? 'a multicast address' : undefined
  if (value >> 24n === 127n) return 'a loopback address'
  if (value >> 28n === 0xen) return 'a multicast address'
  return value >> 28n === 0xfn ? 'a reserved address' : undefined
}

/** `10.40.1.100/24` → `10.40.1.0/24`: some packet filters refuse what sticks out of the network. */
export function networkText(text: string): string {
  const [own = '', length] = text.split('/')
  const address = parseAddress(own)
  if (!address || length === undefined) return text
  const shift = BigInt(Math.max(0, address.bits - Number(length)))
  return `${addressText({ ...address, value: (address.value >> shift) << shift })}/${length}`
}

/** Without the short form of zeros. */
function addressText({ bits, value }: Address): string {
  const [count, width, base, separator] = bits === 32 ? [4, 8n, 10, '.'] : [8, 16n, 16, ':']
  const mask = (1n << width) - 1n
  const parts = Array.from({ length: count }, (_, i) => (value >> (BigInt(count - 1 - i) * width)) & mask)
  return parts.map(part => part.toString(base)).join(separator)
}
