/** Prints the mail of a visit: what is new, what still has to be answered, and the files that came with it. */
import { cut } from '../../schema/print.ts';
import type { InboxMail } from '../mail/inbox.ts';
import type { Piece } from '../model/entry.ts';
import { textHash } from '../model/hash.ts';
import type { AttachedFile, Mail, MailState } from '../model/state/mail.ts';
import { quoteUntrusted, tame } from '../text/untrusted.ts';
import { cutMark } from './excerpts.ts';

/** Characters of all attached files that one prompt shows. */
const ATTACHED_CHARS = 12_000;

/** What the reader of the mail can take in. */
export interface Reading {
  /** Its model can look at images. */
  images: boolean;
  /** It may read files, and there is room to show them. */
  files: Pick<MailState, 'attached'> | null;
}

/** The mail as pieces of a prompt, and the texts that they refer to. */
export interface PrintedMail {
  pieces: Piece[];
  blobs: { hash: string; text: string }[];
}

/** The mail that is new in this visit. */
export function printGiven({ mail, waiting, cut }: InboxMail, reading: Reading): PrintedMail {
  const printed: PrintedMail = { pieces: [], blobs: [] };
  if (mail.length === 0) return printed;
  const more = waiting ? `, ${waiting} more wait for later turns` : '';
  printed.pieces.push(`\n## Your mail (${mail.length}${more})\n`);
  addMessages(printed, mail, cut, reading);
  return printed;
}

/** Mail of former visits whose authors still wait for an answer. */
export function printReminders({ reminded = [], cut }: InboxMail, images: boolean): Piece[] {
  if (reminded.length === 0) return [];
  const printed: PrintedMail = { pieces: [REMINDER], blobs: [] };
  addMessages(printed, reminded, cut, { images, files: null });
  return printed.pieces;
}
const REMINDER = `
## You owe an answer
You were given this mail before and have not answered it. Its author may still wait for you; you are reminded only once. Answer with send_message or done: plain text reaches no colleague. Or ask whoever you wait for. If no answer is needed, call done with its id in settled.
`;

function addMessages(printed: PrintedMail, mails: readonly Mail[], most: number, reading: Reading): void {
  const { pieces } = printed;
  let room = ATTACHED_CHARS;
  for (const mail of mails) {
    pieces.push(headOf(mail), mail.body.length > most ? { mail: mail.id, cut: most } : { mail: mail.id });
    if (mail.body.length > most)
      pieces.push(`\n${cutMark(mail.id, mail.body.length - cut(mail.body, most).length, mail.body.length)}`);
    if (!reading.images) addUnseen(pieces, mail);
    if (mail.attachments) room = addFiles(printed, reading.files?.attached.get(mail.id)?.files ?? [], room);
    pieces.push('\n</mail>\n');
  }
}

function addUnseen(pieces: Piece[], { attachments = [] }: Mail): void {
  const images = attachments.filter((name) => IMAGE_NAME.test(name));
  if (images.length > 0) pieces.push(`\n[${tame(images.join(', '))}: your model cannot see images]`);
}
const IMAGE_NAME = /\.(png|jpe?g|gif|webp)$/i;

/** Adds the files that are short texts, each in full, while there is room. Returns the room that is left. */
function addFiles({ pieces, blobs }: PrintedMail, files: readonly AttachedFile[], room: number): number {
  let left = room;
  for (const { name, text } of files) {
    if (text === undefined || text.length > left) continue;
    left -= text.length;
    const blob = { hash: textHash(text), text };
    pieces.push(`\n<attachment name=${quoteUntrusted(name)}>\n`, { blob: blob.hash }, '\n</attachment>');
    blobs.push(blob);
  }
  return left;
}

function headOf(mail: Mail): string {
  const more = [
    mail.priority === 'normal' ? '' : ` priority="${mail.priority}"`,
    mail.reply_to ? ` reply_to=${quoteUntrusted(mail.reply_to)}` : '',
    mail.addressed ? ` addressed="${mail.addressed.join(', ')}"` : '',
    mail.task ? ` task=${quoteUntrusted(mail.task)}` : '',
    mail.attachments?.length ? ` attachments=${quoteUntrusted(mail.attachments.join(', '))}` : '',
  ].join('');
  return `<mail id="${mail.id}" from="${mail.from}" turn="${mail.turn}" kind="${mail.kind}" thread=${quoteUntrusted(mail.thread)}${more} subject=${quoteUntrusted(mail.subject)}>\n`;
}
