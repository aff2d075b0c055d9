// Dotted versions compared part by part, as numbers: 3.0.10 is later than 3.0.2.

export function isAtLeast(version: string, floor: string): boolean {
  const [have, want] = [numbers(version), numbers(floor)]
  for (let i = 0; i < Math.max(have.length, want.length); i += 1) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

const numbers = (version: string): readonly number[] =>
  version.split(/[.~+-]/).map(part => Number.parseInt(part, 10) || 0)
