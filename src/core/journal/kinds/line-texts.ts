import type { Message } from '../../../schema/records/message.ts';
import type { Attached, Held, Line, LiveFile, PromptRef } from '../../model/entry.ts';

/** Whoever goes through the texts in lines (to erase one, say) and may change them in place. Each kind of line shows its own. */
export interface Texts {
  /** A message on its way; `line` is the line that holds it. */
  message(line: { k: string; message: Message; files?: Attached[] }): void;
  /** What a person made of the file of a message. */
  edit(line: Line<'mail'>): void;
  reply(line: Line<'reply'>): void;
  failure(line: Line<'failed'>): void;
  /** The plain text of a visit. */
  notes(line: Line<'visit'>): void;
  /** An act that waits; `text`: where its file, or that of its answer, stands beside it. */
  held(held: Held, text?: { text?: string }): void;
  /** The file that a person answered in. */
  answer(line: Line<'answer'>): void;
  blob(line: Line<'blob'>): void;
  prompt(prompt: PromptRef): void;
  /** Files of which the line holds the bytes. */
  files(files: readonly (Attached | LiveFile)[]): void;
}

/**
 * A text that the engine made stands in its line. What another field of that line holds word for word is not written twice: the
 * text becomes a list of literals and of names of such fields.
 */
export type Packed = string | TextPart[];
export type TextPart = string | { of: TextField };
export type TextField = 'input' | 'shows' | 'detail';
export type TextFields = Partial<Record<TextField, string>>;
export type ChangeText = (text: Packed, fields: TextFields) => Packed;

/** A copy of the line with such texts changed; the line itself where it holds none. */
export type Generated<L> = (line: L, change: ChangeText) => L;

/** The line with its text changed. */
export function withText<T extends { text?: Packed }>(line: T, fields: TextFields, change: ChangeText): T {
  return line.text === undefined ? line : Object.assign({ ...line }, { text: change(line.text, fields) });
}

/** What the file of a held act may show. An input is shown as its file has it. */
export function heldFields({ input, shows }: Pick<Held, 'input' | 'shows'>): TextFields {
  return { input: JSON.stringify(input, null, 2), ...(shows !== undefined && { shows }) };
}
