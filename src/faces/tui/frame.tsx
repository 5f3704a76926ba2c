/** Draws one frame of the screen. */
import { Box, Text } from 'ink';
import { type Cell, facts, line, type Pane, type ScreenLine, spans } from '../../views/screen/line.ts';
import type { ScreenSnapshot } from '../../views/screen/snapshot.ts';
import { feedRows, footer, said, tabs } from './bars.ts';
import type { Hint } from './keys/hints.ts';
import { PANES, type PaneName } from './panes.ts';
import { chosenRow, type Layout, type OpenedText, type PromptLine, type Ui, windowStart } from './state.ts';
import { fold, foldSome, head, inverse, type Paint, row, rule, sized, widthOf, widths } from './terminal/fit.ts';
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
