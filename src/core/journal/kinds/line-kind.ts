/** What a kind of journal line consists of. */
import type * as z from 'zod';
import type { Content } from '../../model/content.ts';
import type { Calls, Effects, Inputs, Line, Lines } from '../../model/entry.ts';
import type { State } from '../../model/state.ts';
import type { FileOp } from '../file-op.ts';
import type { Texts } from './line-texts.ts';

/** The phase of a line: input from outside, part of a call, change by a turn, or mark of how far the engine came. */
export type Phase<K extends keyof Lines> = K extends keyof Inputs
  ? 'input'
  : K extends keyof Calls
    ? 'call'
    : K extends keyof Effects
      ? 'effect'
      : 'mark';

/**
 * Everything that the program knows about one kind of journal line, except its words (`src/views/journal/kinds/`). Pure.
 */
export interface LineKind<K extends keyof Lines> {
  phase: Phase<K>;
  /** The schema of the full line, in which texts that the journal stores once are in their place. */
  schema: () => z.ZodType<Line<K>>;
  /** Applies the line to the state, in place. */
  apply: (state: State, line: Line<K>) => void;
  /** Its file operations at the commit of its turn, in order; null for none. */
  files: ((line: Line<K>) => FileOp[]) | null;
  /** How it is undone; null when nobody did it, or it is undone in another way. */
  undo: Undo<Line<K>> | null;
  /** Passes the texts of people and models in the line to a visitor; null when it holds none. */
  texts: ((line: Line<K>, visitor: Texts) => void) | null;
  /** Changes the base64 content of binary files in the line, in place; null when it holds none. */
  bytes: ((line: Line<K>, change: (base64: string) => string) => void) | null;
  /** Whether the configuration must be read again after it; null for never. */
  changesConfig: ((line: Line<K>) => boolean) | null;
  /** Whether it says which files of people were read and what they held: a replay of files needs no more of the state. */
  tellsOfFiles: boolean;
}

export interface Undo<L> {
  /** Who did it; null: nobody. */
  by(line: L): string | null;
  /** What it changed, or why that cannot be undone. `once`: the tool that did it, if it must never be repeated. */
  changes(line: L, once: string | null): Change[] | string;
}

/** What an effect did to one thing. Hashes are of the whole content; null: nothing stood or stands there. */
export type Change =
  | { on: string; message: true; to: readonly string[] }
  | { on: string; from: string }
  | { on: string; before: string | null; after: string | null; was: Content | null | undefined; text: Content | null };

/** The reducer of a line that changes no state. */
export function changesNothing(): void {}

export function always(): boolean {
  return true;
}
