/** A disk in memory that can fail, fill up and lose power. */
import { type Appender, type Disk, DiskError, type DiskFailure, type Stat } from '../disk/fs/disk.ts';
import { folded } from '../disk/fs/other-name.ts';

/** Thrown when the simulated machine stops; nothing works afterwards. */
export class Crash extends Error {}

/** What the disk does at one operation that changes it. `full-torn`: it carries out half of a write, then it is full. */
export type DiskFate = 'go' | 'crash-before' | 'crash-torn' | 'crash-after' | 'full-torn' | DiskFailure;

/** An operation that changes the disk, as the plan of a test sees it. */
export interface Operation {
  /** From 1, over the life of the disk object. */
  index: number;
  name:
    | 'create'
    | 'rename'
    | 'link'
    | 'unlink'
    | 'mkdir'
    | 'rmdir'
    | 'write'
    | 'truncate'
    | 'sync'
    | 'syncFile'
    | 'syncDir';
  path: string;
  /** Bytes that it writes. */
  bytes: number;
}

/** An operation that only looks. */
export interface LookOperation {
  /** From 1, over the life of the disk object. */
  index: number;
  name: 'read' | 'list' | 'stat';
  path: string;
}

/** A file that a person's program holds open: it stays the same file whatever happens to its name. */
export interface OpenFile {
  truncate(): void;
  write(text: string): void;
}

interface Inode {
  id: number;
  data: Buffer;
  durable: Buffer;
  mtime: number;
  version: number;
  /** A sync of it failed: what that sync gave up is a hole for ever. */
  holed?: true;
}

/** An operation that is not durable yet. */
type Pending =
  | { what: 'name'; folder: string; change: (names: Map<string, Inode>) => void }
  | { what: 'data'; inode: Inode; offset: number; bytes: Buffer; lost?: true };

/**
 * A file system in memory that forgets what was not synced: file content is durable after a sync of the file, names after
 * a sync of their folder, and a crash keeps any subset of the rest (the model of the ALICE study, OSDI '14). Stricter than
 * any real one.
 */
export class MemoryDisk implements Disk {
  private names = new Map<string, Inode>();
  private durableNames = new Map<string, Inode>();
  private folders = new Set<string>(['']);
  /** Folder → how often its names changed, and when last. */
  private changes = new Map<string, { version: number; mtime: number }>();
  private pending: Pending[] = [];
  private nextId = 1;
  private crashed = false;
  private operations = 0;
  private looks = 0;
  /** Names that differ in case, or in how an accent is written, are one, as on many disks of other systems. */
  folds = false;
  /** Chooses the fate of each changing operation; default: all go well. */
  plan: (operation: Operation) => DiskFate = () => 'go';
  /** Chooses the fate of each reading operation; null: no choice, they go well. */
  looking: ((look: LookOperation) => 'go' | DiskFailure) | null = null;
  /** What `free` says, in bytes. */
  room = Infinity;
  /** Time for modification times, ms since 1970. */
  now: () => number = () => 0;
  /** Called before every reading or changing operation, each of which happens in one instant: simulates people at work. */
  before: (() => void) | null = null;

  read(asked: string): Uint8Array | null {
    const path = this.real(asked);
    this.alive();
    this.meet('read', path);
    if (this.folders.has(path)) throw new DiskError('not-regular', path, 'a folder');
    return this.names.get(path)?.data ?? null;
  }

  readPart(path: string, at: number, size: number): Uint8Array | null {
    return this.read(path)?.subarray(at, at + size) ?? null;
  }

  list(asked: string): string[] | null {
    const path = this.real(asked);
    this.alive();
    this.meet('list', path);
    return this.namesIn(path);
  }

  private namesIn(path: string): string[] | null {
    if (!this.folders.has(path)) return null;
    const prefix = path === '' ? '' : `${path}/`;
    const found = new Set<string>();
    for (const known of [this.names.keys(), this.folders])
      for (const name of known)
        if (name !== '' && name.startsWith(prefix) && name.length > prefix.length)
          found.add(name.slice(prefix.length).split('/')[0] as string);
    return [...found].sort();
  }

  look(path: string): [string, Stat][] | null {
    return (
      this.list(path)?.flatMap((name): [string, Stat][] => {
        const stat = this.stat(path === '' ? name : `${path}/${name}`);
        return stat ? [[name, stat]] : [];
      }) ?? null
    );
  }

