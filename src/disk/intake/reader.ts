/** Reads files of people only if they changed. */
import type { InputEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { type Fault, printFault } from '../../schema/fault.ts';
import type { DeadLetterHead } from '../../schema/records/dead-letter.ts';
import { type Clock, GRAIN_MS } from '../fs/clock.ts';
import { type Disk, DiskError, type Stat } from '../fs/disk.ts';
import { bytesHash } from '../fs/materialise.ts';
import { isLeftover } from '../fs/tree.ts';
import { decode } from '../yaml/codec.ts';

/** A file younger than that many milliseconds may still be in the process of being written. */
export const YOUNG_MS = 500;

/** Reads what people write and remembers marks, so that a file or folder is read only if it changed. */
export class FolderReader {
  readonly disk: Disk;
  readonly clock: Clock;
  private readonly redact: (text: string) => string;
  /** Path → mark of a file whose content the state holds. */
  readonly marks = new Map<string, string>();
  /** Folder → mark and names, for folders that rarely change. */
  private readonly listings = new Map<string, { mark: string; names: string[] }>();

  /** `redact` masks known secrets in every text that people wrote, before anything else sees it. */
  constructor(disk: Disk, clock: Clock, redact: (text: string) => string) {
    this.disk = disk;
    this.clock = clock;
    this.redact = redact;
  }

  /** The names in a folder. An unchanged folder is not listed again. */
  list(path: string, stat = this.disk.stat(path)): string[] {
    if (stat?.kind !== 'folder') return [];
    const known = this.listings.get(path);
    if (known?.mark === stat.mark) return known.names;
    const names = this.disk.list(path) ?? [];
    if (this.settled(stat)) this.listings.set(path, { mark: stat.mark, names });
    else this.listings.delete(path);
    return names;
  }

  /** Whether its mark will show the next change. */
  settled(stat: Stat): boolean {
    return this.clock.now() - stat.mtimeMs > GRAIN_MS;
  }

  masked(text: string): string {
    return this.redact(text);
  }

  /** A text that people wrote, with its hash; or why it is not read. `limit` is in bytes. */
  readText(path: string, limit: number): { text: string; hash: string } | Unreadable {
    try {
      const bytes = this.disk.read(path);
      if (bytes === null) return { reason: 'malformed', detail: 'The file no longer exists.', mark: 'gone' };
      const decoded = decode(bytes, limit, path);
      const hash = bytesHash(bytes);
      if ('text' in decoded) return { text: this.redact(decoded.text), hash };
      return {
        reason: decoded.fault.code === 'too-large' ? 'too-large' : 'not-text',
        detail: printFault(decoded.fault),
        mark: hash,
      };
    } catch (error) {
      if (!(error instanceof DiskError) || !['not-regular', 'too-large', 'denied'].includes(error.failure)) throw error;
      const reason = error.failure === 'too-large' ? 'too-large' : 'not-regular';
      return {
        reason,
        detail: `${error.message}. Only regular files inside the organisation are read.`,
        mark: this.disk.stat(path)?.mark ?? 'gone',
      };
    }
  }

  /** Whether a file says something else than the engine knows. What the engine wrote itself is read once, without waiting. */
  differs(state: State, path: string, limit: number): boolean {
    const stat = this.disk.stat(path);
    if (stat === null || this.marks.get(path) === stat.mark) return false;
    const known = state.files.texts.get(path);
    const aside = state.dead.aside.get(path);
    if (known === undefined && aside === undefined) return true;
    const read = this.readText(path, limit);
    if (aside === ('text' in read ? read.hash : read.mark)) return false;
    if (!('text' in read) || read.text !== known) return true;
    if (this.settled(stat)) this.marks.set(path, stat.mark);
    return false;
  }

  /** Sets a file aside, once for each version of it. */
  aside(state: State, path: string, bad: Unreadable, owner: string): Extract<InputEntry, { k: 'aside' }> | null {
    if (state.dead.aside.get(path) === bad.mark) return null;
    return { k: 'aside', turn: 0, id: '', path, mark: bad.mark, reason: bad.reason, detail: bad.detail, owner };
  }

  /**
   * Waits up to a second until a file has not changed for a while. A file whose time lies in the future, as after a copy from
   * another machine, is observed instead. Files named `*.sent.md` were moved into place complete.
   */
  async quiet(path: string): Promise<boolean> {
    let stat = this.disk.stat(path);
    if (stat?.kind !== 'file' || path.endsWith('.sent.md')) return stat !== null;
    for (let left = 2 * YOUNG_MS; ; ) {
      const rest = YOUNG_MS - Math.max(0, this.clock.now() - stat.mtimeMs);
      if (rest <= 0) return true;
      if (rest > left) return false;
      await this.clock.sleep(rest);
      left -= rest;
      const later = this.disk.stat(path);
      if (!later) return false;
      if (later.mark === stat.mark) return true;
      stat = later;
    }
  }
}

/** Why a file is set aside. */
export interface Unreadable {
  reason: DeadLetterHead['reason'];
  detail: string;
  /** Distinguishes this version of the file from the next. */
  mark: string;
}

/** The faults of a file that was read, as a reason to set it aside. */
export function malformed(faults: readonly Fault[]): Pick<Unreadable, 'reason' | 'detail'> {
  return { reason: 'malformed', detail: faults.map(printFault).join('\n') };
}

/** Whether it is a markdown file that a person may have written. */
export function isText(name: string): boolean {
  return name.endsWith('.md') && !isLeftover(name);
}
