/** The Org pane of the screen. */
import type { Config } from '../../../core/model/config.ts';
import { inboxOf } from '../../../core/model/state/mail.ts';
import { agentState } from '../../../core/model/state/staff.ts';
import { balanceOf, balanceOfOrg, printCredits, spendable, spendableByAll } from '../../../core/money/ledger.ts';
import { scheduleTurn } from '../../../core/turn/schedule.ts';
import { conditionOf, healthOf } from '../../org/health.ts';
import { inspect } from '../../org/inspect.ts';
import { whyOf } from '../../org/status.ts';
import { count } from '../../text/table.ts';
import { asks, type Facets, type Filter, fits } from '../filter.ts';
import { type Cell, cell, facts, line, type Pane, type RowSubject, type ScreenLine, type Tone } from '../line.ts';
import { needsYou, pauseOf, type ScreenSnapshot, visitsUnderWay } from '../snapshot.ts';
import { bar, spark } from '../spark.ts';
import { printSeconds, type WorkUnderWay } from '../under-way.ts';

/** A row of the tree. */
interface Node {
  what: 'org' | 'unit' | 'agent';
  name: string;
  depth: number;
}

export const ORG_TERMS = ['state', 'unit', 'health', 'unread'];

/** Units as a tree with their members; agents without a unit first, people at the very top. */
export function treeOf(config: Config): Node[] {
  const nodes: Node[] = [{ what: 'org', name: config.org.name, depth: 0 }];
  const shown = new Set<string>();
  const inUnits = new Set([...config.units.values()].flatMap(({ members }) => members));
  const add = (name: string, depth: number): void => {
    if (shown.has(name)) return;
    shown.add(name);
    nodes.push({ what: 'agent', name, depth });
  };
  const addUnit = (id: string, depth: number): void => {
    nodes.push({ what: 'unit', name: id, depth });
    const members = new Set(config.units.get(id)?.members);
    for (const name of config.order) if (members.has(name)) add(name, depth + 1);
    if (depth < DEEPEST)
      for (const { id: child, parent } of config.units.values()) if (parent === id) addUnit(child, depth + 1);
  };
  for (const name of config.order) if (!inUnits.has(name)) add(name, 1);
  for (const name of [...config.broken.keys()].sort()) add(name, 1);
  for (const { id, parent } of config.units.values()) if (parent === null || !config.units.has(parent)) addUnit(id, 1);
  return nodes;
}
/** Nesting of units that is shown; a circle of units would have no end. */
const DEEPEST = 20;

/** The agents, what each is doing, and why. */
export function orgPane(scene: ScreenSnapshot, filter: Filter): Pane {
  const { config, state } = scene;
  const due = new Map(scheduleTurn(config, state, state.clock.turn + 1).map((one) => [one.agent, one]));
  const work = workOf(scene);
  const wanted = (node: Node): boolean => fits(filter, facetsOf(scene, node, work));
  const searching = asks(filter);
  const nodes = searching ? treeOf(config).filter(wanted) : treeOf(config);
  return {
    columns: [
      { title: 'agent', share: 2 },
      { title: 'state', width: 13 },
      { title: 'health', width: 10, from: 100 },
      { title: 'unread', width: 6, right: true },
      { title: 'credits left', width: 16 },
      { title: 'why', share: 3, from: 60 },
    ],
    keys: nodes.map(({ what, name }) => `${what} ${name}`),
    cells: (row) => cellsOf(scene, nodes[row]!, work, (name) => whyOf(config, state, name, due.get(name))),
    about: (row) => aboutOf(nodes[row]!),
    detail: (row) => detailOf(scene, nodes[row]!),
    top: [],
    empty: 'No agent matches the filter.',
  };
}

/** Agents at work in the turn that is being made. */
function workOf(scene: ScreenSnapshot): ReadonlyMap<string, WorkUnderWay> {
  return new Map(
    visitsUnderWay(scene).flatMap((one) => (one.doing.what === 'is done' ? [] : [[one.agent, one] as const])),
  );
}

/** State and health in words; work under way is named first. */
function stateOf({ config, state }: ScreenSnapshot, name: string, work: Work): string {
  if (config.agents.get(name)?.person) return 'person';
  const doing = work.get(name)?.doing.what;
  return doing === undefined ? conditionOf(config, state, name) : doing === 'thinks' ? 'thinking' : 'working';
}

