/** Draws a graph as a tree. */

/** What a tree shows: nodes with their labels, and edges from what comes first to what follows. */
export interface TreeGraph {
  nodes: readonly { id: string; label: string }[];
  edges: readonly { from: string; to: string }[];
}

/** Below each node those that follow it. One that was drawn already is named and not repeated. */
export function printTree({ nodes, edges }: TreeGraph): string {
  const after = new Map<string, string[]>();
  for (const { from, to } of edges) after.set(from, [...(after.get(from) ?? []), to]);
  const following = new Set(edges.map(({ to }) => to));
  const labels = new Map(nodes.map(({ id, label }) => [id, label]));
  const seen = new Set<string>();
  const lines: string[] = [];
  const tops = nodes.filter(({ id }) => !following.has(id)).map(({ id }) => id);
  const left = [...tops].reverse().map((id) => ({ id, lead: '', end: '' }));
  for (let next = left.pop(); next; next = left.pop()) {
    const { id, lead, end } = next;
    const below = after.get(id) ?? [];
    const isSeen = seen.has(id);
    lines.push(`${lead}${end}${labels.get(id) ?? id}${isSeen ? ' (see above)' : ''}`);
    if (isSeen) continue;
    seen.add(id);
    const deeper = lead + (end === '' ? '' : end === '└─ ' ? '   ' : '│  ');
    for (let n = below.length - 1; n >= 0; n--)
      left.push({ id: below[n] as string, lead: deeper, end: n === below.length - 1 ? '└─ ' : '├─ ' });
  }
  return lines.join('\n');
}
