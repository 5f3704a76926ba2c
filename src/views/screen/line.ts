/** The lines, lists and panes of which a screen consists. */

/** The meaning of a piece of text. A face gives it a look; without colour, words and marks must say it too. */
export type Tone = 'plain' | 'quiet' | 'strong' | 'title' | 'good' | 'warn' | 'bad' | 'code';

export interface TextRun {
  text: string;
  tone: Tone;
}

/** A line of prose or data. A face wraps it at its width; continuation lines are indented by `hang` columns. */
export interface ScreenLine {
  spans: TextRun[];
  hang: number;
}

/**
 * A column of a list. `width`: columns of the terminal; `share`: share of the remaining width. The column is left out when
 * the list has fewer than `from` columns.
 */
export interface Column {
  title: string;
  width?: number;
  share?: number;
  right?: true;
  from?: number;
}

export interface Cell {
  text: string;
  tone: Tone;
}

/** The subject of a row in a list: what keys act upon. */
export interface RowSubject {
  agent?: string;
  /** Message, approval, dead letter, task, run or workflow. */
  id?: string;
  what:
    | 'org'
    | 'unit'
    | 'agent'
    | 'message'
    | 'approval'
    | 'dead-letter'
    | 'fault'
    | 'log'
    | 'task'
    | 'run'
    | 'workflow';
  /** The held act for which it waits. */
  approval?: string;
  /** What arguments of commands on this row can be, by their names. */
  values?: Readonly<Record<string, readonly string[]>>;
  /** The file that is concerned, and the line in it. */
  file?: string;
  line?: number;
}

/** A list with details of each row. Rows are made when they are drawn. */
export interface Pane {
  columns: Column[];
  /** Names of the rows, the same from one look to the next. */
  keys: string[];
  cells(row: number): Cell[];
  about(row: number): RowSubject;
  detail(row: number): ScreenLine[];
  /** Lines above the list. */
  top: ScreenLine[];
  /** The text shown in place of an empty list. */
  empty: string;
}

export function cell(text: string | number, tone: Tone = 'plain'): Cell {
  return { text: String(text), tone };
}

/** A line of one tone. */
export function line(text = '', tone: Tone = 'plain', hang = 0): ScreenLine {
  return { spans: [{ text, tone }], hang };
}

/** A line of several pieces: a text is plain, a pair has a tone. */
export function spans(pieces: readonly (string | [text: string, tone: Tone])[], hang = 0): ScreenLine {
  return {
    spans: pieces.map((piece) =>
      typeof piece === 'string' ? { text: piece, tone: 'plain' } : { text: piece[0], tone: piece[1] },
    ),
    hang,
  };
}

/** Names and values below each other; entries without a value are left out. */
export function facts(
  pairs: readonly (readonly [name: string, value: string | number | null | undefined, tone?: Tone])[],
): ScreenLine[] {
  const said = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(0, ...said.map(([name]) => name.length)) + 2;
  return said.map(([name, value, tone = 'plain']) =>
    spans(
      [
        [name.padEnd(width), 'quiet'],
        [String(value), tone],
      ],
      width,
    ),
  );
}