type Work = ReadonlyMap<string, WorkUnderWay>;

/** What an agent at work does. */
function doesText({ doing, calls }: WorkUnderWay): string {
  const call = calls > 1 ? `, call ${calls}` : '';
  if (doing.what === 'thinks') return `asks ${doing.model}${call}`;
  return doing.what === 'uses' ? `uses ${doing.tool}` : `goes on after call ${calls}`;
}

const MARKS: Record<string, [mark: string, tone: Tone]> = {
  thinking: ['*', 'good'],
  working: ['*', 'good'],
  active: ['+', 'good'],
  idle: ['-', 'plain'],
  unknown: ['-', 'quiet'],
  paused: ['=', 'warn'],
  offline: ['?', 'warn'],
  error: ['!', 'bad'],
  person: ['@', 'plain'],
};

function cellsOf(
  scene: ScreenSnapshot,
  { what, name, depth }: Node,
  work: Work,
  why: (name: string) => string,
): Cell[] {
  const { config, state } = scene;
  const indent = '  '.repeat(depth);
  if (what === 'org') return orgCells(scene, name);
  if (what === 'unit') {
    const unit = config.units.get(name);
    const members = unit?.members ?? [];
    const unread = members.reduce((sum, member) => sum + inboxOf(state.mail, member).length, 0);
    return [
      cell(`${indent}@${name}`, 'title'),
      cell(count(members.length, 'member'), 'quiet'),
      cell(''),
      cell(unread || '', 'quiet'),
      capCell(unit?.caps.cap, state.money.units.get(name)?.spent),
      cell(unit?.mission ?? '', 'quiet'),
    ];
  }
  const said = stateOf(scene, name, work);
  const [mark, tone] = MARKS[said] ?? ['-', 'plain'];
  const unread = inboxOf(state.mail, name).length;
  const health = said === 'person' ? '' : healthOf(config, state, name);
  const { paused, soon } = pauseOf(scene, name);
  const at = work.get(name);
  const going = at ? `${said} ${printSeconds(scene.now - at.since)}` : said;
  const word = soon ? (paused ? 'pausing' : 'resuming') : going;
  return [
    cell(`${indent}${mark} ${name}`, tone === 'plain' ? 'plain' : tone),
    cell(word, tone),
    cell(health, health === 'unhealthy' ? 'bad' : health === 'degraded' ? 'warn' : 'quiet'),
    cell(unread || '', said === 'person' && unread > 0 ? 'strong' : 'plain'),
    said === 'person' ? cell('') : creditCell(scene, name),
    cell(said === 'person' ? '' : at ? doesText(at) : why(name), 'quiet'),
  ];
}

function orgCells(scene: ScreenSnapshot, name: string): Cell[] {
  const { state, config } = scene;
  const { paused, soon } = pauseOf(scene, null);
  const word = soon ? (paused ? 'pausing' : 'resuming') : paused ? 'paused' : scene.engine ? 'running' : 'idle';
  const needs = needsYou(scene);
  return [
    cell(name, 'strong'),
    cell(word, paused ? 'warn' : scene.engine ? 'good' : 'plain'),
    cell(''),
    cell(''),
    capCell(config.credits.org.cap, state.money.org.spent),
    cell(
      needs > 0 ? `${count(needs, 'thing needs', 'things need')} you` : 'nothing needs you',
      needs > 0 ? 'warn' : 'quiet',
    ),
  ];
}

/** The rest of a grant, as a bar and in percent. Below a fifth it is low. */
function creditCell({ config, state }: ScreenSnapshot, name: string): Cell {
  const { granted } = balanceOf(config, state, name);
  const left = spendable(config, state, name);
  if (granted <= 0) return cell('no credits', 'quiet');
  return partCell(left / granted);
}

function capCell(cap: number | undefined, spent = 0): Cell {
  return cap === undefined || cap <= 0 ? cell('') : partCell((cap - spent) / cap);
}

function partCell(part: number): Cell {
  const percent = part <= 0 ? 0 : Math.max(1, Math.floor(part * 100));
  return cell(`${bar(part, 8)} ${String(percent).padStart(3)} %`, part <= 0 ? 'bad' : part < 0.2 ? 'warn' : 'plain');
}

