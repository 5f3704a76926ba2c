/** The rows of the screen around its panes: tabs, what happens, what a key did and which keys there are, the footer. */
import { agentState } from '../../core/model/state/staff.ts';
import { scheduleTurn } from '../../core/turn/schedule.ts';
import { inCredits } from '../../schema/amount.ts';
import { printEvent } from '../../views/journal/turn.ts';
import { line } from '../../views/screen/line.ts';
import type { Recent } from '../../views/screen/recent.ts';
import { needsYou, pauseOf, type ScreenSnapshot, visitsUnderWay, waitingCount } from '../../views/screen/snapshot.ts';
import { bar } from '../../views/screen/spark.ts';
import { printWorkUnderWay, type WorkUnderWay } from '../../views/screen/under-way.ts';
import { count } from '../../views/text/table.ts';
import type { Frame } from './frame.tsx';
import { PANES, type PaneName, panesOf } from './panes.ts';
import { foldSome, inverse, rule, sized, widthOf } from './terminal/fit.ts';

/** How tabs are written, until all fit: letters of the titles, the number on a tab, room around it. The chosen one is whole. */
const TABS = [
  { letters: Number.POSITIVE_INFINITY, counted: true, room: ' ' },
  { letters: 4, counted: true, room: ' ' },
  { letters: 0, counted: true, room: ' ' },
  { letters: 0, counted: true, room: '' },
  { letters: 0, counted: false, room: '' },
];

export function tabs({ scene, ui, counts, layout, paint }: Frame): string {
  const names = panesOf(scene);
  const written = TABS.map(({ letters, counted, room }) =>
    names.map((name) => {
      const { key, title } = PANES[name];
      const isChosen = name === ui.pane;
      const word = isChosen ? title : title.slice(0, letters);
      const number = counts[name] > 0 && (counted || isChosen) ? `(${counts[name]})` : '';
      return `${room}${[key, word, number].filter(Boolean).join(' ')} `;
    }),
  );
  const labels = (written.find((some) => some.join('').length <= layout.columns) ?? written.at(-1)) as string[];
  const bar = labels.map((label, i) => {
    const name = names[i] as PaneName;
    return name === ui.pane ? inverse(label) : paint(counts[name] > 0 ? 'warn' : 'plain', label);
  });
  const left = layout.columns - labels.join('').length - 1;
  return left > 6 ? `${bar.join('')} ${paint('strong', sized(scene.config.org.name, left, true))}` : bar.join('');
}

export function feedRows({ scene, layout, paint }: Frame, height: number): string[] {
  const title = rule('what happens', layout.columns, paint);
  const lines = feedLines(scene.recent.events, height - 1).map(({ turn, what, text }) => {
    const tone = what === 'dead letter' || / failed: /.test(text) ? 'bad' : what === 'held' ? 'warn' : 'plain';
    return `${paint('quiet', sized(String(turn), 6, true))} ${paint(tone, sized(text, layout.columns - 7))}`;
  });
  return [
    title,
    ...(lines.length > 0
      ? lines
      : [paint('quiet', '  No turn has been made yet. Write to an agent, then make one with step.')]),
  ];
}

/** The last events, a line each; files that were changed one after the other are one. */
function feedLines(events: Recent['events'], most: number): { turn: number; what: string; text: string }[] {
  const lines: { turn: number; what: string; text: string }[] = [];
  for (let at = events.length - 1; at >= 0 && lines.length < most; ) {
    const { turn, event } = events[at] as Recent['events'][number];
    let first = at;
    const isSame = ({ turn: other, event: { what } }: Recent['events'][number]): boolean =>
      turn === other && what === event.what;
    while (event.what === 'file' && first > 0 && isSame(events[first - 1] as Recent['events'][number])) first--;
    const several = { ...event, text: `${at - first + 1} files were changed` };
    const text = printEvent(first < at ? several : event).trimStart();
    lines.unshift({ turn, what: event.what, text: text.split('\n', 1)[0] ?? '' });
    at = first - 1;
  }
  return lines;
}

