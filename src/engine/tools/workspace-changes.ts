/** Finds what a program changed in a workspace, for the journal. */
import type { LiveFile } from '../../core/model/entry.ts';
import { bytesHash } from '../../disk/fs/materialise.ts';
import type { WorkspaceListing } from '../../disk/sandbox/workspace-listing.ts';
import { byCodeUnit } from '../../schema/name.ts';
import type { FileChanges } from './tool-context.ts';
import { textOf } from './tool-context.ts';
import type { Turn, TurnCaches } from './turn-in-progress.ts';

/** The most that the journal keeps of one program's changes: files, total text, one text, one binary file. */
const FILES = 300;
const ALL_BYTES = 2_097_152;
const TEXT_BYTES = 262_144;
const DATA_BYTES = 65_536;
/** The most that is journaled of people's files before a program may change them: one text, and all together. */
const ONE_KEPT = 1_048_576;
const ALL_KEPT = 8_388_608;
/** The most bytes of large files that are hashed after one use, and the most time (milliseconds). */
const HASHED_BYTES = 268_435_456;
const HASHED_MS = 5000;
/** After that many bytes, other work has its turn. */
const AT_ONCE = 1_048_576;
/** The most files that a result names. */
const NAMED = 20;

/** A workspace as the journal knows it. */
export class WorkspaceState {
  private readonly turn: Turn;
  private readonly workspace: string;
  private readonly known: TurnCaches['hashes'];
  /** Files whose content is in no journal. */
  private readonly unkept = new Set<string>();
  /** Bytes read since other work had its turn. */
  private atOnce = 0;
  private readonly bounds = { bytes: HASHED_BYTES, ms: HASHED_MS };

  constructor(turn: Turn, workspace: string) {
    this.turn = turn;
    this.workspace = workspace;
    this.known = turn.caches.hashes;
  }

  /** Journals texts that a program may replace. */
  async keepTexts({ files }: WorkspaceListing): Promise<void> {
    const { journal } = this.turn;
    let left = ALL_KEPT;
    for (const [name, { mark, size }] of sorted(files)) {
      const path = `${this.workspace}/${name}`;
      const hash = this.known.get(path)?.mark === mark ? this.known.get(path)?.hash : undefined;
      if (hash !== undefined && this.isKept(path, hash)) continue;
      const bytes = size <= Math.min(ONE_KEPT, left) ? await this.bytesOf(path, mark) : null;
      if (bytes === null) {
        this.unkept.add(path);
        continue;
      }
      const now = (this.known.get(path) as { hash: string }).hash;
      if (this.isKept(path, now)) continue;
      const blob = this.blobOf(now, bytes);
      if (blob === null) {
        this.unkept.add(path);
        continue;
      }
      left -= size;
      journal.add(blob);
    }
    if (left < ALL_KEPT) await journal.durable();
  }

  private isKept(path: string, hash: string): boolean {
    return this.turn.state.files.workspace.get(path) === hash || this.turn.state.calls.blobs.has(hash);
  }

  /** The line for the journal; null if it would contain a secret. */
  private blobOf(hash: string, bytes: Uint8Array): { k: 'blob'; hash: string; text: string; image?: true } | null {
    if (this.isSecret(bytes)) return null;
    const text = textOf(bytes);
    if (text !== null) return { k: 'blob', hash, text };
    return { k: 'blob', hash, text: Buffer.from(bytes).toString('base64'), image: true };
  }

  private isSecret(bytes: Uint8Array): boolean {
    const text = Buffer.from(bytes).toString('latin1');
    return this.turn.mask(text) !== text;
  }

