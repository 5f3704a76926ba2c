/** Draws one frame of the screen. */
import { Box, Text } from 'ink';
import { agentState } from '../../core/model/state/staff.ts';
import { inCredits } from '../../schema/amount.ts';
import { printEvent } from '../../views/journal/turn.ts';
import { type Cell, facts, line, type Pane, type ScreenLine, spans } from '../../views/screen/line.ts';
import { needsYou, pauseOf, type ScreenSnapshot, waitingCount } from '../../views/screen/snapshot.ts';
import { count } from '../../views/text/table.ts';
import { safeLine } from '../cli/terminal/safe.ts';
import type { Hint } from './hints.ts';
import { PANES, type PaneName, panesOf } from './panes.ts';
import { chosenRow, type Layout, type OpenedText, type PromptLine, type Ui, windowStart } from './state.ts';
import { fold, head, inverse, type Paint, row, sized, widthOf, widths } from './terminal/fit.ts';
import { type FrameRows, PAGE } from './terminal/rows.ts';

/** Everything that a frame shows. */
export interface Frame {
  scene: ScreenSnapshot;
  counts: Record<PaneName, number>;
  ui: Ui;
  pane: Pane;
  layout: Layout;
  paint: Paint;
  slots: FrameRows;
  /** The keys for the chosen row. */
  hints: readonly Hint[];
  /** The key of an action, as the person knows it; '' where none does it. */
  keyOf: (action: string) => string;
}

/** A row of the terminal with so many columns. */
function Row({ text, width, slots }: { text: string; width: number; slots: FrameRows }) {
  return <Text>{slots.hold(text, width)}</Text>;
}

/** So many rows; missing ones are empty. */
function Rows({ rows, height, width, slots }: { rows: string[]; height: number; width: number; slots: FrameRows }) {
  const held = Array.from({ length: height }, (_, y) => slots.hold(rows[y] ?? '', width));
  return (
    <Box width={1} flexShrink={0}>
      <Text>{held.join('\n')}</Text>
    </Box>
  );
}

/** The whole screen: tabs, the pane or what is opened over it, the line for messages and typing, the footer. */
export function FrameView(frame: Frame) {
  const { layout, ui, slots } = frame;
  return (
    <Box flexDirection="column" width={PAGE} height={layout.rows}>
      <Row slots={slots} text={tabs(frame)} width={layout.columns} />
      {ui.reader ? <ReaderView frame={frame} reader={ui.reader} /> : <PaneView {...frame} />}
      <Rows
        slots={slots}
        rows={ui.prompt ? promptRows(ui.prompt, frame) : said(frame)}
        height={layout.prompt}
        width={layout.columns}
      />
      <Row slots={slots} text={footer(frame)} width={layout.columns} />
    </Box>
  );
}

/** How tabs are written, until all fit: letters of the titles, the number on a tab, room around it. The chosen one is whole. */
const TABS = [
  { letters: Number.POSITIVE_INFINITY, counted: true, room: ' ' },
  { letters: 4, counted: true, room: ' ' },
  { letters: 0, counted: true, room: ' ' },
  { letters: 0, counted: true, room: '' },
  { letters: 0, counted: false, room: '' },
];

