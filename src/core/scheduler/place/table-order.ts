// Of several nodes with equal room, the one that Pacemaker meets first has it. It meets them in the order of a hash table
// by node id, which is not the order of names: found by comparing with the traces of crm_simulate 2.1.5. The table is
// open: it has a power of two places, a number's own place is its remainder by a prime, a taken place sends on to others.
import type { ClusterNode } from '../model.ts'

/** `nodes` in the order in which they came to be known. */
export function tableOrder(nodes: readonly ClusterNode[]): readonly ClusterNode[] {
  let table: (ClusterNode | undefined)[] = new Array(8).fill(undefined)
  let count = 0
  for (const node of nodes) {
    put(table, node)
    count += 1
    if (table.length > count + Math.trunc(count / 16)) continue
    const larger: (ClusterNode | undefined)[] = new Array(placesFor(count)).fill(undefined)
    for (const known of table) if (known) put(larger, known)
    table = larger
  }
  return table.flatMap(node => node ?? [])
}

const placesFor = (count: number): number => 2 ** Math.max(3, Math.floor(Math.log2(Math.trunc(count * 1.333))) + 1)

/** The largest primes below the powers of two, from 8 on. */
const primes = [7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093]

function put(table: (ClusterNode | undefined)[], node: ClusterNode): void {
  const prime = primes[Math.log2(table.length) - 3] ?? 1
  let place = (Math.imul(numberOf(node.id), 11) >>> 0) % prime
  for (let step = 1; table[place]; step += 1) place = (place + step) % table.length
  table[place] = node
}

function numberOf(id: string): number {
  let number = 0
  for (let i = 0; i < id.length; i += 1) number = (Math.imul(number, 31) + id.charCodeAt(i)) >>> 0
  return number
}
