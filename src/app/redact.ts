/** Erases a text from the journal, the folder and all caches. */
import { isUtf8 } from 'node:buffer';
import { placedFile } from '../core/mail/attachments.ts';
import { printKey } from '../core/model/call.ts';
import type { Entry, Line } from '../core/model/entry.ts';
import { textHash } from '../core/model/hash.ts';
import { archivePath, messagePath } from '../core/rights/recipients.ts';
import type { Disk } from '../disk/fs/disk.ts';
import { bytesHash } from '../disk/fs/materialise.ts';
import { treeOf } from '../disk/fs/tree.ts';
import { journalFiles, journalPath, readJournal, readJournalFile } from '../disk/journal/journal.ts';
import { bodyOf, type EraseTarget, eraser, REDACTED } from '../engine/erase/erase.ts';
import { replaceFile, rewriteFile } from '../engine/erase/rewrite.ts';
import type { Loaded } from '../engine/journal/load.ts';
import { textOf } from '../engine/replay/compare.ts';
import { JournalFiles } from '../engine/replay/journal-files.ts';
import { failure } from '../schema/fault.ts';
import { padTurn, parseMessageId } from '../schema/name.ts';
import { canonicalBody } from '../schema/print.ts';
import type { Message } from '../schema/records/message.ts';
import { dropCaches } from './exclusive.ts';

/** The shortest text, in characters, that is searched for elsewhere: shorter ones would be found by chance. */
const TELLING = 8;

/** The result of a redaction. */
export interface Redaction {
  /** Messages whose text was erased: the named one, and those that the same visit sent with exactly the same text. */
  messages: string[];
  /** Groups of the journal that were rewritten. */
  groups: number;
  /** Files in the folder that were rewritten or removed. */
  files: string[];
  /** Files that still contain the text, such as answers that quote it. */
  also_in: string[];
}

/**
 * Erases the text of a message, or of the reply of a call (`turn.agent.n.attempt`), from the journal, the folder and all
 * caches. The lines that report it are durable before anything is replaced, so that `verify` finds a redaction that was cut
 * off, and it can be repeated. Throws `not-found`.
 */
export function redact(disk: Disk, { journal }: Loaded, id: string): Redaction {
  const target = findTarget(disk, id);
  const change = eraser(target);
  const carried = textsOf(disk, target);
  const groups = journalFiles(disk).flatMap((file) => rewriteFile(disk, file, change).groups);
  const before = refold(disk);
  journal.add(...groups.map((group) => ({ k: 'redacted' as const, ...group, id })));
  journal.write(true);
  journal.close();
  dropCaches(disk); // before the files change: what is known of them would call them damaged
  for (const file of new Set(groups.map((group) => group.file)))
    replaceFile(disk, journalPath(file), rewriteFile(disk, file, change).bytes);
  const files = [...cleanFiles(disk, target, before), ...cleanLogs(disk, target)];
  return {
    messages: [...target.messages.keys()],
    groups: groups.length,
    files: files.sort(),
    also_in: remains(disk, target, carried),
  };
}

function refold(disk: Disk): JournalFiles {
  const fold = new JournalFiles();
  for (const group of readJournal(disk, [])) fold.take(group);
  return fold;
}

/** Finds what the id names, and all lines that contain its text. */
function findTarget(disk: Disk, id: string): EraseTarget {
  const target: EraseTarget = {
    id,
    agent: '',
    turns: new Set(),
    messages: new Map(),
    echoes: new Map(),
    call: null,
    spoken: new Map(),
    texts: new Set(),
    subjects: new Map(),
    files: new Set(),
    shown: new Set(),
    paths: new Map(),
  };
  const held: { file: number; agent: string; body: string }[] = [];
  for (const { file, entries } of readJournal(disk, []))
    for (const entry of entries) {
      lookAt(target, entry);
      if (entry.k === 'held') held.push({ file, agent: entry.agent, body: bodyOf(entry.input) });
    }
  if (target.messages.size === 0 && target.call === null)
    throw failure('not-found', `The journal contains no message or call ${JSON.stringify(id)}`, {
      remedy: 'Run lemming history to list messages. The id of a call is TURN.AGENT.CALL.ATTEMPT.',
    });
  for (const { file, agent, body } of held)
    if (agent === target.agent && target.texts.has(body)) target.turns.add(file);
  for (const turn of target.turns) widen(disk, target, turn);
  for (const group of readJournal(disk, [])) for (const entry of group.entries) echo(target, entry);
  findCopies(disk, target);
  findShown(disk, target);
  for (const none of ['', REDACTED]) {
    target.texts.delete(none);
    target.subjects.delete(none);
  }
  return target;
}