function tabs({ scene, ui, counts, layout, paint }: Frame): string {
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

function PaneView(frame: Frame) {
  const { pane, layout, paint, ui, slots } = frame;
  const { columns, list, detail, feed, top } = layout;
  const chosen = chosenRow(ui, pane, PANES[ui.pane].start);
  const closer = detail && chosen >= 0 ? foldSome(closeUp(frame, chosen), detail.width, detail.height, paint) : [];
  const bar = detail ? Array<string>(detail.height).fill(paint('quiet', ' │ ')) : [];
  return (
    <Box flexDirection="column" flexShrink={0}>
      {top > 0 && (
        <Rows
          slots={slots}
          rows={pane.top.slice(0, top).map((line) => fold(line, columns, paint)[0] ?? '')}
          height={top}
          width={columns}
        />
      )}
      <Box>
        <Box flexDirection="column" width={1} flexShrink={0}>
          <Row slots={slots} text={heading(frame)} width={list.width} />
          <Rows slots={slots} rows={listRows(frame, chosen)} height={list.height} width={list.width} />
        </Box>
        {detail?.where === 'beside' && <Rows slots={slots} rows={bar} height={detail.height} width={3} />}
        {detail?.where === 'beside' && <Rows slots={slots} rows={closer} height={detail.height} width={detail.width} />}
      </Box>
      {detail?.where === 'below' && <Row slots={slots} text={rule('', columns, paint)} width={columns} />}
      {detail?.where === 'below' && (
        <Rows slots={slots} rows={closer.map((text) => `  ${text}`)} height={detail.height} width={columns} />
      )}
      {feed > 0 && <Rows slots={slots} rows={feedRows(frame, feed)} height={feed} width={columns} />}
    </Box>
  );
}

/** A row in detail, and what the keys do to it. */
function closeUp({ pane, hints }: Frame, row: number): ScreenLine[] {
  const keys = facts(hints.map(({ key, does }) => [key, does] as const));
  return [...pane.detail(row), ...(keys.length > 0 ? [line(), ...keys] : [])];
}

/** A line across the screen with a title in it. */
function rule(title: string, width: number, paint: Paint): string {
  const lead = title === '' ? '' : `── ${safeLine(title)} `;
  const shown = sized(lead, Math.min(widthOf(lead), Math.max(0, width)));
  return paint('quiet', shown + '─'.repeat(Math.max(0, width - widthOf(shown))));
}

/** Before each row of a list. */
const MARK = 2;

function heading({ pane, layout, paint, ui }: Frame): string {
  const { width } = layout.list;
  const filter = ui.filters[ui.pane];
  if (filter) return paint('warn', sized(`  filter: ${filter}  (${pane.keys.length} shown; esc clears it)`, width));
  const titles: Cell[] = pane.columns.map(({ title }) => ({ text: title, tone: 'quiet' }));
  return `${' '.repeat(MARK)}${row(pane.columns, widths(pane.columns, width - MARK), titles, paint)}`;
}

function listRows({ pane, layout, paint }: Frame, chosen: number): string[] {
  const { width, height } = layout.list;
  if (pane.keys.length === 0) return ['', paint('quiet', sized(`  ${pane.empty}`, width))];
  const sizes = widths(pane.columns, width - MARK);
  const first = windowStart(chosen, height, pane.keys.length);
  const count = Math.min(height, pane.keys.length - first);
  return Array.from({ length: count }, (_, i) => {
    const at = first + i;
    if (at !== chosen) return `  ${row(pane.columns, sizes, pane.cells(at), paint)}`;
    return inverse(`> ${row(pane.columns, sizes, pane.cells(at), (_tone, text) => text)}`);
  });
}

function feedRows({ scene, layout, paint }: Frame, height: number): string[] {
  const title = rule('what happens', layout.columns, paint);
  const lines = scene.recent.events.slice(-(height - 1)).map(({ turn, event }) => {
    const tone =
      event.what === 'dead letter' || / failed: /.test(event.text) ? 'bad' : event.what === 'held' ? 'warn' : 'plain';
    return `${paint('quiet', sized(String(turn), 6, true))} ${paint(tone, sized(printEvent(event).trimStart().split('\n', 1)[0] ?? '', layout.columns - 7))}`;
  });
  return [
    title,
    ...(lines.length > 0
      ? lines
      : [paint('quiet', '  No turn has been made yet. Write to an agent, then make one with step.')]),
  ];
}

function ReaderView({ frame, reader }: { frame: Frame; reader: OpenedText }) {
  const { layout, paint, slots } = frame;
  const height = readerHeight(layout);
  const lines = readerLines(frame, reader);
  const from = Math.min(reader.scroll, Math.max(0, lines.length - height));
  const title = 'row' in reader ? PANES[frame.ui.pane].title : reader.title;
  const place =
    lines.length > height ? `lines ${from + 1} to ${Math.min(lines.length, from + height)} of ${lines.length}` : '';
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Row
        slots={slots}
        width={layout.columns}
        text={`${rule(title, layout.columns - place.length - 1, paint)} ${paint('quiet', place)}`}
      />
      <Rows
        slots={slots}
        rows={lines.slice(from, from + height).map((text) => ` ${text}`)}
        height={height}
        width={layout.columns}
      />
    </Box>
  );
}