export function said({ ui, paint, layout, keyOf, hints, scene }: Frame): string[] {
  const { text, tone } = ui.said;
  if (text !== '') return foldSome([line(text, tone)], layout.columns, layout.prompt, paint);
  const waits = waitingCount(scene);
  const by = scene.engine ? '' : ` (${keyOf('step')})`;
  const news = waits > 0 ? `${count(waits, 'change waits', 'changes wait')} for the next turn${by}. ` : '';
  const named = (actions: readonly string[]): { key: string; action: string }[] =>
    actions.flatMap((action) => (keyOf(action) ? [{ key: keyOf(action), action }] : []));
  const all = ui.reader
    ? [...named(['help', 'back']), ...hints]
    : [...named(['help', 'open']), ...hints, ...named(['step', 'filter', 'quit'])];
  const words = all.map(({ key, action }) => `${key} ${action.replaceAll('-', ' ')}`);
  return [paint('quiet', fitting([`${news}${words[0] ?? ''}`, ...words.slice(1)], '   ', layout.columns))];
}

/** As many of the parts, in order, as fit. */
function fitting(parts: readonly string[], between: string, width: number): string {
  let text = '';
  for (const part of parts) {
    const next = text === '' ? part : `${text}${between}${part}`;
    if (widthOf(next) <= width) text = next;
  }
  return text;
}

export function footer({ scene, layout, paint }: Frame): string {
  const { state, config, engine, recent } = scene;
  const { paused, soon } = pauseOf(scene, null);
  const needs = needsYou(scene);
  const tokens = [...state.staff.agents.keys()].reduce(
    (sum, name) => sum + agentState(state.staff, name).tokensIn + agentState(state.staff, name).tokensOut,
    0,
  );
  const cache = recent.cacheShare();
  const budget = config.credits.org.cap;
  const now = paused ? (soon ? 'pausing' : 'paused') : soon ? 'resuming' : engine ? 'running' : 'idle';
  const parts = [
    `turn ${state.clock.turn}`,
    now,
    ...turnParts(scene),
    `${inCredits(state.money.org.spent)}${budget === undefined ? '' : ` of ${inCredits(budget)}`} credits`,
    `${short(tokens)} tokens`,
    ...(cache === null ? [] : [`cache ${Math.round(cache * 100)} %`]),
    ...(engine ? [`lemming ${engine.command}, process ${engine.pid}`] : []),
  ];
  const need = needs === 0 ? 'nothing needs you' : `${needs} need${needs === 1 ? 's' : ''} you`;
  const room = layout.columns - need.length - 2;
  const left = sized(` ${fitting(parts, '  ·  ', room - 1)}`, room);
  return inverse(`${left} ${needs === 0 ? need : paint('strong', need)} `);
}

/** How far the turn is that an engine makes, and what each agent is at: those that are at it the longest first. */
function turnParts(scene: ScreenSnapshot): string[] {
  const { engine, underWay, now } = scene;
  if (!engine || underWay.turn === null) return [];
  const visits = visitsUnderWay(scene);
  const all = new Set([...dueIn(scene, underWay.turn), ...underWay.visits.keys()]);
  const [done, open] = [visits.filter(isDone), visits.filter((one) => !isDone(one))];
  if (all.size === 0) return [];
  const share = `turn ${underWay.turn}: ${bar(done.length / all.size, Math.min(8, all.size))} ${done.length} of ${all.size}`;
  return [share, ...open.sort((a, b) => a.since - b.since).map((one) => `${one.agent} ${printWorkUnderWay(one, now)}`)];
}

/** Who is due in the turn; found once for a snapshot. */
function dueIn(scene: ScreenSnapshot, turn: number): readonly string[] {
  const { config, state } = scene;
  const known = dues.get(scene);
  const due = known ?? scheduleTurn(config, state, turn).flatMap((one) => (one.due ? [one.agent] : []));
  if (!known) dues.set(scene, due);
  return due;
}
const dues = new WeakMap<ScreenSnapshot, readonly string[]>();

function isDone({ doing }: WorkUnderWay): boolean {
  return doing.what === 'is done';
}

const MILLION = 1_000_000;

/** `950`, `12.3k`, `4.5M`. */
function short(count: number): string {
  if (count < 1000) return String(count);
  return count < MILLION ? `${(count / 1000).toFixed(1)}k` : `${(count / MILLION).toFixed(1)}M`;
}
