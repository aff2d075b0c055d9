// Names in the order that people expect: digits count as numbers, and case does not matter.

export function naturally(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const [x, y] = [left[i], right[i]]
    if (x === undefined) return -1
    if (y === undefined) return 1
    const both = /^\d/.test(x) && /^\d/.test(y)
    if (both && Number(x) !== Number(y)) return Number(x) - Number(y)
    if (!both && x !== y) return x < y ? -1 : 1
  }
  return a < b ? -1 : a > b ? 1 : 0
}

const parts = (name: string): readonly string[] => name.toLowerCase().match(/\d+|\D/g) ?? []
