export interface Agenda {
  /** Something may become due then. Said again whenever it changes; the last word counts. */
  expect(at: number, id: string): void
  /** The earliest moment, if it still holds according to `due`. Null: nothing is planned. */
  next(due: (id: string) => number | null): { at: number; id: string } | null
}

/** A heap of moments. Entries that no longer hold are dropped when they come up, so a change needs no search. */
export function createAgenda(): Agenda {
  const heap: { at: number; id: string }[] = []
  const before = (a: number, b: number): boolean => {
    const [x, y] = [heap[a], heap[b]]
    return x !== undefined && y !== undefined && (x.at < y.at || (x.at === y.at && x.id < y.id))
  }
  const swap = (a: number, b: number): void => {
    const [x, y] = [heap[a], heap[b]]
    if (x !== undefined && y !== undefined) [heap[a], heap[b]] = [y, x]
  }

  function drop(): void {
    swap(0, heap.length - 1)
    heap.pop()
    for (let at = 0; ;) {
      const left = 2 * at + 1
      const child = before(left + 1, left) ? left + 1 : left
      if (!before(child, at)) return
      swap(at, child)
      at = child
    }
  }

  return {
    expect(at, id) {
      heap.push({ at, id })
      for (let here = heap.length - 1; here > 0;) {
        const parent = (here - 1) >> 1
        if (!before(here, parent)) return
        swap(here, parent)
        here = parent
      }
    },
    next(due) {
      for (let first = heap[0]; first !== undefined; first = heap[0]) {
        if (due(first.id) === first.at) return first
        drop()
      }
      return null
    },
  }
}
