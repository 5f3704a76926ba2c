/** Finds messages in the folder: by id, by text and by reader. */
import { keptPath } from '../../core/journal/unplaced.ts';
import { latestFirst } from '../../core/model/maps/spill-order.ts';
import type { State } from '../../core/model/state.ts';
import { archivePath } from '../../core/rights/recipients.ts';
import type { KeptFiles } from '../../disk/cache/kept.ts';
import { type Disk, DiskError, type Stat } from '../../disk/fs/disk.ts';
import { readMessage } from '../../disk/intake/incoming-message.ts';
import { findTexts, type SearchedTexts } from '../../disk/search/find-texts.ts';
import { openSqlite } from '../../disk/search/sqlite-index.ts';
import { decode } from '../../disk/yaml/codec.ts';
import { turnLines } from '../../engine/journal/history.ts';
import { failure } from '../../schema/fault.ts';
import { byCodeUnit, isName, padTurn, parseMessageId } from '../../schema/name.ts';
import { printMessage } from '../../schema/print.ts';
import type { Message } from '../../schema/records/message.ts';
import type { View } from '../view.ts';

/** A message by the name of its file; nothing was read yet. */
export interface MailFile {
  path: string;
  author: string;
  turn: number;
  n: number;
  /** Its intended content, if its file could not be put in place yet. */
  text?: string;
}

/** Where mail is searched: in the folder, and in the journal for mail that only the journal holds. */
export type MailIndex = Pick<View, 'disk' | 'state'>;

