/** What the screen remembers, and how it divides the terminal. */
import type { Pane, ScreenLine, Tone } from '../../views/screen/line.ts';
import type { PaneName } from './panes.ts';
import type { Field } from './terminal/field.ts';
import { widthOf } from './terminal/fit.ts';

/** Something opened over the list: a row of the pane in its present form, or a text. */
export type OpenedText = { row: string; scroll: number } | { title: string; lines: ScreenLine[]; scroll: number };

/** The line, or lines, that the person is writing. */
export interface PromptLine {
  label: string;
  /** A hint, shown where there is room. */
  hint: string;
  /** Why what was typed before does not do; '' for nothing. */
  flaw?: string;
  /** What the text may be: the tab key completes it. */
  choices?: readonly string[];
  field: Field;
  /** The text may have several lines. */
  lines: boolean;
  done(text: string): void;
  /** Receives each change, for a filter that works while it is typed. */
  changed?(text: string): void;
  cancelled?(): void;
}

/** The place of the person on the screen. */
export interface Ui {
  pane: PaneName;
  /** Key of the chosen row; absent for the row at which the pane starts. */
  chosen: Partial<Record<PaneName, string>>;
  filters: Partial<Record<PaneName, string>>;
  reader: OpenedText | null;
  prompt: PromptLine | null;
  said: { text: string; tone: Tone };
}

/** The places of the screen. One of height 0 is left out. */
export interface Layout {
  columns: number;
  rows: number;
  top: number;
  list: { width: number; height: number };
  /** Details of the chosen row, where there is room. */
  detail: { where: 'beside' | 'below'; width: number; height: number } | null;
  /** Rows of the event feed at the bottom. */
  feed: number;
  /** Rows for messages and for typing. */
  prompt: number;
}

/** From so many columns on, details stand beside the list; otherwise, from so many rows on, below it. */
const WIDE = 150;
const HIGH = 34;
/** Rows of a prompt with several lines at most. */
const PROMPT_ROWS = 6;
/** Rows of a message at most. */
const SAID_ROWS = 3;

/** Divides the terminal: tabs, heading, message and footer take a row each; the list gets the rest. */
export function layoutOf({ columns, rows }: { columns: number; rows: number }, ui: Ui, pane: Pane): Layout {
  const lines = ui.prompt?.field.text.split('\n').length;
  const said = Math.ceil(widthOf(ui.said.text) / columns);
  const flaw = ui.prompt?.flaw ? 1 : 0;
  const prompt = Math.max(1, lines === undefined ? Math.min(SAID_ROWS, said) : Math.min(PROMPT_ROWS, lines + flaw));
  const top = rows >= 16 ? Math.min(pane.top.length, rows - 12) : Math.min(1, pane.top.length);
  const feed = ui.pane === 'org' && rows >= 16 ? Math.floor((rows - 4) / 4) : 0;
  const height = Math.max(1, rows - 3 - prompt - top - feed);
  const places = { columns, rows, top, feed, prompt };
  if (columns >= WIDE) {
    const width = Math.floor(columns * 0.55);
    return {
      ...places,
      list: { width, height },
      detail: { where: 'beside', width: columns - width - 3, height: height + 1 },
    };
  }
  if (rows < HIGH || pane.keys.length === 0) return { ...places, list: { width: columns, height }, detail: null };
  const list = Math.max(5, Math.min(pane.keys.length, height >> 1));
  return {
    ...places,
    list: { width: columns, height: list },
    detail: { where: 'below', width: columns - 2, height: height - list - 1 },
  };
}

/** The index of the chosen row; -1 in an empty list. If the row is gone, the one at which the pane starts. */
export function chosenRow(ui: Ui, pane: Pane, start: 'first' | 'last'): number {
  const key = ui.chosen[ui.pane];
  const at = key === undefined ? -1 : pane.keys.indexOf(key);
  if (at >= 0) return at;
  return start === 'last' ? pane.keys.length - 1 : Math.min(0, pane.keys.length - 1);
}

/** The first row of a window with the chosen row near its middle, never beyond the end. */
export function windowStart(chosen: number, height: number, count: number): number {
  return Math.max(0, Math.min(chosen - (height >> 1), count - height));
}
