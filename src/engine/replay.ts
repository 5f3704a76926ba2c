import { apply } from '../core/apply.ts';
import type { Config } from '../core/config.ts';
import type { Entry } from '../core/entry.ts';
import { type FileOp, filesOf } from '../core/files.ts';
import { emptyState, type State } from '../core/state.ts';
import { realClock } from '../disk/clock.ts';
import { decode } from '../disk/codec.ts';
import { configReader } from '../disk/config.ts';
import { type Disk, DiskError } from '../disk/disk.ts';
import { readMessage } from '../disk/drop.ts';
import { Folder } from '../disk/folder.ts';
import { type Group, readJournalFile } from '../disk/journal.ts';
import { bytesHash } from '../disk/materialise.ts';
import { isLeftover, treeOf } from '../disk/tree.ts';
import { byCodeUnit, padTurn, parseMessageId } from '../schema/name.ts';
import type { Request } from '../schema/request.ts';

/** A file as the journal makes it. */
export interface Made {
  /** sha256 of its bytes. */
  hash: string;
  /** The journal file whose line made it, and the path under which it was made. */
  file: number;
  origin: string;
  /** What a person changed in it by hand before it was delivered: the journal holds the content, not how they wrote it. */
  edit: { subject: string; body: string; priority: string } | null;
}

/** Scopes of `lemming reset`. */
export type Scope = Extract<Request, { ask: 'reset' }>['scope'];

const RESET: Record<Scope, RegExp | null> = {
  mail: /^agents\/[^/]+\/outbox\/|^org\/(dead-letter|approvals)\//,
  memory: /^agents\/[^/]+\/memory\//,
  credits: null,
  tasks: /^org\/(tasks|runs)\//,
  all: /^agents\/[^/]+\/(outbox|memory)\/|^org\/(dead-letter|approvals|tasks|runs)\//,
};

/** Whether a reset of that scope removes the file. */
export function isReset(scope: Scope, path: string): boolean {
  return RESET[scope]?.test(path) ?? false;
}

/**
 * Makes every file anew from the lines of the journal, in their order: what people's files said at each freeze, what tools
 * wrote while they ran, and at each commit the operations of the turn. Keeps hashes only; with a `sink`, an empty disk, the
 * files themselves are written there.
 */
export class Refold {
  readonly files = new Map<string, Made>();
  /** Only what says which of people's files were read, and how. */
  readonly state: State = emptyState();
  /** Committed turns. */
  turns = 0;
  private readonly sink: Disk | null;
  private file = 0;
  private inTurn = false;
  private waiting: FileOp[] = [];

  constructor(sink: Disk | null = null) {
    this.sink = sink;
  }

  take(group: Group): void {
    this.file = group.file;
    for (const entry of group.entries) this.line(entry);
  }

  private line(entry: Entry): void {
    switch (entry.k) {
      case 'open':
        this.inTurn = true;
        return;
      case 'commit':
        return this.commit();
      case 'file':
        apply(this.state, entry);
        return this.put(entry.path, entry.text);
      case 'mail':
        return this.edit(entry);
      case 'mail-gone':
        return this.remove(this.pathOf(entry.id));
      case 'used':
        for (const op of filesOf(entry)) this.perform(op);
        return;
      case 'drop':
      case 'aside':
      case 'wrote':
        apply(this.state, entry);
        break;
      case 'request':
        apply(this.state, entry);
        if (entry.request.ask === 'reset') this.reset(entry.request.scope);
    }
    for (const op of filesOf(entry)) this.perform(op, this.inTurn);
  }

  /** What commands did between turns, and tools during one, was done at once; all else waits for the commit. */
  private perform(op: FileOp, later = false): void {
    if (later) {
      this.waiting.push(op);
      return;
    }
    switch (op.op) {
      case 'create':
      case 'replace':
      case 'live':
        return this.put(op.path, op.text);
      case 'attach':
        return this.put(op.path, Buffer.from(op.data, 'base64'));
      case 'adopt':
        this.remove(op.found);
        return this.put(op.path, op.text);
      case 'remove':
        return this.remove(op.path);
      case 'move':
        return this.move(op.from, op.to);
    }
  }

  private commit(): void {
    this.turns++;
    this.inTurn = false;
    for (const op of this.waiting) this.perform(op);
    this.waiting = [];
  }

  private put(path: string, content: string | Uint8Array | null): void {
    if (content === null) return this.remove(path);
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    if (this.sink && this.files.has(path)) this.sink.unlink(path);
    this.sink?.create(path, bytes);
    this.files.set(path, { hash: bytesHash(bytes), file: this.file, origin: path, edit: null });
  }

  private remove(path: string | undefined): void {
    if (path !== undefined && this.files.delete(path)) this.sink?.unlink(path);
  }

  private move(from: string, to: string): void {
    const made = this.files.get(from);
    if (!made) return;
    this.files.delete(from);
    this.files.set(to, made);
    this.sink?.rename(from, to);
  }

  private edit({ id, subject, body, priority }: Extract<Entry, { k: 'mail' }>): void {
    const path = this.pathOf(id);
    const made = path === undefined ? undefined : this.files.get(path);
    if (made) made.edit = { subject, body, priority };
  }

  private reset(scope: Scope): void {
    for (const path of this.files.keys()) {
      if (!isReset(scope, path)) continue;
      this.remove(path);
      if (this.state.files.has(path)) apply(this.state, { k: 'file', path, text: null });
    }
  }

