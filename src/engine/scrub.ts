import { isUtf8 } from 'node:buffer';
import type { Config } from '../core/config.ts';
import type { Disk } from '../disk/disk.ts';
import { chain, journalFiles, journalPath, readJournalFile } from '../disk/journal.ts';
import { bytesHash } from '../disk/materialise.ts';
import type { Packed } from '../disk/pack.ts';
import { redactor } from './redact.ts';
import { rewriteFile, type Rewritten } from './rewrite.ts';

/** Strikes known secrets out of the files of an org, on their way into an archive. */
export class Scrubber {
  /** Files in which a secret stood. */
  readonly found: string[] = [];
  private readonly disk: Disk;
  private readonly strike: (text: string) => string;
  private readonly groups: Rewritten[] = [];
  private readonly last: number;

  constructor(disk: Disk, config: Config, env: Record<string, string | undefined>) {
    this.disk = disk;
    this.strike = redactor({ ...env, ...keysOf(config, env) });
    this.last = journalFiles(disk).at(-1) ?? 0;
  }

  /** The file with the secrets struck out. The end of the journal tells which of its lines were, so that it still verifies. */
  take(file: Packed): Packed[] {
    const number = Number(/^org\/journal\/(\d+)\.jsonl$/.exec(file.path)?.[1] ?? 0);
    if (number === 0) return [this.plain(file)];
    const made = this.journal(file, number);
    return number === this.last && this.groups.length ? this.telling(made) : [made];
  }

  private plain({ path, bytes }: Packed): Packed {
    const coding = isUtf8(bytes) ? 'utf8' : 'latin1';
    const text = Buffer.from(bytes).toString(coding);
    const clean = this.strike(text);
    if (clean === text) return { path, bytes };
    this.found.push(path);
    return { path, bytes: Buffer.from(clean, coding) };
  }

  private journal(file: Packed, number: number): Packed {
    const { bytes, groups } = rewriteFile(this.disk, number, (line) => this.strike(line));
    if (groups.length === 0) return file;
    this.groups.push(...groups);
    this.found.push(file.path);
    return { path: file.path, bytes };
  }

  /** In a file of the coming turn, as everything that happens between turns; within a turn that is not finished, in its own. */
  private telling(end: Packed): Packed[] {
    const { groups, good } = readJournalFile(this.disk, this.last, '');
    const lines = this.groups.map((group) => JSON.stringify({ k: 'redacted', ...group, id: 'export' }));
    const text = `${lines.join('\n')}\n`;
    const seal = { k: 'seal', n: lines.length, h: chain(groups.at(-1)?.seal ?? '', bytesHash(Buffer.from(text))) };
    const bytes = Buffer.from(`${text}${JSON.stringify(seal)}\n`);
    if (groups.some((group) => group.entries.some((entry) => entry.k === 'commit'))) return [end, { path: journalPath(this.last + 1), bytes }];
    const tail = (this.disk.read(journalPath(this.last))?.length ?? good) - good;
    return [{ path: end.path, bytes: Buffer.concat([end.bytes.subarray(0, end.bytes.length - tail), bytes]) }];
  }
}

/** Keys that models name, whatever the variable is called. */
function keysOf({ models }: Config, env: Record<string, string | undefined>): Record<string, string | undefined> {
  const names = [...models.values()].flatMap(({ key }) => (key ? [key.replace(/^env:/, '')] : []));
  return Object.fromEntries(names.map((name) => [/(_KEY|_TOKEN|_SECRET|PASSWORD)$/i.test(name) ? name : `${name}_KEY`, env[name]]));
}