export function readerHeight({ rows, prompt }: Layout): number {
  return Math.max(1, rows - 3 - prompt);
}

/** The lines of what is opened, wrapped; computed once for a pane, a row and a width. A row that is gone says so. */
export function readerLines(frame: Frame, reader: OpenedText): string[] {
  const { pane, layout, paint } = frame;
  const of = 'row' in reader ? pane : reader.lines;
  const key = `${'row' in reader ? reader.row : ''} ${layout.columns}`;
  const known = folded.get(of) ?? new Map<string, string[]>();
  folded.set(of, known);
  const lines = known.get(key) ?? foldSome(linesOf(frame, reader), layout.columns - 2, Number.POSITIVE_INFINITY, paint);
  known.set(key, lines);
  return lines;
}
const folded = new WeakMap<object, Map<string, string[]>>();

function linesOf(frame: Frame, reader: OpenedText): ScreenLine[] {
  if (!('row' in reader)) return reader.lines;
  const at = frame.pane.keys.indexOf(reader.row);
  return at < 0 ? [spans([['It is no longer in the list.', 'quiet']])] : closeUp(frame, at);
}

/** Lines, wrapped until so many rows are full. */
function foldSome(lines: readonly ScreenLine[], width: number, most: number, paint: Paint): string[] {
  const rows: string[] = [];
  for (const line of lines) {
    if (rows.length >= most) break;
    rows.push(...fold(line, width, paint));
  }
  return rows;
}

function said({ ui, paint, layout, keyOf, hints, scene }: Frame): string[] {
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

/** Columns from which on a hint is worth its place. */
const LEAST_HINT = 12;

/** The label, then the text with its cursor; of a long text the part around the cursor. */
function promptRows(prompt: PromptLine, { layout, paint }: Frame): string[] {
  const { flaw = '' } = prompt;
  if (flaw === '') return fieldRows(prompt, layout.prompt, layout, paint);
  return [paint('bad', sized(flaw, layout.columns)), ...fieldRows(prompt, layout.prompt - 1, layout, paint)];
}

function fieldRows({ label, hint, field }: PromptLine, height: number, layout: Layout, paint: Paint): string[] {
  const rows = field.text.split('\n');
  const before = field.text.slice(0, field.at).split('\n');
  const y = before.length - 1;
  const first = Math.max(0, Math.min(y - (height >> 1), rows.length - height));
  const indent = widthOf(label) + 2;
  return rows.slice(first, first + height).map((text, i) => {
    const lead = i === 0 ? paint('strong', `${label}: `) : ' '.repeat(indent);
    const room = layout.columns - indent - 1;
    if (first + i !== y) return lead + sized(text, room);
    const x = before[y]?.length ?? 0;
    const from = widthOf(text.slice(0, x)) < room ? 0 : x - (room >> 1);
    const at = [...text.slice(x)][0] ?? ' ';
    const line = `${sized(text.slice(from, x), widthOf(text.slice(from, x)))}${inverse(at)}${head(text.slice(x + at.length), Math.max(0, room - widthOf(text.slice(from, x)) - 1))}`;
    const left = layout.columns - indent - widthOf(text.slice(from)) - 3;
    return lead + line + (left > LEAST_HINT ? paint('quiet', `  ${sized(hint, left - 2, true)}`) : '');
  });
}

function footer({ scene, layout, paint }: Frame): string {
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

const MILLION = 1_000_000;

/** `950`, `12.3k`, `4.5M`. */
function short(count: number): string {
  if (count < 1000) return String(count);
  return count < MILLION ? `${(count / 1000).toFixed(1)}k` : `${(count / MILLION).toFixed(1)}M`;
}
