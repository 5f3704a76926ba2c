/** Finds circles of tasks that need each other, or that are parts of each other. */

/** The way from one task over others back to it, the first one at both ends; null when there is none. */
export function cycleFrom(start: string, nextOf: (id: string) => Iterable<string>): string[] | null {
  const from = new Map<string, string>();
  const queue = [start];
  for (const id of queue)
    for (const next of nextOf(id)) {
      if (next === start) return [...pathTo(from, start, id), start];
      if (from.has(next)) continue;
      from.set(next, id);
      queue.push(next);
    }
  return null;
}

function pathTo(from: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const path = [end];
  for (let id = end; id !== start; ) {
    id = from.get(id) as string;
    path.unshift(id);
  }
  return path;
}

/** How many parts of parts lie above a task: 0 for one without a parent. */
export function depthOf(id: string, parentOf: (id: string) => string | null): number {
  let depth = 0;
  const seen = new Set([id]);
  for (let at = parentOf(id); at !== null && !seen.has(at); at = parentOf(at)) {
    seen.add(at);
    depth++;
  }
  return depth;
}
