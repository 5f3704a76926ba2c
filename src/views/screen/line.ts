/** The lines, lists and panes of which a screen consists. */

/** What a piece of text means; a face gives it a look, and without colour the words and marks must say it too. */
export type Tone = 'plain' | 'quiet' | 'strong' | 'title' | 'good' | 'warn' | 'bad' | 'code';

export interface TextRun {
  text: string;
  tone: Tone;
}

/** A line of prose or data. A face folds it at its width; the lines that follow are set in by `hang` columns. */
export interface ScreenLine {
  spans: TextRun[];
  hang: number;
}

/** A column of a list. `width`: columns of the terminal; `share`: part of what is left. Below `from` columns of the list it is left out. */
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

/** What a row of a list stands for: what keys act upon. */
export interface RowSubject {
  agent?: string;
  /** Message, approval or dead letter. */
  id?: string;
  what: 'org' | 'unit' | 'agent' | 'message' | 'approval' | 'dead-letter' | 'fault' | 'log' | 'task';
  /** The file of the folder that says it, and where in it. */
  file?: string;
  line?: number;
}

/** A list with a closer look at each of its rows. Rows are made when they are drawn. */
export interface Pane {
  columns: Column[];
  /** Names the rows from one look to the next. */
  keys: string[];
  cells(row: number): Cell[];
  about(row: number): RowSubject;
  detail(row: number): ScreenLine[];
  /** Above the list. */
  top: ScreenLine[];
  /** Instead of a list without rows. */
  empty: string;
}

export function cell(text: string | number, tone: Tone = 'plain'): Cell {
  return { text: String(text), tone };
}

/** A line of one tone. */
export function line(text = '', tone: Tone = 'plain', hang = 0): ScreenLine {
  return { spans: [{ text, tone }], hang };
}

/** A line of pieces: a text is plain, a pair says its tone. */
export function spans(pieces: readonly (string | [text: string, tone: Tone])[], hang = 0): ScreenLine {
  return {
    spans: pieces.map((piece) =>
      typeof piece === 'string' ? { text: piece, tone: 'plain' } : { text: piece[0], tone: piece[1] },
    ),
    hang,
  };
}

/** Names and values under each other; what has no value is left out. */
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