/** Finds the attachments of the messages, the files they were sent on from, and every copy; each one found may lead to more. */
function findCopies(disk: Disk, { messages, files }: EraseTarget): void {
  for (let known = -1; known < files.size; ) {
    known = files.size;
    for (const { entries } of readJournal(disk, []))
      for (const entry of entries) {
        if (entry.k === 'drop' && messages.has(entry.message.id)) for (const path of filesOf(entry)) files.add(path);
        if (entry.k !== 'sent') continue;
        for (const { path, from = '' } of entry.files ?? []) {
          if (!messages.has(entry.message.id) && !files.has(path) && !files.has(from)) continue;
          files.add(path);
          if (from.includes('/outbox/')) files.add(from);
        }
      }
  }
}

/** What came with a message of a person. */
function filesOf({ attached, message: { from, attachments = [] } }: Line<'drop'>): string[] {
  return attached?.map(({ path }) => path) ?? attachments.map((name) => `agents/${from}/outbox/${name}`);
}

/**
 * Finds what prompts showed of the attachments. The journal keeps equal images and equal texts once, so what also came with
 * other mail stays.
 */
function findShown(disk: Disk, { files, shown }: EraseTarget): void {
  if (files.size === 0) return;
  const others = new Set<string>();
  for (const { entries } of readJournal(disk, []))
    for (const entry of entries)
      for (const { path, hash } of shownBy(entry)) (files.has(path) ? shown : others).add(hash);
  for (const hash of others) shown.delete(hash);
}

/** Files that prompts show because of a line, and the hashes of the blobs in which they stand. */
function shownBy(entry: Entry): { path: string; hash: string }[] {
  if (entry.k === 'intent' && 'pieces' in entry.prompt) return entry.prompt.images ?? [];
  if (entry.k !== 'sent') return [];
  return (entry.files ?? []).flatMap((file) => {
    const { path, text } = placedFile(file);
    return text === undefined ? [] : [{ path, hash: textHash(text) }];
  });
}

function lookAt(target: EraseTarget, entry: Entry): void {
  if ((entry.k === 'sent' || entry.k === 'drop' || entry.k === 'revived') && entry.message.id === target.id)
    aim(target, entry.message);
  if (entry.k === 'mail' && entry.id === target.id) {
    target.texts.add(entry.body);
    nameSubject(target, entry.subject);
  }
  if ((entry.k === 'reply' || entry.k === 'failed') && printKey(entry) === target.id) {
    target.call = target.id;
    target.agent = entry.agent;
    target.turns.add(entry.turn);
    target.texts.add(canonicalBody((entry.k === 'reply' ? entry.reply.text : entry.message).trim()));
  }
}

function aim(target: EraseTarget, message: Message): void {
  target.agent = message.from;
  target.turns.add(message.turn);
  target.messages.set(message.id, message);
  target.texts.add(message.body);
  nameSubject(target, message.subject);
  rename(target, message);
}

/** Adds the subject of a message, without "Re:", which belongs to the message that is answered. */
function nameSubject({ subjects }: EraseTarget, subject: string): void {
  if (/^re: /i.test(subject)) return;
  subjects.set(subject, REDACTED);
  subjects.set(`Re: ${subject}`.slice(0, 200), `Re: ${REDACTED}`);
}

/** Adds the new path of a message, because the name of its file contains words of the subject. */
function rename(target: EraseTarget, { id, from, turn, to, subject, path }: Message): void {
  const made = target.subjects.get(subject);
  if (made !== undefined)
    target.paths.set(path, messagePath(from, turn, parseMessageId(id)?.n ?? 1, to[0] ?? 'nobody', made));
}

/** Adds answers that repeat the subject, and answers to these. */
function echo(target: EraseTarget, entry: Entry): void {
  if (entry.k !== 'sent' && entry.k !== 'drop' && entry.k !== 'revived') return;
  const { id, reply_to, subject } = entry.message;
  if (reply_to === undefined || target.messages.has(id) || !target.subjects.has(subject)) return;
  if (!target.messages.has(reply_to) && !target.echoes.has(reply_to)) return;
  target.echoes.set(id, entry.message);
  rename(target, entry.message);
}

/**
 * Adds messages of the same visit with the same text, because the journal keeps equal texts once; and plain text that
 * became a message.
 */