  glance(path: string, most: number): { found: [string, Stat['kind']][]; more: boolean } | null {
    const all = this.look(path);
    if (all === null) return null;
    return { found: all.slice(0, most).map(([name, { kind }]) => [name, kind]), more: all.length > most };
  }

  isOpen(): boolean {
    return true;
  }

  stat(asked: string): Stat | null {
    const path = this.real(asked);
    this.alive();
    this.meet('stat', path);
    const inode = this.names.get(path);
    if (inode)
      return {
        kind: 'file',
        size: inode.data.length,
        mark: `${inode.id}:${inode.version}`,
        mtimeMs: inode.mtime,
        rights: '',
      };
    if (!this.folders.has(path)) return null;
    return {
      kind: 'folder',
      size: 0,
      mark: `folder:${path}:${this.changes.get(path)?.version ?? 0}`,
      rights: '',
      mtimeMs: this.changes.get(path)?.mtime ?? this.now() - 10_000,
    };
  }

  create(path: string, bytes: string | Uint8Array): string {
    this.alive();
    return this.make(path, bytes);
  }

  private make(asked: string, bytes: string | Uint8Array): string {
    const path = this.real(asked);
    this.demandPlace(path);
    if (this.names.has(path) || this.folders.has(path)) throw new DiskError('exists', path, 'EEXIST');
    const data = Buffer.from(bytes as string);
    const inode: Inode = {
      id: this.nextId++,
      data: Buffer.alloc(0),
      durable: Buffer.alloc(0),
      mtime: this.now(),
      version: 0,
    };
    const put = (torn: boolean): void => {
      this.parents(path);
      this.change(path, (names) => names.set(path, inode));
      this.write(inode, torn ? data.subarray(0, data.length >> 1) : data);
    };
    this.perform('create', path, () => put(false), { torn: () => put(true), bytes: data.length });
    return `${inode.id}:${inode.version}`;
  }

  rename(old: string, name: string): void {
    this.alive();
    const [from, to] = [this.real(old), this.real(name)];
    const inode = this.names.get(from);
    if (!inode) throw new DiskError('absent', from, 'ENOENT');
    this.demandPlace(to);
    if (this.folders.has(to)) throw new DiskError('not-regular', to, 'EISDIR');
    this.perform('rename', to, () => {
      this.parents(to);
      this.change(to, (names) => {
        names.delete(from);
        names.set(to, inode);
      });
      this.touch(from);
    });
  }

  link(old: string, name: string): void {
    this.alive();
    const [from, to] = [this.real(old), this.real(name)];
    const inode = this.names.get(from);
    if (!inode) throw new DiskError('absent', from, 'ENOENT');
    this.demandPlace(to);
    if (this.names.has(to) || this.folders.has(to)) throw new DiskError('exists', to, 'EEXIST');
    this.perform('link', to, () => {
      this.parents(to);
      this.change(to, (names) => names.set(to, inode));
    });
  }

  unlink(asked: string): void {
    const path = this.real(asked);
    this.alive();
    if (this.folders.has(path)) throw new DiskError('not-regular', path, 'EISDIR');
    if (!this.names.has(path)) return;
    this.perform('unlink', path, () => this.change(path, (names) => names.delete(path)));
  }

  mkdir(asked: string): void {
    const path = this.real(asked);
    this.alive();
    this.demandPlace(`${path}/x`);
    this.perform('mkdir', path, () => this.parents(`${path}/x`));
  }

  rmdir(asked: string): void {
    const path = this.real(asked);
    this.alive();
    if (this.namesIn(path)?.length === 0)
      this.perform('rmdir', path, () => {
        this.folders.delete(path);
        this.touch(path);
      });
  }

  append(asked: string): Appender {
    const path = this.real(asked);
    this.alive();
    if (!this.names.has(path)) this.make(path, '');
    const inode = this.names.get(path) as Inode;
    return {
      write: (bytes) => {
        this.alive();
        const data = Buffer.from(bytes as string);
        this.perform('write', path, () => this.write(inode, data), {
          torn: () => this.write(inode, data.subarray(0, data.length >> 1)),
          bytes: data.length,
        });
      },
      sync: () => {
        this.alive();
        this.perform('sync', path, () => this.flush(inode), { failed: () => this.drop(inode) });
      },
      truncate: (length) => {
        this.alive();
        this.perform('truncate', path, () => {
          inode.data = inode.data.subarray(0, length);
          inode.durable = inode.durable.subarray(0, length);
          this.pending = this.pending.filter((op) => op.what === 'name' || op.inode !== inode || op.offset < length);
          inode.version++;
        });
      },
      close: () => {},
    };
  }

