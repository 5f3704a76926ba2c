import { render } from 'ink';
import { createElement } from 'react';
import { commandFiles } from '../../../scripts/commands.ts';
import { keyOf } from '../../../src/faces/tui/context.ts';
import { type Frame, FrameView } from '../../../src/faces/tui/frame.tsx';
import { hintsFor } from '../../../src/faces/tui/keys/hints.ts';
import { keyTable } from '../../../src/faces/tui/keys/key-table.ts';
import { countsOf, makePane } from '../../../src/faces/tui/panes.ts';
import { layoutOf, type Ui } from '../../../src/faces/tui/state.ts';
import { painter, widthOf } from '../../../src/faces/tui/terminal/fit.ts';
import { FrameRows } from '../../../src/faces/tui/terminal/rows.ts';
import { inkStreams } from '../../../src/faces/tui/terminal/terminal.ts';
import { bindings } from '../../../src/schema/config/keymap.ts';
import type { ScreenSnapshot } from '../../../src/views/screen/snapshot.ts';

export interface Size {
  columns: number;
  rows: number;
}

/** The sizes that every picture is looked at in. */
export const SIZES: [name: string, size: Size][] = [
  ['80x24', { columns: 80, rows: 24 }],
  ['120x40', { columns: 120, rows: 40 }],
  ['200x60', { columns: 200, rows: 60 }],
];

const table = keyTable((await commandFiles()).map(({ command }) => command));
const keys = bindings(table.usual, null);

/** What the screen shows of a scene at that size: its rows as text. `colour`: with the sequences that give it a look. */
export function picture(scene: ScreenSnapshot, wish: Partial<Ui>, size: Size, colour = false): string[] {
  const ui: Ui = {
    pane: 'org',
    chosen: {},
    filters: {},
    reader: null,
    prompt: null,
    said: { text: '', tone: 'plain' },
    ...wish,
  };
  const pane = makePane(ui.pane, scene, ui.filters[ui.pane] ?? '');
  const slots = new FrameRows();
  const frame: Frame = {
    scene,
    counts: countsOf(scene),
    ui,
    pane,
    layout: layoutOf(size, ui, pane),
    paint: painter(colour),
    slots,
    hints: hintsFor({ scene, table, keys, ui, pane }),
    keyOf: (action) => keyOf(keys, action),
  };
  let drawn = '';
  const { stdin, stdout } = inkStreams(size, (text) => {
    drawn = slots.fill(text);
  });
  const ink = render(createElement(FrameView, frame), { stdin, stdout, debug: true, patchConsole: false });
  ink.unmount();
  return (colour ? drawn : withoutLook(drawn)).split('\n');
}

/** The text alone: what a terminal would show without bold and inverse. */
export function withoutLook(text: string): string {
  return text.replace(/\x1b\[[\d;]*m/g, '');
}

/** Columns of the widest row. */
export function widest(rows: readonly string[]): number {
  return Math.max(...rows.map((row) => widthOf(withoutLook(row))));
}
