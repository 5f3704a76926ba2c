/** Makes every file again from the journal. */
import { apply } from '../../core/journal/apply.ts';
import type { FileOp } from '../../core/journal/file-op.ts';
import { filesOf } from '../../core/journal/files.ts';
import { kindOf } from '../../core/journal/kind-of.ts';
import { placed, type Unplaced } from '../../core/journal/unplaced.ts';
import { type Content, isSameContent, liveContent } from '../../core/model/content.ts';
import type { Entry } from '../../core/model/entry.ts';
import { conflictPath } from '../../core/model/paths.ts';
import { emptyState, type State } from '../../core/model/state.ts';
import { taskPath } from '../../core/tasks/file.ts';
import { runPath } from '../../core/workflows/run/page.ts';
import { type Disk, isOfPlace } from '../../disk/fs/disk.ts';
import { bytesHash } from '../../disk/fs/materialise.ts';
import type { Group } from '../../disk/journal/journal.ts';
import { padTurn, parseMessageId } from '../../schema/name.ts';
import type { Request } from '../../schema/records/request.ts';

/** A file as the journal makes it. */
export interface MadeFile {
  /** sha256 of its bytes. */
  hash: string;
  /** The journal file whose line made it, and its path at that time. */
  file: number;
  origin: string;
  /** What a person changed in it by hand before it was delivered. After a redaction the journal holds no more of it. */
  edit: { subject: string; body: string; priority: string } | null;
}

export type Scope = Extract<Request, { ask: 'reset' }>['scope'];

const RESET: Record<Scope, RegExp | null> = {
  mail: /^agents\/[^/]+\/outbox\/|^org\/(dead-letter|approvals)\/|^(org|agents\/[^/]+)\/skills\/_proposed\//,
  memory: /^agents\/[^/]+\/memory\//,
  credits: null,
  tasks: /^org\/(tasks|runs)\//,
  all: /^agents\/[^/]+\/(outbox|memory)\/|^org\/(dead-letter|approvals|tasks|runs)\/|^(org|agents\/[^/]+)\/skills\/_proposed\//,
};

/** Whether a reset with that scope removes the file. */
export function isReset(scope: Scope, path: string): boolean {
  return RESET[scope]?.test(path) ?? false;
}

/**
 * Makes every file again from the lines of the journal in order: what people's files said at each freeze, what tools wrote
 * while they ran, and the operations of each commit. It keeps only hashes; with a `sink`, an empty disk, it writes the files
 * there.
 */
export class JournalFiles {
  private readonly made = new Map<string, MadeFile>();
  /** Only the part that tells which files of people were read, and how. */
  readonly state: State = emptyState();
  /** Committed turns. */
  turns = 0;
  /** The files of the last turn may not all be in place: it was cut off after its commit. */
  undone = false;
  /** Files that could not be written into the sink. */
  readonly unkept = new Set<string>();
  private readonly sink: Disk | null;
  private file = 0;
  private turn = 0;
  private inTurn = false;
  /** Operations that a later line may report as set aside, with the journal file of each. */
  private waiting: { op: FileOp; file: number }[] = [];
  private aside: Unplaced[] = [];

  constructor(sink: Disk | null = null) {
    this.sink = sink;
  }

  take(group: Group): void {
    this.file = group.file;
    for (const entry of group.entries) this.line(entry);
  }

  /** Every file, as the lines so far make it. */
  get files(): ReadonlyMap<string, MadeFile> {
    if (!this.inTurn) this.settle();
    return this.made;
  }

  private line(entry: Entry): void {
    if (entry.k === 'unplaced') this.aside.push(entry);
    else if (!this.inTurn && entry.k !== 'moved') this.settle();
    if (entry.k === 'open') {
      this.inTurn = true;
      this.turn = entry.turn;
    } else if (entry.k === 'done') this.undone = false;
    else if (entry.k === 'commit') this.commit();
    else if (entry.k === 'mail') this.edit(entry);
    else if (entry.k === 'mail-gone') this.remove(this.pathOf(entry.id));
    else this.fold(entry);
  }

