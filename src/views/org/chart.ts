/** Shows the chart as data, text and Mermaid. */
import { type Config, hasEdge, lists, mayWriteTo } from '../../core/model/config.ts';
import type { Route } from '../../schema/config/routes.ts';
import { shorten, table } from '../text/table.ts';

/** The agents, and who may write to whom. */
export interface Chart {
  nodes: { name: string; role: string; person: boolean; unit: string | null; model: string[] }[];
  edges: { from: string; to: string }[];
  /** One-sided edges: `missing` says which end is missing. */
  one_sided: { from: string; to: string; missing: 'send_to' | 'read_from' }[];
  units: { id: string; name: string; parent: string | null; head: string | null; members: string[] }[];
}

/** The chart with the edges that hold: both ends are there. In chart order. */
export function chartOf(config: Config): Chart {
  return {
    nodes: config.order.map((name) => {
      const { role = '', person = false, unit = null, model = [] } = config.agents.get(name) ?? {};
      return { name, role, person, unit, model: person ? [] : model };
    }),
    edges: config.order.flatMap((from) => mayWriteTo(config, from).map((to) => ({ from, to }))),
    one_sided: config.order.flatMap((name) => oneSided(config, name)),
    units: [...config.units.values()].map(({ id, name, parent, head, members }) => ({
      id,
      name,
      parent,
      head,
      members,
    })),
  };
}

/** Edges that an agent's own entry names but the other end does not. "*" asks for no edge in particular. */
export function oneSided(config: Config, name: string): Chart['one_sided'] {
  const found: Chart['one_sided'] = [];
  for (const to of config.sendTo.get(name)?.names ?? [])
    if (config.agents.has(to) && to !== name && !lists(config.readFrom.get(to), name))
      found.push({ from: name, to, missing: 'read_from' });
  for (const from of config.readFrom.get(name)?.names ?? [])
    if (config.agents.has(from) && from !== name && !lists(config.sendTo.get(from), name))
      found.push({ from, to: name, missing: 'send_to' });
  return found;
}

/** Everyone who may write to an agent, in chart order. */
export function mayBeReadBy(config: Config, to: string): string[] {
  return config.order.filter((from) => hasEdge(config, from, to));
}

/** The chart as text: one line per agent, then the units as a tree, then one-sided edges. */
export function printChart(chart: Chart): string {
  const targets = new Map<string, string[]>();
  for (const { from, to } of chart.edges) targets.set(from, [...(targets.get(from) ?? []), to]);
  const rows = chart.nodes.map(({ name, role, person, unit }) => [
    name,
    person ? 'person' : (unit ?? ''),
    shorten(role, 50),
    targets.get(name)?.join(', ') ?? 'nobody',
  ]);
  const units = chart.units.filter(({ parent }) => parent === null).flatMap((unit) => printUnit(chart, unit, 1));
  const lame = chart.one_sided.map(
    ({ from, to, missing }) =>
      `  ${from} to ${to}: ${missing === 'read_from' ? `${to} does not list ${from} in read_from` : `${from} does not list ${to} in send_to`}`,
  );
  return [
    table([['agent', 'unit', 'role', 'writes to'], ...rows]),
    units.length ? ['Units', ...units].join('\n') : '',
    lame.length
      ? ['One-sided edges, which carry no mail (lemming doctor --fix completes them)', ...lame].join('\n')
      : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function printUnit(chart: Chart, unit: Chart['units'][number], depth: number): string[] {
  const members = unit.members.map((name) => (name === unit.head ? `${name} (head)` : name)).join(', ');
  const children = depth > 20 ? [] : chart.units.filter(({ parent }) => parent === unit.id);
  return [
    `${'  '.repeat(depth)}@${unit.id}: ${members || 'nobody'}`,
    ...children.flatMap((child) => printUnit(chart, child, depth + 1)),
  ];
}

/** The routes in the order in which they apply: which mail, and what is done with it. */
export function printRoutes(routes: readonly Route[]): string {
  if (routes.length === 0) return 'There are no routes: org/routes.yaml names none.';
  const rows = routes.map(({ name, when, do: action }) => [name, wordsOf(when) || 'all mail', wordsOf(action)]);
  return table([['route', 'mail', 'is'], ...rows]);
}

/** `from human; kind request or task`, `redirect a, b; digest every 5`. */
function wordsOf(part: Route['when'] | Route['do']): string {
  return Object.entries(part)
    .map(([key, value]) => (value === true ? key : `${key} ${shorten(wordOf(value), 60)}`))
    .join('; ');
}

function wordOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .flatMap(([key, one]) => (one === false ? [] : one === true ? key : `${key} ${one}`))
    .join(', ');
}

/** The chart in Mermaid, units as boxes, edges in both directions as one line. */
export function printMermaid(chart: Chart): string {
  const key = new Map(chart.nodes.map(({ name }, i) => [name, `a${i}`]));
  const edges = new Set(chart.edges.map(({ from, to }) => `${from} ${to}`));
  const lines = chart.edges.flatMap(({ from, to }) => {
    const both = edges.has(`${to} ${from}`);
    if (both && chart.nodes.findIndex((node) => node.name === from) > chart.nodes.findIndex((node) => node.name === to))
      return [];
    return [`  ${key.get(from)} ${both ? '<-->' : '-->'} ${key.get(to)}`];
  });
  const node = (name: string, person: boolean): string => `${key.get(name)}${person ? `(["${name}"])` : `["${name}"]`}`;
  const loose = chart.nodes.filter(({ unit }) => unit === null).map(({ name, person }) => `  ${node(name, person)}`);
  const boxes = [...new Set(chart.nodes.flatMap(({ unit }) => unit ?? []))].flatMap((unit, i) => [
    `  subgraph u${i} ["${unit}"]`,
    ...chart.nodes.filter((one) => one.unit === unit).map(({ name, person }) => `    ${node(name, person)}`),
    '  end',
  ]);
  return ['flowchart LR', ...loose, ...boxes, ...lines].join('\n');
}
