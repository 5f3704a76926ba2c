/** Reads the chart: checks its names and resolves its edges. */
import { type ChartEnd, type Config, lists } from '../../core/model/config.ts';
import type { ChartFile } from '../../schema/config/chart.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import type { ConfigSource, References } from './source.ts';

type EdgeSide = 'send_to' | 'read_from';

/** Checks the names of the chart: agents, `@unit`, `*`. */
export function checkChart(
  chart: ConfigSource<ChartFile>,
  agents: ReadonlySet<string>,
  units: ReadonlySet<string>,
  references: References,
): void {
  const addresses = new Set([...units].map((id) => `@${id}`));
  for (const [name, entry] of Object.entries(chart.sound?.agents ?? {})) {
    references.need(name, agents, 'agent', chart, ['agents', name], 'key');
    for (const side of ['send_to', 'read_from'] as const)
      for (const [i, other] of entry[side].entries()) {
        if (other === '*') continue;
        const unit = other.startsWith('@');
        references.need(other, unit ? addresses : agents, unit ? 'unit' : 'agent', chart, ['agents', name, side, i]);
      }
  }
}

/**
 * One side of the chart, ready for look-ups. Agents with the same list share one `End`, so that a large unit is expanded once.
 */
export function endsOf(
  chart: ChartFile,
  side: EdgeSide,
  members: (unit: string) => readonly string[],
): Map<string, ChartEnd> {
  const shared = new Map<string, ChartEnd>();
  const ends = new Map<string, ChartEnd>();
  for (const [name, entry] of Object.entries(chart.agents)) {
    const key = entry[side].join('\n');
    const end = shared.get(key) ?? endOf(entry[side], members);
    shared.set(key, end);
    ends.set(name, end);
  }
  return ends;
}

function endOf(names: readonly string[], members: (unit: string) => readonly string[]): ChartEnd {
  const all = names.includes('*');
  const spread = names
    .filter((name) => name !== '*')
    .flatMap((name) => (name.startsWith('@') ? members(name.slice(1)) : [name]));
  return { all, names: new Set(spread) };
}

/** Half an edge: `from` may write to `to`, or `to` reads from `from`, but the `missing` end is not there. */
export interface OneSided {
  from: string;
  to: string;
  missing: EdgeSide;
}

/** The most one-sided edges that are reported of each kind: an org that forgets a whole unit has millions. */
const MAX_ONE_SIDED = 1000;

/**
 * Edges for which one agent names the other, directly or by its unit, and the other has no matching end. `*` names nobody. At
 * most 1,000 edges that are not read, and as many that are not sent.
 */
export function oneSidedEdges({ sendTo, readFrom }: Pick<Config, 'sendTo' | 'readFrom'>): OneSided[] {
  const unread = halves(sendTo, readFrom).map(([from, to]): OneSided => ({ from, to, missing: 'read_from' }));
  const unsent = halves(readFrom, sendTo).map(([to, from]): OneSided => ({ from, to, missing: 'send_to' }));
  return [...unread, ...unsent];
}

/** Pairs whose first agent names the second but not the reverse. */
function halves(mine: ReadonlyMap<string, ChartEnd>, theirs: ReadonlyMap<string, ChartEnd>): [string, string][] {
  const groups = new Map<ChartEnd, Map<ChartEnd | undefined, string[]>>();
  const pairs: [string, string][] = [];
  for (const [name, end] of mine) {
    const group = groups.get(end) ?? groupByEnd(end.names, theirs);
    groups.set(end, group);
    for (const [other, members] of group)
      if (!lists(other, name)) for (const member of members) if (member !== name) pairs.push([name, member]);
    if (pairs.length >= MAX_ONE_SIDED) return pairs.slice(0, MAX_ONE_SIDED);
  }
  return pairs;
}

function groupByEnd(
  names: Iterable<string>,
  theirs: ReadonlyMap<string, ChartEnd>,
): Map<ChartEnd | undefined, string[]> {
  const groups = new Map<ChartEnd | undefined, string[]>();
  for (const name of names) {
    const end = theirs.get(name);
    const group = groups.get(end);
    if (group) group.push(name);
    else groups.set(end, [name]);
  }
  return groups;
}

/** The warning about a one-sided edge, at the place of the end that exists. */
export function warnOf(
  edge: OneSided,
  chart: ConfigSource<ChartFile>,
  members: (unit: string) => readonly string[],
): Fault {
  const { from, to, missing } = edge;
  const [owner, side, other]: [string, EdgeSide, string] =
    missing === 'read_from' ? [from, 'send_to', to] : [to, 'read_from', from];
  const list = chart.value?.agents[owner]?.[side] ?? [];
  const i = list.findIndex(
    (name) => name === other || (name.startsWith('@') && members(name.slice(1)).includes(other)),
  );
  const message =
    missing === 'read_from'
      ? `${from} may write to ${to}, but ${to} does not read from ${from}, so no mail is delivered`
      : `${to} reads from ${from}, but ${from} may not write to ${to}, so no mail is delivered`;
  const remedy = `Add ${owner} to ${missing} of ${other} in org/chart.yaml, or run lemming doctor --fix.`;
  return fault('one-sided-edge', message, {
    file: chart.file,
    ...chart.place(['agents', owner, side, i]),
    value: list[i] ?? other,
    remedy,
  });
}
