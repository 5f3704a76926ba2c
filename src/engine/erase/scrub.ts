/** Masks secrets in the files that go into an archive. */
import { isUtf8 } from 'node:buffer';
import { kindOf } from '../../core/journal/kind-of.ts';
import { type Config, keysIn } from '../../core/model/config.ts';
import type { Entry } from '../../core/model/entry.ts';
import { archivePath, messagePath } from '../../core/rights/recipients.ts';
import { isMasked, maskerOf, SECRET_NAME } from '../../core/text/mask.ts';
import type { ArchiveFile } from '../../disk/archive/pack.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { bytesHash } from '../../disk/fs/materialise.ts';
import { readMessage } from '../../disk/intake/incoming-message.ts';
import { chain, journalFiles, journalPath, readJournal, readJournalFile } from '../../disk/journal/journal.ts';
import type { Owner } from '../../disk/owner/owner.ts';
import { copyWith } from '../../schema/copy.ts';
import { parseMessageId } from '../../schema/name.ts';
import { printMessage } from '../../schema/print.ts';
import type { Message } from '../../schema/records/message.ts';
import { type Rewritten, rewriteFile } from './rewrite.ts';

/** Subjects may be cut in the middle of a secret. A beginning of at least that many characters is masked. */
const TELLING = 6;