  /** Edits of mail are rare, so its file is simply looked for. */
  private pathOf(id: string): string | undefined {
    const parts = parseMessageId(id);
    if (!parts) return undefined;
    const start = `agents/${parts.author}/outbox/${padTurn(parts.turn)}-${id.slice(id.lastIndexOf('-') + 1)}-`;
    for (const path of this.files.keys()) if (path.startsWith(start) && path.endsWith('.md')) return path;
    return undefined;
  }
}

/** A file that is not as the journal makes it. */
export interface Difference {
  path: string;
  /** `extra`: the journal makes no such file. */
  what: 'changed' | 'missing' | 'extra';
}

/** Compares a folder with what the journal makes of it: every file of the journal, and what else lies where only the engine writes or the next freeze would read. Sorted by path. */
export function compareFolder(disk: Disk, refold: Refold, env: Record<string, string | undefined>): Difference[] {
  const differences: Difference[] = [];
  for (const [path, made] of refold.files) {
    const bytes = readAny(disk, path);
    if (bytes === null) differences.push({ path, what: 'missing' });
    else if (bytesHash(bytes) !== made.hash && !saysTheSame(path, bytes, made, refold.state))
      differences.push({ path, what: 'changed' });
  }
  const known = new Set(differences.map(({ path }) => path));
  for (const path of extras(disk, refold, env)) if (!known.has(path)) differences.push({ path, what: 'extra' });
  return differences.sort((a, b) => byCodeUnit(a.path, b.path));
}

/** Something else than a regular file is a change of the file that should be there. */
function readAny(disk: Disk, path: string): Uint8Array | null {
  try {
    return disk.read(path);
  } catch (error) {
    if (error instanceof DiskError && (error.failure === 'not-regular' || error.failure === 'too-large'))
      return new Uint8Array([0]);
    throw error;
  }
}

/** People's files are known by their text (line ends and byte order mark are as if absent), edited mail by what it says. */
function saysTheSame(path: string, bytes: Uint8Array, made: Made, state: State): boolean {
  const text = state.files.get(path);
  if (text === undefined && made.edit === null) return false;
  const decoded = decode(bytes, bytes.length, path);
  if (!('text' in decoded)) return false;
  if (made.edit === null) return decoded.text === text;
  const message = readMessage(decoded.text, path).message;
  return (
    message?.body === made.edit.body && message.subject === made.edit.subject && message.priority === made.edit.priority
  );
}

/** Files that the journal does not make, where the engine would take or miss them. Set-aside files and leftovers are none. */
function extras(disk: Disk, { files, state }: Refold, env: Record<string, string | undefined>): string[] {
  const config = configOf(state, env);
  const limit = config?.org.limits.message_bytes ?? 1_048_576;
  const found = new Folder(disk, realClock)
    .tracked(state, limit)
    .flatMap((input) => ('path' in input ? [input.path] : []));
  const skip = (path: string): boolean => isLeftover(path.slice(path.lastIndexOf('/') + 1)) || state.aside.has(path);
  const agents = [...(config?.agents.values() ?? [])].filter((resume) => !resume.person);
  const outboxes = agents.map((resume) => `agents/${resume.name}/outbox`);
  const kept = treeOf(disk, ['org/dead-letter', 'org/approvals', ...outboxes], skip);
  return [...found, ...kept.files, ...kept.others].filter((path) => !files.has(path));
}

/** The configuration as it was frozen; null when it cannot be used: then nobody is known to be an agent. */
function configOf(state: State, env: Record<string, string | undefined>): Config | null {
  const folders = new Set(
    [...state.files.keys()].flatMap((path) => (path.startsWith('agents/') ? [path.split('/', 2)[1] as string] : [])),
  );
  return configReader()(state.files, [...folders], env).config;
}

/** The first line in which a file differs from what the journal makes, counted from 1. */
export interface LineDifference {
  line: number;
  expected: string | null;
  found: string | null;
}

/** Shows a difference; null for a file that is only missing or extra, or not text. */
export function showDifference(disk: Disk, refold: Refold, { path, what }: Difference): LineDifference | null {
  const made = refold.files.get(path);
  if (what !== 'changed' || !made) return null;
  const expected = textOf(disk, made)?.split('\n');
  const found = Buffer.from(readAny(disk, path) ?? [])
    .toString()
    .split('\n');
  if (!expected) return null;
  for (let i = 0; i < Math.max(expected.length, found.length); i++)
    if (expected[i] !== found[i]) return { line: i + 1, expected: expected[i] ?? null, found: found[i] ?? null };
  return null;
}

/** The text of a file from the line that made it. */
export function textOf(disk: Disk, made: Made): string | null {
  let text: string | null = null;
  for (const { entries } of readJournalFile(disk, made.file, '').groups)
    for (const entry of entries) {
      if (entry.k === 'file' && entry.path === made.origin) text = entry.text;
      for (const op of filesOf(entry)) if ('text' in op && op.path === made.origin) text = op.text;
    }
  return text;
}

/** Changes whenever a line was added to the journal. */
export function journalEnd(disk: Disk): string {
  const last = (disk.list('org/journal') ?? []).filter((name) => name.endsWith('.jsonl')).at(-1);
  return last === undefined ? '' : `${last} ${disk.stat(`org/journal/${last}`)?.size ?? 0}`;
}