  free(): number {
    this.alive();
    return this.room;
  }

  syncFile(asked: string): void {
    const path = this.real(asked);
    this.alive();
    const inode = this.names.get(path);
    if (inode) this.perform('syncFile', path, () => this.flush(inode), { failed: () => this.drop(inode) });
  }

  syncDir(path: string): void {
    this.alive();
    this.perform('syncDir', path, () => {
      this.pending = this.pending.filter((op) => {
        if (op.what !== 'name' || op.folder !== path) return true;
        op.change(this.durableNames);
        return false;
      });
    });
  }

  recheck(): void {}

  // --- For tests ---

  /** A person writes a file: in place when it exists, else new. */
  put(asked: string, text: string): void {
    const path = this.real(asked);
    const inode = this.names.get(path);
    this.parents(path);
    if (inode) {
      inode.data = Buffer.alloc(0);
      this.write(inode, Buffer.from(text));
      this.pending.push({ what: 'data', inode, offset: 0, bytes: inode.data });
    } else {
      const made: Inode = {
        id: this.nextId++,
        data: Buffer.alloc(0),
        durable: Buffer.alloc(0),
        mtime: this.now(),
        version: 0,
      };
      this.change(path, (names) => names.set(path, made));
      this.write(made, Buffer.from(text));
    }
  }

  /** A person replaces a file by another of the same name, as editors do that write a copy and rename it. */
  replace(path: string, text: string): void {
    this.remove(path);
    this.put(path, text);
  }

  /** A person's program opens a file that is there. */
  hold(asked: string): OpenFile | null {
    const path = this.real(asked);
    const inode = this.names.get(path);
    if (!inode) return null;
    const set = (data: Buffer): void => {
      inode.data = Buffer.alloc(0);
      this.write(inode, data);
    };
    return {
      truncate: () => set(Buffer.alloc(0)),
      write: (text) => set(Buffer.concat([inode.data, Buffer.from(text)])),
    };
  }

  /** A person deletes a file. */
  remove(path: string): void {
    this.change(path, (names) => names.delete(path));
  }

  /** Everything so far is durable. */
  settle(): void {
    for (const inode of this.names.values()) inode.durable = inode.data;
    this.durableNames = new Map(this.names);
    this.pending = [];
  }

  /** Number of changing operations so far. */
  get count(): number {
    return this.operations;
  }

