/** What a kind of journal line consists of. */
import type * as z from 'zod';
import type { Content } from '../../model/content.ts';
import type { Calls, Effects, Inputs, Line, Lines } from '../../model/entry.ts';
import type { State } from '../../model/state.ts';
import type { FileOp } from '../file-op.ts';
import type { Texts } from './line-texts.ts';

/** What a line is: what came from outside, part of a call, what a turn changed, or a mark of how far the engine came. */
export type Phase<K extends keyof Lines> = K extends keyof Inputs
  ? 'input'
  : K extends keyof Calls
    ? 'call'
    : K extends keyof Effects
      ? 'effect'
      : 'mark';

/** All that the program knows of one kind of journal line, words apart (`src/views/journal/kinds/`). Pure. */
export interface LineKind<K extends keyof Lines> {
  phase: Phase<K>;
  /** The line as it is meant: texts that stand once in the journal are in their place. */
  schema: () => z.ZodType<Line<K>>;
  /** Folds the line into the state, in place. */
  apply: (state: State, line: Line<K>) => void;
  /** What it does to the folder at the commit of its turn, in order; null: nothing. */
  files: ((line: Line<K>) => FileOp[]) | null;
  /** null: nobody did it, or it is undone in another way. */
  undo: Undo<Line<K>> | null;
  /** Shows a visitor the texts of people and models in it; null: it holds none. */
  texts: ((line: Line<K>, visitor: Texts) => void) | null;
  /** Changes what it holds of files that are no text, in place; it stands there in base64. null: it holds none. */
  bytes: ((line: Line<K>, change: (base64: string) => string) => void) | null;
  /** Whether the configuration must be read anew after it; null: never. */
  changesConfig: ((line: Line<K>) => boolean) | null;
  /** Whether it says which of people's files were read, and what stood in them: a replay of files needs no more of the state. */
  tellsOfFiles: boolean;
}

export interface Undo<L> {
  /** Who did it; null: nobody. */
  by(line: L): string | null;
  /** What it changed; or why that cannot be undone. `once`: the tool that did it, when that must not be used again. */
  changes(line: L, once: string | null): Change[] | string;
}

/** What an effect did to one thing. Hashes are of the whole content; null: nothing stood or stands there. */
export type Change =
  | { on: string; message: true }
  | { on: string; from: string }
  | { on: string; before: string | null; after: string | null; was: Content | null | undefined; text: Content | null };

/** Of a line that changes no state. */
export function changesNothing(): void {}

export function always(): boolean {
  return true;
}