function facetsOf(scene: ScreenSnapshot, { what, name }: Node, work: Work): Facets {
  const { config, state } = scene;
  if (what !== 'agent') return { text: what === 'unit' ? `@${name}` : name, unit: what === 'unit' ? [name] : [] };
  return {
    text: `${name} ${config.agents.get(name)?.role ?? ''}`,
    state: stateOf(scene, name, work),
    health: healthOf(config, state, name),
    unit: config.agents.get(name)?.unit ?? [],
    unread: inboxOf(state.mail, name).length > 0 ? 'yes' : [],
  };
}

function aboutOf({ what, name }: Node): RowSubject {
  if (what === 'org') return { what, file: 'org/org.yaml' };
  if (what === 'unit') return { what, file: `org/units/${name}.md` };
  return { what, agent: name, file: `agents/${name}/resume.md` };
}

function detailOf(scene: ScreenSnapshot, { what, name }: Node): ScreenLine[] {
  if (what === 'org') return orgDetail(scene);
  return what === 'unit' ? unitDetail(scene, name) : agentDetail(scene, name);
}

function orgDetail(scene: ScreenSnapshot): ScreenLine[] {
  const { config, state, engine } = scene;
  const { granted, spent } = balanceOfOrg(config, state);
  return [
    line(config.org.name, 'title'),
    line(config.org.purpose ?? ''),
    line(),
    ...facts([
      ['turn', state.clock.turn],
      ['engine', engine ? `process ${engine.pid} (lemming ${engine.command})` : 'not running; step makes one turn'],
      ['agents', config.order.filter((name) => !config.agents.get(name)?.person).length],
      ['messages', state.mail.sent],
      [
        'spent',
        `${printCredits(spent)} of ${printCredits(granted)} granted, ${printCredits(spendableByAll(config, state))} left`,
      ],
      ['cap', config.credits.org.cap === undefined ? 'none' : printCredits(config.credits.org.cap)],
    ]),
  ];
}

function unitDetail({ config }: ScreenSnapshot, id: string): ScreenLine[] {
  const unit = config.units.get(id);
  if (!unit) return [];
  return [
    line(`@${id}`, 'title'),
    ...facts([
      ['name', unit.name],
      ['head', unit.head],
      ['above', unit.parent],
      ['members', unit.members.join(', ')],
      ['mission', unit.mission],
    ]),
    line(),
    ...unit.charter.split('\n').map((text) => line(text)),
  ];
}

/** Turns in a small chart of spending. */
const CHARTED = 30;

function agentDetail(scene: ScreenSnapshot, name: string): ScreenLine[] {
  const { config, state, recent } = scene;
  const one = inspect(config, state, name, []);
  const broken = config.broken.get(name) ?? [];
  const spending = recent.turns.map(({ byAgent }) => byAgent.get(name) ?? 0);
  const { failedInRow, lastReason } = agentState(state.staff, name);
  return [
    line(name, 'title'),
    line(one.role),
    ...broken.map((fault) => line(`${fault.file ?? ''}${fault.line ? `:${fault.line}` : ''} ${fault.message}`, 'bad')),
    line(),
    ...facts([
      ['state', one.person ? 'a person' : `${one.state}, ${one.health}`],
      [
        'last visit',
        one.last_turn.turn === 0 ? null : `turn ${one.last_turn.turn}${failedInRow > 0 ? `: ${lastReason}` : ''}`,
        failedInRow > 0 ? 'bad' : 'plain',
      ],
      ['next turn', one.person ? null : one.next_turn.why],
      ['model', one.person ? null : one.model.join(', ')],
      ['unit', one.unit],
      ['credits', one.person ? null : `${one.credits.left} left of ${one.credits.granted}, ${one.credits.spent} spent`],
      ['calls', one.person ? null : `${one.calls}, ${one.tokens.input} tokens in, ${one.tokens.output} out`],
      ['spending', one.person ? null : spark(spending, CHARTED)],
      ['writes to', one.edges.writes_to.join(', ') || 'nobody'],
      ['reads from', one.edges.reads_from.join(', ') || 'nobody'],
      ['may use', one.tools.join(', ')],
    ]),
    ...(one.unread.length > 0 ? [line(), line('Unread', 'title')] : []),
    ...one.unread.slice(0, 20).map(({ id, from, subject }) => line(`${id}  ${from}: ${subject}`, 'plain', 2)),
  ];
}
