import { archivePath } from '../core/send.ts';
import { decode } from '../disk/codec.ts';
import { type Disk, DiskError } from '../disk/disk.ts';
import { readMessage } from '../disk/drop.ts';
import { failure } from '../schema/fault.ts';
import type { Message } from '../schema/message.ts';
import { byCodeUnit, isName, padTurn, parseMessageId } from '../schema/name.ts';

/** A message as the name of its file tells it: nothing was read yet. */
export interface MailFile {
  path: string;
  author: string;
  turn: number;
  n: number;
}

/** Which files are looked at. */
export interface MailWish {
  /** Only these authors; all folders under `agents/` when absent. */
  authors?: readonly string[];
  /** First turn that counts. */
  since?: number;
  /** Archived mail as well. */
  archived?: boolean;
}

const CANONICAL = /^(\d{6,})-(\d{2,})-[^.]+\.md$/;
/** The largest message that `limits.message_bytes` can allow. */
const MOST_BYTES = 16_777_216;

/** The files of messages in the order they were written: by turn, author and number. Reads names only. */
export function mailFiles(disk: Disk, wish: MailWish = {}): MailFile[] {
  const authors = wish.authors ?? (disk.list('agents') ?? []).filter(isName);
  const files = authors.flatMap((author) =>
    foldersOf(disk, author, wish).flatMap((folder) => filesIn(disk, folder, author)),
  );
  const since = wish.since ?? 0;
  return files.filter((file) => file.turn >= since).sort(inOrder);
}

function foldersOf(disk: Disk, author: string, wish: MailWish): string[] {
  const outbox = `agents/${author}/outbox`;
  const spans = wish.archived ? (disk.list(`${outbox}/archive`) ?? []) : [];
  return [outbox, ...spans.map((span) => `${outbox}/archive/${span}`)];
}

function filesIn(disk: Disk, folder: string, author: string): MailFile[] {
  const files: MailFile[] = [];
  for (const name of listed(disk, folder)) {
    const [, turn, n] = CANONICAL.exec(name) ?? [];
    if (turn !== undefined) files.push({ path: `${folder}/${name}`, author, turn: Number(turn), n: Number(n) });
  }
  return files;
}

/** Names in a folder; what is no folder holds none. */
function listed(disk: Disk, folder: string): string[] {
  return disk.stat(folder)?.kind === 'folder' ? (disk.list(folder) ?? []) : [];
}

function inOrder(a: MailFile, b: MailFile): number {
  return a.turn - b.turn || byCodeUnit(a.author, b.author) || a.n - b.n;
}

/** The messages in the files whose text may be wanted, one after the other; the text is looked at before it is parsed. */
export function* readMail(
  disk: Disk,
  files: Iterable<MailFile>,
  wanted: (text: string) => boolean = () => true,
): Generator<Message> {
  for (const file of files) {
    const text = textOf(disk, file.path);
    const message = text !== null && wanted(text) ? readMessage(text, file.path).message : null;
    if (message && isOf(file, message)) yield message;
  }
}

/** A file beside a message, such as an attached text, is none: its name does not fit what it says. */
function isOf(file: MailFile, message: Message): boolean {
  const id = parseMessageId(message.id);
  return id !== null && id.author === file.author && id.turn === file.turn && id.n === file.n;
}

function textOf(disk: Disk, path: string): string | null {
  try {
    const bytes = disk.read(path);
    const decoded = bytes === null ? null : decode(bytes, MOST_BYTES, path);
    return decoded && 'text' in decoded ? decoded.text : null;
  } catch (error) {
    if (error instanceof DiskError && ['not-regular', 'too-large', 'denied'].includes(error.failure)) return null;
    throw error;
  }
}

/** Whether the front matter of a text names somebody; saves parsing what does not. */
export function headNames(text: string, name: string): boolean {
  const end = text.indexOf('\n---', 3);
  const at = text.indexOf(name);
  return at >= 0 && (end < 0 || at < end);
}

/** The message with that id, live or archived; null when no file holds it. */
export function findMessage(disk: Disk, id: string): Message | null {
  const key = parseMessageId(id);
  if (!key) return null;
  const outbox = `agents/${key.author}/outbox`;
  const archive = archivePath(`${outbox}/${padTurn(key.turn)}-`).replace(/\/[^/]*$/, '');
  const files = [outbox, archive].flatMap((folder) => filesIn(disk, folder, key.author));
  for (const message of readMail(
    disk,
    files.filter((file) => file.turn === key.turn && file.n === key.n),
  ))
    return message;
  return null;
}

/** The message with that id. Throws `not-found`, also for one that may not be seen. */
export function messageNamed({ disk, sees }: { disk: Disk; sees(mail: Message): boolean }, id: string): Message {
  const message = findMessage(disk, id);
  if (message && sees(message)) return message;
  const remedy = 'Ids look like 000042-planner-01: lemming inbox and lemming history list them.';
  throw failure('not-found', `There is no message ${JSON.stringify(id)}.`, { remedy });
}