  /** Path → text of every file, sorted. */
  files(keep: (path: string) => boolean = () => true): Map<string, string> {
    return new Map(
      [...this.names]
        .filter(([path]) => keep(path))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, inode]) => [path, inode.data.toString('latin1')]),
    );
  }

  /**
   * The disk as the next start of the machine finds it. `keep` decides of each operation that was not durable whether it
   * survived: always true is a killed process on a machine that goes on.
   */
  afterCrash(keep: (index: number) => boolean): MemoryDisk {
    const next = new MemoryDisk();
    next.now = this.now;
    next.nextId = this.nextId;
    next.folds = this.folds;
    const names = new Map(this.durableNames);
    const data = new Map<Inode, Buffer>();
    this.pending.forEach((op, i) => {
      if (!keep(i)) return;
      if (op.what === 'name') op.change(names);
      else if (!op.lost) data.set(op.inode, overlay(data.get(op.inode) ?? op.inode.durable, op.offset, op.bytes));
    });
    const copies = new Map<Inode, Inode>();
    for (const [path, inode] of names) {
      const content = data.get(inode) ?? inode.durable;
      const copy = copies.get(inode) ?? { ...inode, data: content, durable: content, version: inode.version + 1000 };
      copies.set(inode, copy);
      next.names.set(path, copy);
    }
    next.durableNames = new Map(next.names);
    next.folders = new Set(this.folders);
    next.changes = new Map(this.changes);
    return next;
  }

  /** The disk after a kill of the process, on a machine that goes on: everything is there, but it is not more durable than before. */
  afterKill(): MemoryDisk {
    const next = new MemoryDisk();
    next.now = this.now;
    next.nextId = this.nextId;
    next.folds = this.folds;
    next.names = this.names;
    next.durableNames = this.durableNames;
    next.folders = this.folders;
    next.changes = this.changes;
    next.pending = this.pending;
    return next;
  }

  /** An independent copy, everything durable. */
  copy(): MemoryDisk {
    const { pending } = this;
    this.pending = [];
    const inodes = [...this.names.values()].map((inode) => ({ inode, durable: inode.durable }));
    const durableNames = this.durableNames;
    for (const { inode } of inodes) inode.durable = inode.data;
    this.durableNames = this.names;
    const made = this.afterCrash(() => true);
    this.durableNames = durableNames;
    for (const { inode, durable } of inodes) inode.durable = durable;
    this.pending = pending;
    return made;
  }

  private alive(): void {
    if (this.crashed) throw new Crash('the machine has stopped');
    this.before?.();
  }

  private meet(name: LookOperation['name'], path: string): void {
    if (!this.looking) return;
    const fate = this.looking({ index: ++this.looks, name, path });
    if (fate !== 'go') throw new DiskError(fate, path, `simulated ${fate}`);
  }

  private perform(
    name: Operation['name'],
    path: string,
    act: () => void,
    more: { torn?: () => void; failed?: () => void; bytes?: number } = {},
  ): void {
    const fate = this.plan({ index: ++this.operations, name, path, bytes: more.bytes ?? 0 });
    if (fate === 'go') return act();
    if (fate === 'crash-after') act();
    if (fate.endsWith('-torn')) (more.torn ?? act)();
    if (fate.startsWith('crash')) {
      this.crashed = true;
      throw new Crash(`at operation ${this.operations}: ${name} ${path}`);
    }
    if (fate === 'io') more.failed?.();
    throw new DiskError(fate === 'full-torn' ? 'full' : (fate as DiskFailure), path, `simulated ${fate}`);
  }

  /** The path by the names that stand there. */
  private real(path: string): string {
    if (!this.folds || path === '') return path;
    let found = '';
    for (const part of path.split('/')) {
      const name = (this.namesIn(found) ?? []).find((one) => folded(one) === folded(part)) ?? part;
      found = found === '' ? name : `${found}/${name}`;
    }
    return found;
  }

  /** What a real file system refuses for its name or its place. */
  private demandPlace(path: string): void {
    const parts = path.split('/');
    if (parts.some((part) => Buffer.byteLength(part) > 255)) throw new DiskError('name', path, 'ENAMETOOLONG');
    for (let i = 1; i < parts.length; i++)
      if (this.names.has(parts.slice(0, i).join('/'))) throw new DiskError('not-regular', path, 'ENOTDIR');
  }

  private parents(path: string): void {
    const parts = path.split('/').slice(0, -1);
    for (let i = 1; i <= parts.length; i++) {
      const folder = parts.slice(0, i).join('/');
      if (this.folders.has(folder)) continue;
      this.folders.add(folder);
      this.touch(folder);
    }
  }

  /** The names in the folder of a path have changed. */
  private touch(path: string): void {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    this.changes.set(folder, { version: (this.changes.get(folder)?.version ?? 0) + 1, mtime: this.now() });
  }

  private change(path: string, change: (names: Map<string, Inode>) => void): void {
    change(this.names);
    this.touch(path);
    this.pending.push({ what: 'name', folder: path.slice(0, Math.max(0, path.lastIndexOf('/'))), change });
  }

  private write(inode: Inode, bytes: Buffer): void {
    this.pending.push({ what: 'data', inode, offset: inode.data.length, bytes });
    inode.data = Buffer.concat([inode.data, bytes]);
    inode.mtime = this.now();
    inode.version++;
  }

  /** A sync failed: the system gives up what it was to write, and a later sync does not say so (as Linux does). */
  private drop(inode: Inode): void {
    inode.holed = true;
    for (const op of this.pending) if (op.what === 'data' && op.inode === inode) op.lost = true;
  }

  private flush(inode: Inode): void {
    if (!inode.holed) inode.durable = inode.data;
    else
      for (const op of this.pending)
        if (op.what === 'data' && op.inode === inode && !op.lost)
          inode.durable = overlay(inode.durable, op.offset, op.bytes);
    this.pending = this.pending.filter((op) => op.what === 'name' || op.inode !== inode);
  }
}

/** Bytes over bytes at an offset; a gap is filled with zeros, as file systems do. */
function overlay(under: Buffer, offset: number, bytes: Buffer): Buffer {
  const made = Buffer.alloc(Math.max(under.length, offset + bytes.length));
  under.copy(made);
  bytes.copy(made, offset);
  return made;
}