/** Only lines like these can contain bytes. */
const HAS_BYTES = /"files":\[\{|"base64":true/;

/** Masks known secrets in the files of an org as they are archived, and in the file names of messages. */
export class Scrubber {
  /** Files that contained a secret. */
  readonly found: string[] = [];
  private readonly disk: Disk;
  private readonly secrets: string[];
  private readonly redact: (text: string) => string;
  /** Paths that contain a piece of a secret → their replacements. */
  private readonly names = new Map<string, string>();
  /** The same for subjects that were cut in the middle of a secret. */
  private readonly subjects = new Map<string, string>();
  private readonly groups: Rewritten[] = [];
  private readonly last: number;

  constructor(disk: Disk, config: Config, owner: Owner) {
    const known = new Map([...owner.secrets(), ...keysOf(config, owner)]);
    this.disk = disk;
    this.redact = maskerOf(known);
    this.secrets = [...known.keys()];
    this.last = journalFiles(disk).at(-1) ?? 0;
    if (this.secrets.length === 0) return;
    for (const { entries } of readJournal(disk, []))
      for (const entry of entries)
        if (entry.k === 'sent' || entry.k === 'drop') this.name(entry.message, entry.k === 'drop' ? entry.found : null);
  }

  /** The name of a message's file comes from its subject, which may be cut in the middle of a secret. */
  private name({ id, from, to, turn, subject, path }: Message, found: string | null): void {
    const clean = this.redact(this.withoutBeginning(subject));
    if (clean === subject) return;
    const made = messagePath(from, turn, parseMessageId(id)?.n ?? 1, to[0] ?? 'nobody', clean);
    this.names.set(path, made).set(archivePath(path), archivePath(made));
    if (found !== null) this.names.set(found, `agents/${from}/outbox/redacted-${id}.md`);
    if (this.redact(subject) === subject) this.subjects.set(subject, clean).set(escaped(subject), escaped(clean));
  }

  /** A text without a beginning of a secret at its end. */
  private withoutBeginning(text: string): string {
    for (const secret of this.secrets)
      for (let length = Math.min(secret.length, text.length); length >= TELLING; length--)
        if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}[CUT_SECRET]`;
    return text;
  }

  private strike(text: string): string {
    let clean = text;
    for (const [old, made] of this.names) clean = clean.replaceAll(old, made);
    clean = this.redact(clean);
    for (const [old, made] of this.subjects) clean = clean.replaceAll(old, made);
    return clean;
  }

  /** The file with its secrets masked. The end of the journal records which lines were changed, so that it still verifies. */
  take(file: ArchiveFile): ArchiveFile[] {
    const number = Number(/^org\/journal\/(\d+)\.jsonl$/.exec(file.path)?.[1] ?? 0);
    const made =
      number === 0
        ? {
            path: this.strike(file.path),
            bytes: this.names.has(file.path) ? this.message(file) : this.plain(file.bytes),
          }
        : this.journal(file, number);
    if (made.path !== file.path || made.bytes !== file.bytes) this.found.push(file.path);
    return number === this.last && this.groups.length ? this.telling(made) : [made];
  }

  /** A message file. A subject with a placeholder is printed in quotes; a file that a person edited is only masked. */
  private message({ path, bytes }: ArchiveFile): Uint8Array {
    const text = Buffer.from(bytes).toString();
    const { message } = readMessage(text, path);
    if (!message || printMessage(message) !== text) return this.plain(bytes);
    return Buffer.from(
      printMessage(copyWith(message, { subject: this.strike(message.subject), body: this.strike(message.body) })),
    );
  }

  private plain(bytes: Uint8Array): Uint8Array {
    const coding = isUtf8(bytes) ? 'utf8' : 'latin1';
    const text = Buffer.from(bytes).toString(coding);
    const clean = this.strike(text);
    return clean === text ? bytes : Buffer.from(clean, coding);
  }

  private journal(file: ArchiveFile, number: number): ArchiveFile {
    const { bytes, groups } = rewriteFile(this.disk, number, (line, meant) =>
      this.strike(HAS_BYTES.test(line) ? this.withCleanBytes(line, meant) : line),
    );
    if (groups.length === 0) return file;
    this.groups.push(...groups);
    return { path: file.path, bytes };
  }

  /** Attachments, and binary files of a workspace, are in the journal as base64. */
  private withCleanBytes(line: string, meant: Entry): string {
    const entry = JSON.parse(line) as Entry;
    const cleaned = (data: string) => this.plain(Buffer.from(data, 'base64'));
    kindOf(entry).bytes?.(entry, (data) => Buffer.from(cleaned(data)).toString('base64'));
    if (entry.k === 'sent' && meant.k === 'sent')
      for (const [i, { data }] of (meant.files ?? []).entries()) {
        const file = entry.files?.[i];
        if (file?.hash !== undefined) file.hash = bytesHash(cleaned(data));
      }
    return JSON.stringify(entry);
  }

  /**
   * The lines go into the file of the coming turn, like everything between turns; during an unfinished turn, into its own file.
   */
  private telling(end: ArchiveFile): ArchiveFile[] {
    const { groups, good } = readJournalFile(this.disk, this.last, '');
    const lines = this.groups.map((group) => JSON.stringify({ k: 'redacted', ...group, id: 'export' }));
    const text = `${lines.join('\n')}\n`;
    const seal = { k: 'seal', n: lines.length, h: chain(groups.at(-1)?.seal ?? '', bytesHash(Buffer.from(text))) };
    const bytes = Buffer.from(`${text}${JSON.stringify(seal)}\n`);
    if (groups.some((group) => group.entries.some((entry) => entry.k === 'commit')))
      return [end, { path: journalPath(this.last + 1), bytes }];
    const tail = (this.disk.read(journalPath(this.last))?.length ?? good) - good;
    return [{ path: end.path, bytes: Buffer.concat([end.bytes.subarray(0, end.bytes.length - tail), bytes]) }];
  }
}

/** In the form in which a journal line contains it. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/**
 * The keys that the configuration refers to, whatever their variables are called: value → name. Keys from `secret://` are known
 * once they have been used.
 */
function keysOf(config: Config, owner: Owner): [value: string, name: string][] {
  return keysIn(config).flatMap((key): [string, string][] => {
    const name = /^env:(.+)$/.exec(key)?.[1];
    const value = name === undefined ? undefined : owner.env(name)?.trim();
    return name !== undefined && value && isMasked(value)
      ? [[value, SECRET_NAME.test(name) ? name : `${name}_KEY`]]
      : [];
  });
}
