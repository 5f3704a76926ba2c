/** How a visitor goes through the texts that journal lines hold. */
import type { Message } from '../../../schema/records/message.ts';
import type { Replacing } from '../../model/content.ts';
import type { Attached, Held, Line, PromptRef } from '../../model/entry.ts';

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
}

/** Changes the bytes of a file as it is to be and as it was. */
export function changeBytes(file: Replacing, change: (base64: string) => string): void {
  if (!file.base64) return;
  if (file.text !== null) file.text = change(file.text);
  if (file.was !== null) file.was = change(file.was);
}