/** Which files are searched. */
export interface MailQuery {
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
export function mailFiles({ disk, state }: MailIndex, wish: MailQuery = {}): MailFile[] {
  const files = lateMail(disk, state, wish);
  for (const [author, folder] of foldersOf(disk, wish))
    for (const name of disk.list(folder) ?? []) {
      const file = fileNamed(folder, name, author);
      if (file && isWanted(file, wish)) files.push(file);
    }
  return files.sort(inOrder);
}

/** The folders with the mail of each author; anything that is not a folder holds none. */
function foldersOf(disk: Disk, { authors, archived }: MailQuery): [author: string, folder: string][] {
  const names = authors ?? (disk.list('agents') ?? []).filter(isName);
  return names.flatMap((author) => {
    const outbox = `agents/${author}/outbox`;
    const spans = archived ? (disk.list(`${outbox}/archive`) ?? []) : [];
    const folders = [outbox, ...spans.map((span) => `${outbox}/archive/${span}`)];
    return folders
      .filter((folder) => disk.stat(folder)?.kind === 'folder')
      .map((folder): [string, string] => [author, folder]);
  });
}

/** Messages whose files are elsewhere or not made yet, because their author's folder was gone or refused them. */
function lateMail(disk: Disk, state: State, { authors, since = 0 }: MailQuery): MailFile[] {
  const texts = new Map([...deferredMail(disk, state, since), ...unplacedMail(disk, state)]);
  return [...texts].flatMap(([path, text]) => {
    const [, author = ''] = path.split('/');
    const cut = path.lastIndexOf('/');
    const file = fileNamed(path.slice(0, cut), path.slice(cut + 1), author);
    const isMissing = file !== null && [path, archivePath(path)].every((one) => disk.stat(one) === null);
    return isMissing && isWanted(file, { since }) && (authors?.includes(author) ?? true) ? [{ text, ...file }] : [];
  });
}

/** Path → text, from the journal. */
function* deferredMail(
  disk: Disk,
  { staff: { deferred } }: State,
  since: number,
): Generator<[path: string, text: string]> {
  for (const [author, turns] of deferred)
    for (const turn of turns.filter((one) => one >= since))
      for (const line of turnLines(disk, turn))
        if ((line.k === 'sent' || line.k === 'drop') && line.message.from === author)
          yield [line.message.path, printMessage(line.message)];
}

/** Path → text, from where it is kept. */
function* unplacedMail(disk: Disk, { dead: { letters } }: State): Generator<[path: string, text: string]> {
  for (const [id, { path }] of letters.rows('unplaced-')) {
    const text = path.includes('/outbox/') ? textOf(disk, keptPath(id)) : null;
    if (text !== null) yield [path, text];
  }
}

function fileNamed(folder: string, name: string, author: string): MailFile | null {
  const [, turn, n] = CANONICAL.exec(name) ?? [];
  return turn === undefined ? null : { path: `${folder}/${name}`, author, turn: Number(turn), n: Number(n) };
}

function isWanted({ turn }: MailFile, { since = 0 }: MailQuery): boolean {
  return turn >= since;
}

function inOrder(a: MailFile, b: MailFile): number {
  return a.turn - b.turn || byCodeUnit(a.author, b.author) || a.n - b.n;
}

/** Reads the messages in files whose text may match, one after the other; the text is tested before it is parsed. */
export function* readMail(
  disk: Disk,
  files: Iterable<MailFile>,
  wanted: (text: string) => boolean = () => true,
): Generator<Message> {
  for (const file of files) {
    const text = file.text ?? textOf(disk, file.path);
    const message = text !== null && wanted(text) ? readMessage(text, file.path).message : null;
    if (message && isOf(file, message)) yield message;
  }
}

/** Whether a file really is the message: an attached text beside it has a name that does not fit its content. */
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

/**
 * The messages with a text in subject or body, ignoring case, in the order of writing. An index says which files must be read.
 * Tests replace `open`.
 */
export async function findMail(
  view: MailIndex & { kept: KeptFiles },
  root: string,
  wish: MailQuery,
  words: string,
  open = openSqlite,
): Promise<Message[]> {
  const sought = words.toLowerCase();
  const { disk } = view;
  const isHalf = HALF_CHARACTER.test(sought);
  const files = isHalf ? mailFiles(view, wish) : await filesHolding(view, root, wish, plain(sought), open);
  return [...readMail(disk, files)].filter(({ subject, body }) =>
    [subject, body].some((part) => part.toLowerCase().includes(sought)),
  );
}

/** No index can find half of a character. */
const HALF_CHARACTER = /\p{Cs}/u;

async function filesHolding(
  view: MailIndex & { kept: KeptFiles },
  root: string,
  wish: MailQuery,
  piece: string,
  open: typeof openSqlite,
): Promise<MailFile[]> {
  const { shelf, file } = mailTexts(view.disk, wish);
  const found = (await findTexts(view, root, shelf, [piece], open)).map(({ path }) => file(path));
  return [...found.filter((one) => isWanted(one, wish)), ...lateMail(view.disk, view.state, wish)].sort(inOrder);
}

/** What the index of mail covers, and the file of a message by its path. */
export function mailTexts(disk: Disk, wish: MailQuery): { shelf: SearchedTexts; file(path: string): MailFile } {
  const authors = new Map<string, string>();
  const folders = new Map<string, [string, Stat][]>();
  for (const [author, folder] of foldersOf(disk, wish)) {
    authors.set(folder, author);
    folders.set(
      folder,
      (disk.look(folder) ?? []).filter(([name, { kind }]) => kind === 'file' && CANONICAL.test(name)),
    );
  }
  const file = (path: string): MailFile => {
    const cut = path.lastIndexOf('/');
    const folder = path.slice(0, cut);
    return fileNamed(folder, path.slice(cut + 1), authors.get(folder) as string) as MailFile;
  };
  const text = (path: string): string | null => searchedText(disk, file(path));
  const whole = wish.authors === undefined && wish.archived === true;
  return { shelf: { name: 'mail', folders, whole, text }, file };
}

/** The indexed text of a file: subject and body in lower case if it is a message. */
function searchedText(disk: Disk, file: MailFile): string | null {
  const text = textOf(disk, file.path);
  if (text === null) return null;
  const { message } = readMessage(text, file.path);
  return message && isOf(file, message) ? plain(`${message.subject}\n${message.body}`.toLowerCase()) : '';
}

/** Removes NUL, at which SQLite may end a text; an escape in a subject can contain it. */
function plain(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}

/** Whether the front matter of a text may name somebody; saves parsing texts that cannot. */
export function headNames(text: string, name: string): boolean {
  const end = text.indexOf('\n---', 3);
  const at = text.indexOf(name);
  return at >= 0 && (end < 0 || at < end);
}

/** The message with that id, live or archived; null when no file holds it. */
export function findMessage(room: MailIndex, id: string): Message | null {
  const { disk, state } = room;
  const key = parseMessageId(id);
  if (!key) return null;
  const outbox = `agents/${key.author}/outbox`;
  const archive = archivePath(`${outbox}/${padTurn(key.turn)}-`).replace(/\/[^/]*$/, '');
  const files = [outbox, archive]
    .filter((folder) => disk.stat(folder)?.kind === 'folder')
    .flatMap((folder) => (disk.list(folder) ?? []).flatMap((name) => fileNamed(folder, name, key.author) ?? []));
  const late = lateMail(disk, state, { authors: [key.author], since: key.turn });
  for (const message of readMail(
    disk,
    [...files, ...late].filter((file) => file.turn === key.turn && file.n === key.n),
  ))
    return message;
  return null;
}

/** A message as the index of its reader names it. */
export interface Received {
  id: string;
  author: string;
  /** The path of its file, or its path until it was archived. */
  path: string;
}

/** The messages to a reader, the latest first. */
export function* receivedBy({ clock, mail }: State, reader: string): Generator<Received> {
  for (const [id, file] of latestFirst(mail.received, reader, clock.turn + 1)) {
    const author = parseMessageId(id)?.author ?? '';
    yield { id, author, path: `agents/${author}/outbox/${file.slice(file.lastIndexOf('/') + 1)}` };
  }
}

/** The message in its file; null when the file is gone, or archived and archived mail is not wanted. */
export function messageAt(
  { disk, state }: MailIndex,
  { id, path, author }: Received,
  archived: boolean,
): Message | null {
  for (const place of archived ? [path, archivePath(path)] : [path]) {
    const text = textOf(disk, place);
    const message = text === null ? null : readMessage(text, place).message;
    if (message?.id === id) return message;
  }
  const late = lateMail(disk, state, { authors: [author] });
  return [...readMail(disk, late)].find((message) => message.id === id) ?? null;
}

/** The message with that id. Throws `not-found`, even for one that the seat may not see. */
export function messageNamed(view: MailIndex & Pick<View, 'sees'>, id: string): Message {
  const message = findMessage(view, id);
  if (message && view.sees(message)) return message;
  const remedy = 'An id looks like 000042-planner-01. Run lemming inbox or lemming history to list them.';
  throw failure('not-found', `There is no message ${JSON.stringify(id)}.`, { remedy });
}