function widen(disk: Disk, target: EraseTarget, turn: number): void {
  const entries = readJournalFile(disk, turn, '').groups.flatMap((group) => group.entries);
  const notes = entries.flatMap((entry) => (entry.k === 'visit' && entry.agent === target.agent ? [entry.notes] : []));
  for (const entry of entries) {
    if (entry.k !== 'sent' || entry.message.from !== target.agent) continue;
    // turns under earlier rules made one message of all texts of a visit
    const spoken = notes.find((texts) => texts.length > 1 && texts.join('\n\n') === entry.message.body);
    const same = target.texts.has(entry.message.body) || (target.call !== null && spoken);
    if (same) aim(target, entry.message);
    if (same && spoken) target.spoken.set(turn, spoken.map(() => REDACTED).join('\n\n'));
  }
}

/** Updates the files that the journal now makes differently, and removes copies with the old text. */
function cleanFiles(disk: Disk, target: EraseTarget, before: JournalFiles): string[] {
  const after = refold(disk);
  const changed: string[] = [];
  for (const path of concerned(disk, target, before, after)) {
    const made = after.files.get(path);
    const bytes = disk.read(path);
    if (made && bytes && bytesHash(bytes) === made.hash) continue;
    if (!made && !bytes) continue;
    const text = made && textOf(disk, made);
    if (typeof text === 'string') replaceFile(disk, path, Buffer.from(text));
    else if (made) replaceFile(disk, path, Buffer.from(REDACTED));
    else disk.unlink(path);
    changed.push(path);
  }
  return changed;
}

/** Paths that differ between the two, and everything in the outbox with the number of a message. */
function concerned(disk: Disk, target: EraseTarget, before: JournalFiles, after: JournalFiles): Set<string> {
  const paths = new Set<string>();
  for (const [path, { hash }] of before.files) if (after.files.get(path)?.hash !== hash) paths.add(path);
  for (const [path, { hash }] of after.files) if (before.files.get(path)?.hash !== hash) paths.add(path);
  for (const path of target.files) paths.add(path).add(archivePath(path));
  const ids = [...target.messages.keys(), ...target.echoes.keys()];
  for (const [path, made] of after.files)
    if (/^org\/(dead-letter|approvals)\//.test(path) && ids.some((id) => textOf(disk, made)?.includes(id)))
      paths.add(path);
  for (const id of ids) {
    const { author, turn } = parseMessageId(id) ?? { author: target.agent, turn: 0 };
    const start = `${padTurn(turn)}-${id.slice(id.lastIndexOf('-') + 1)}-`;
    for (const path of treeOf(disk, [`agents/${author}/outbox`]).files)
      if (
        path
          .slice(path.lastIndexOf('/') + 1)
          .replace(/^\.lemming-/, '')
          .startsWith(start)
      )
        paths.add(path);
  }
  return paths;
}

/** Replaces the text in logs, which hold it as JSON and prove nothing. */
function cleanLogs(disk: Disk, target: EraseTarget): string[] {
  const texts = [...target.texts]
    .filter((text) => text.length >= TELLING)
    .map((text) => JSON.stringify(text).slice(1, -1));
  return treeOf(disk, ['agents', 'org/logs'], (path) => /^agents\/[^/]+\/(?!logs(\/|$))/.test(path)).files.filter(
    (path) => {
      const log = Buffer.from(disk.read(path) ?? []).toString();
      const clean = texts.reduce((text, secret) => text.replaceAll(secret, REDACTED), log);
      if (clean !== log) replaceFile(disk, path, Buffer.from(clean));
      return clean !== log;
    },
  );
}

/** Characters of a file by which its copies are found. */
const SIGN_CHARS = 1000;

/** The texts that came with the messages, before they are erased. */
function textsOf(disk: Disk, { files }: EraseTarget): string[] {
  return [...files].flatMap((path) => {
    const bytes = disk.read(path) ?? disk.read(archivePath(path));
    return bytes && isUtf8(bytes) ? [Buffer.from(bytes).toString().slice(0, SIGN_CHARS).trim()] : [];
  });
}

/** Files of the org that still contain the text, or a text that came with it. */
function remains(disk: Disk, { texts, subjects }: EraseTarget, carried: readonly string[]): string[] {
  const telling = [...texts, ...subjects.keys(), ...carried]
    .filter((text) => text.length >= TELLING && !text.includes(REDACTED))
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
  if (telling.length === 0) return [];
  const parts = treeOf(disk, ['agents', 'org']).files;
  return parts.filter((path) => {
    const bytes = Buffer.from(disk.read(path) ?? []);
    return telling.some((text) => bytes.includes(text));
  });
}