  /** What commands did between turns, and tools during one, was done at once; all else waits for the commit. */
  private fold(entry: Entry): void {
    if (kindOf(entry).tellsOfFiles) apply(this.state, entry);
    if (entry.k === 'file') this.put(entry.path, entry.text);
    if (entry.k === 'task-file') this.put(taskPath(entry.id), entry.found);
    if (entry.k === 'run-file') this.put(runPath(entry.id), entry.found);
    if (entry.k === 'request' && entry.request.ask === 'reset') this.reset(entry.request.scope);
    if (entry.k === 'unplaced') return;
    const later = (this.inTurn && entry.k !== 'used') || entry.k === 'moved';
    for (const op of filesOf(entry)) {
      if (later) this.waiting.push({ op, file: this.file });
      else this.perform(op, this.file);
    }
  }

  /** Does what is waiting, except for operations that were set aside. */
  private settle(): void {
    const file = this.waiting[0]?.file ?? this.file;
    const ops = placed(
      this.waiting.map(({ op }) => op),
      this.aside,
    );
    this.waiting = [];
    this.aside = [];
    const written = new Map<string, Content | null>();
    for (const op of ops) {
      if (op.op === 'replace' && this.meetsOther(op, written))
        this.put(conflictPath(op.path, this.turn), op.text, file);
      else {
        if (op.op === 'replace') written.set(op.path, op.text);
        this.perform(op, file);
      }
    }
  }

  /** Whether a text meets another one of its turn, as under former rules: then it lies beside that one. */
  private meetsOther(
    { path, text, was, yields }: Extract<FileOp, { op: 'replace' }>,
    written: ReadonlyMap<string, Content | null>,
  ): boolean {
    if (yields || !written.has(path)) return false;
    const stands = written.get(path) ?? null;
    return !isSameContent(stands, was) && !isSameContent(stands, text);
  }

  private perform(op: FileOp, file: number): void {
    if (op.op === 'adopt') this.remove(op.found);
    if (op.op === 'move') this.move(op.from, op.to);
    else if (op.op === 'remove') this.remove(op.path);
    else if (op.op === 'live') this.put(op.path, liveContent(op), file);
    else this.put(op.path, op.op === 'attach' ? Buffer.from(op.data, 'base64') : op.text, file);
  }

  private commit(): void {
    this.turns++;
    this.undone = true;
    this.inTurn = false;
  }

  private put(path: string, content: string | Uint8Array | null, file = this.file): void {
    if (content === null) {
      this.remove(path);
      return;
    }
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.keep(path, (sink) => {
      if (this.made.has(path)) sink.unlink(path);
      sink.create(path, bytes);
    });
    this.made.set(path, { hash: bytesHash(bytes), file, origin: path, edit: null });
  }

  private remove(path: string | undefined): void {
    if (path !== undefined && this.made.delete(path)) this.keep(path, (sink) => sink.unlink(path));
  }

  /** What the sink cannot hold, such as a file where a folder is, is skipped and reported. */
  private keep(path: string, work: (sink: Disk) => void): void {
    try {
      if (this.sink) work(this.sink);
    } catch (error) {
      if (!isOfPlace(error)) throw error;
      this.unkept.add(path);
    }
  }

  private move(from: string, to: string): void {
    const made = this.made.get(from);
    if (!made) return;
    this.made.delete(from);
    this.made.set(to, made);
    this.keep(to, (sink) => sink.rename(from, to));
  }

  private edit({ id, subject, body, priority, text }: Extract<Entry, { k: 'mail' }>): void {
    const path = this.pathOf(id);
    if (path === undefined) return;
    if (text !== undefined) this.put(path, text);
    (this.made.get(path) as MadeFile).edit = { subject, body, priority };
  }

  private reset(scope: Scope): void {
    for (const path of this.made.keys()) {
      if (!isReset(scope, path)) continue;
      this.remove(path);
      if (this.state.files.texts.has(path)) apply(this.state, { k: 'file', path, text: null });
    }
  }

  /** Edits of mail are rare, so a linear search is good enough. */
  private pathOf(id: string): string | undefined {
    const parts = parseMessageId(id);
    if (!parts) return undefined;
    const start = `agents/${parts.author}/outbox/${padTurn(parts.turn)}-${id.slice(id.lastIndexOf('-') + 1)}-`;
    for (const path of this.made.keys()) if (path.startsWith(start) && path.endsWith('.md')) return path;
    return undefined;
  }
}

/** Changes whenever a line is added to the journal. */
export function journalEnd(disk: Disk): string {
  const last = (disk.list('org/journal') ?? []).filter((name) => name.endsWith('.jsonl')).at(-1);
  return last === undefined ? '' : `${last} ${disk.stat(`org/journal/${last}`)?.size ?? 0}`;
}
