// Sorting by merging halves. Where a comparison is not transitive the outcome depends on how one sorts, and GLib's lists,
// which Pacemaker sorts, are sorted like this: the first half is the smaller one, and of equals the first stays first.
export function mergeSort<T>(items: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  if (items.length < 2) return items
  const middle = items.length >> 1
  const [left, right] = [mergeSort(items.slice(0, middle), compare), mergeSort(items.slice(middle), compare)]
  const merged: T[] = []
  let [i, j] = [0, 0]
  for (;;) {
    const [a, b] = [left[i], right[j]]
    if (a === undefined || b === undefined) break
    if (compare(a, b) <= 0) {
      merged.push(a)
      i += 1
    } else {
      merged.push(b)
      j += 1
    }
  }
  return [...merged, ...left.slice(i), ...right.slice(j)]
}

export function mergeSortInPlace<T>(items: T[], compare: (a: T, b: T) => number): void {
  for (const [i, item] of mergeSort(items, compare).entries()) items[i] = item
}
