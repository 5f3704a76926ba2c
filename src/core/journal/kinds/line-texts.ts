/** How a visitor goes through the texts that journal lines hold. */
import type { Message } from '../../../schema/records/message.ts';
import type { Replacing } from '../../model/content.ts';
import type { Attached, Held, Line, PromptRef } from '../../model/entry.ts';

/**
 * A visitor of the texts in lines, for example to erase one, which may change them in place. Each kind of line passes its
 * own texts.
 */
export interface Texts {
  /** A message; `line` is the line that holds it. */
  message(line: { k: string; message: Message; files?: Attached[] }): void;
  /** A person's edit of a message file. */
  edit(line: Line<'mail'>): void;
  reply(line: Line<'reply'>): void;
  failure(line: Line<'failed'>): void;
  /** The plain text of a visit. */
  notes(line: Line<'visit'>): void;
  /** A held act; `text`: where its file, or that of its answer, stands beside it. */
  held(held: Held, text?: { text?: string }): void;
  /** The file that a person answered in. */
  answer(line: Line<'answer'>): void;
  /** What an agent or a person is told. */
  notice(line: Line<'notice'>): void;
  /** The result of a tool. */
  used(line: Line<'used'>): void;
  blob(line: Line<'blob'>): void;
  prompt(prompt: PromptRef): void;
}

/** Changes the bytes of a file, as it is to be and as it was. */
export function changeBytes(file: Replacing, change: (base64: string) => string): void {
  if (!file.base64) return;
  if (file.text !== null) file.text = change(file.text);
  if (file.was !== null) file.was = change(file.was);
}