  /** Reads a file and remembers its hash; null if it cannot be read. */
  private async bytesOf(path: string, mark: string): Promise<Uint8Array | null> {
    try {
      const bytes = this.turn.ports.disk.read(path);
      if (bytes === null) return null;
      this.known.set(path, { mark, hash: bytesHash(bytes) });
      this.atOnce += bytes.length;
      if (this.atOnce > AT_ONCE) {
        this.atOnce = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return bytes;
    } catch {
      return null;
    }
  }

  /** Records the differences for the journal; returns what to report of them. */
  async changes(before: WorkspaceListing, after: WorkspaceListing, changes: FileChanges): Promise<string[]> {
    const found = new ChangedFiles(this.turn.state.files.workspace);
    for (const name of sortedNames(before, after)) {
      const path = `${this.workspace}/${name}`;
      const [old, now] = [before.files.get(name), after.files.get(name)];
      if (old?.mark === now?.mark) continue;
      const was = old ? (this.known.get(path)?.hash ?? null) : null;
      if (!now) {
        this.known.delete(path);
        found.add({ path, text: null, was }, 0);
      } else await this.compare(path, now, was, found);
      if (old && this.unkept.has(path) && this.known.get(path)?.hash !== was) found.lost.push(name);
    }
    changes.files.push(...found.files);
    return found.notes(this.workspace, after.strange);
  }

  private async compare(
    path: string,
    { mark, size }: { mark: string; size: number },
    was: string | null,
    found: ChangedFiles,
  ): Promise<void> {
    if (size > TEXT_BYTES) return this.compareLarge(path, { mark, size }, was, found);
    const bytes = await this.bytesOf(path, mark);
    if (bytes === null) {
      found.unread++;
      return;
    }
    const hash = bytesHash(bytes);
    if (hash === was) return;
    const secret = this.isSecret(bytes);
    const text = secret ? null : textOf(bytes, TEXT_BYTES);
    if (text !== null && found.fits(size)) found.add({ path, text, was }, size);
    else if (!secret && size <= DATA_BYTES && found.fits(size))
      found.add({ path, text: null, was, hash, size, data: Buffer.from(bytes).toString('base64') }, size);
    else found.add({ path, text: null, was, hash, size }, 0);
  }

  /** Large files are kept only by hash; they are read in pieces. */
  private async compareLarge(
    path: string,
    { mark, size }: { mark: string; size: number },
    was: string | null,
    found: ChangedFiles,
  ): Promise<void> {
    const { bounds, workspace } = this;
    const { sandbox, clock } = this.turn.ports;
    this.known.delete(path);
    if (size > bounds.bytes || bounds.ms <= 0 || !sandbox) {
      found.skip(path, was);
      return;
    }
    bounds.bytes -= size;
    const began = clock.ticks();
    const hash = await sandbox.hash(workspace, path.slice(workspace.length + 1), size);
    bounds.ms -= clock.ticks() - began;
    if (hash === null) {
      found.unread++;
      return;
    }
    this.known.set(path, { mark, hash });
    if (hash !== was) found.add({ path, text: null, was, hash, size }, 0);
  }
}

/** The changes of a program, up to the limits of the journal. */
class ChangedFiles {
  readonly files: LiveFile[] = [];
  /** Texts of people that were replaced and not kept. */
  readonly lost: string[] = [];
  unread = 0;
  private unhashed = 0;
  private left = ALL_BYTES;
  private more = 0;
  private readonly workspace: ReadonlyMap<string, string>;

  constructor(workspace: ReadonlyMap<string, string>) {
    this.workspace = workspace;
  }

  fits(size: number): boolean {
    return size <= this.left;
  }

  /**
   * Beyond the limits, only files that the journal knew are recorded, without content: they must not be mistaken for unchanged.
   */
  add(file: LiveFile, size: number): void {
    if (this.files.length < FILES) this.files.push(file);
    else {
      this.more++;
      if (!this.workspace.has(file.path)) return;
      this.files.push({ path: file.path, text: null, was: file.was });
    }
    this.left -= size;
  }

  /** A file that cannot be read must not be mistaken for unchanged either. */
  skip(path: string, was: string | null): void {
    this.unhashed++;
    if (this.workspace.has(path) && this.files.length < 2 * FILES) this.files.push({ path, text: null, was });
  }

  notes(workspace: string, strange: number): string[] {
    const names = this.files.map(
      ({ path, text, hash }) =>
        `${path.slice(workspace.length + 1)}${text === null && hash === undefined ? ' (removed)' : ''}`,
    );
    return [
      list('changed', names),
      list('no copy was kept of what stood in', this.lost),
      this.more > 0 ? `${this.more} more ${this.more === 1 ? 'file' : 'files'} changed than the journal keeps` : '',
      this.unread > 0 ? `${this.unread} ${this.unread === 1 ? 'file' : 'files'} cannot be read` : '',
      this.unhashed > 0
        ? `${this.unhashed} changed ${this.unhashed === 1 ? 'file is' : 'files are'} too large for the journal`
        : '',
      strange > 0 ? `${strange} links, devices or odd names are in the workspace` : '',
    ].filter(Boolean);
  }
}

function list(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${what}: ${names.slice(0, NAMED).join(', ')}${more}`;
}

function sorted<T>(files: ReadonlyMap<string, T>): [string, T][] {
  return [...files].sort(([a], [b]) => byCodeUnit(a, b));
}

function sortedNames(before: WorkspaceListing, after: WorkspaceListing): string[] {
  return [...new Set([...before.files.keys(), ...after.files.keys()])].sort(byCodeUnit);
}
