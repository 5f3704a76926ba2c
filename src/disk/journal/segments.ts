/**
 * Sealed rows of old state: files of JSON lines `["key",value]` in the order of their keys, written once and read block by
 * block. The index holds the hash of each block, so a partial or changed file is never trusted; the index itself must come from
 * a trusted place. Later segments take precedence; null removes a row.
 */
import { createHash } from 'node:crypto';
import type { SpilledRows } from '../../core/model/maps/spill-map.ts';
import { failure } from '../../schema/fault.ts';
import { realClock } from '../fs/clock.ts';
import { type Disk, DiskError } from '../fs/disk.ts';

/** Their folder. */
export const SEGMENTS = '.lemming/old';
/** Approximate number of bytes that are read at once. */
const BLOCK = 32_768;
/** A block of at least that many bytes ends where another kind of rows begins. */
const SMALL_BLOCK = 4096;
/** How many blocks are held in memory. */
const HELD = 64;
/** That many segments of similar size are merged into one. */
const MERGED = 8;

/** A block of a segment: its first and last key, offset, size and hash. */
type SegmentBlock = [first: string, last: string, at: number, size: number, hash: string];

/** What is known of a segment without reading it. */
export interface Segment {
  file: string;
  rows: number;
  blocks: SegmentBlock[];
}

/** A key and its line. */
type SegmentRow = readonly [key: string, line: string];

/** All segments of an organisation, oldest first. */
export class Segments {
  private readonly disk: Disk;
  private list: Segment[];
  private held = new Map<string, Buffer>();
  /** Files that are removed when this process ends; null: files are kept. */
  private passing: Set<string> | null = null;

  constructor(disk: Disk, list: readonly Segment[] = []) {
    this.disk = disk;
    this.list = [...list];
  }

  static pathOf(file: string): string {
    return `${SEGMENTS}/${file}`;
  }

  /**
   * From now on, sealed rows belong to this process alone, which stores no index of them. Their files are removed when the
   * process ends, or earlier when they have been merged.
   */
  pass(): void {
    if (this.passing) return;
    const passing = new Set<string>();
    this.passing = passing;
    atExit(() => {
      for (const file of passing) this.disk.unlink(Segments.pathOf(file));
    });
  }

  /** What must be stored to find the segments again. */
  get index(): readonly Segment[] {
    return this.list;
  }

  /** The rows whose keys begin with a field and `:`. */
  ground(field: string): SpilledRows {
    const start = `${field}:`;
    return {
      get: (key) => this.get(start + key),
      rows: (from, to) => this.rows(start + from, start + to, start.length),
    };
  }

  private get(key: string): unknown {
    for (let i = this.list.length - 1; i >= 0; i--) {
      const segment = this.list[i] as Segment;
      const block = segment.blocks[placeOf(segment.blocks, key)];
      const line = block && block[1] >= key ? lineOf(this.read(segment, block), key) : null;
      if (line !== null) return contentOf(line) ?? undefined;
    }
    return undefined;
  }

  private *rows(from: string, to: string, cut: number): Generator<[string, () => unknown]> {
    for (const [key, line] of this.merged(this.list, from, to))
      if (!isGone(line)) yield [key.slice(cut), () => contentOf(line)];
  }

  /** The rows of several segments in one sequence, with the latest value of each key. */
  private *merged(list: readonly Segment[], from: string, to: string): Generator<SegmentRow> {
    const sources = list.map((segment) => this.rowsOf(segment, from, to));
    const heads = sources.map((source) => source.next().value as SegmentRow | undefined);
    for (;;) {
      let best: SegmentRow | undefined;
      for (const head of heads) if (head && (!best || head[0] <= best[0])) best = head;
      if (!best) return;
      for (let i = 0; i < heads.length; i++)
        if (heads[i]?.[0] === best[0]) heads[i] = sources[i]?.next().value as SegmentRow | undefined;
      yield best;
    }
  }

  private *rowsOf(segment: Segment, from: string, to: string): Generator<SegmentRow, undefined> {
    for (let i = Math.max(0, placeOf(segment.blocks, from)); i < segment.blocks.length; i++) {
      const block = segment.blocks[i] as SegmentBlock;
      if (block[0] >= to) return;
      for (const line of this.read(segment, block, false).toString().split('\n')) {
        if (line === '') continue;
        const key = keyOf(line);
        if (key >= from && key < to) yield [key, line];
      }
    }
  }

  /** Throws `disk-error` if the content is not what was written. The file is then removed, and its index is no longer trusted. */
  private read({ file }: Segment, [, , at, size, hash]: SegmentBlock, hold = true): Buffer {
    const name = `${file} ${at}`;
    const known = this.held.get(name);
    if (known) return known;
    const bytes = this.disk.readPart(`${SEGMENTS}/${file}`, at, size);
    if (!bytes || hashOf(bytes) !== hash) throw this.damaged(file, bytes !== null);
    const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (!hold) return block;
    if (this.held.size >= HELD) this.held.delete(this.held.keys().next().value as string);
    this.held.set(name, block);
    return block;
  }

  private damaged(file: string, isThere: boolean): Error {
    if (isThere) this.disk.unlink(Segments.pathOf(file));
    return failure('disk-error', 'The cache of old mail is damaged or missing', {
      file: `${SEGMENTS}/${file}`,
      remedy: 'Run the command again to rebuild it from the journal. Nothing was lost.',
    });
  }

  /** Seals rows, whose keys are in order; then merges segments of similar size. */
  add(rows: Iterable<readonly [key: string, value: unknown]>): void {
    const lines = function* (): Generator<SegmentRow> {
      for (const [key, value] of rows) yield [key, JSON.stringify([key, value])];
    };
    this.seal(lines(), this.list.length);
    for (let from = this.surplus(); from !== null; from = this.surplus()) this.merge(from);
  }

  /** The first of the last segments of similar size, if there are enough to merge. */
  private surplus(): number | null {
    const from = this.list.length - MERGED;
    if (from < 0) return null;
    const last = this.list.slice(from);
    const newest = (last.at(-1) as Segment).rows;
    return last.every(({ rows }) => rows < newest * MERGED) ? from : null;
  }

  private merge(from: number): void {
    const rows = this.merged(this.list.slice(from), '', '\uffff');
    const kept = function* (): Generator<SegmentRow> {
      for (const row of rows) if (from > 0 || !isGone(row[1])) yield row;
    };
    this.seal(kept(), from);
  }

  /** Replaces the segments from that one on by a new one. It is durable before any index can refer to it. */
  private seal(rows: Iterable<SegmentRow>, from: number): void {
    const writer = new SegmentWriter(this.disk, this.freeName());
    for (const row of rows) writer.row(row);
    const made = writer.close();
    this.list = [...this.list.slice(0, from), ...(made.rows ? [made] : [])];
    this.held.clear();
    this.passing?.add(made.file);
    for (const file of this.passing ?? []) if (!this.list.some((one) => one.file === file)) this.letGo(file);
  }

  private letGo(file: string): void {
    this.disk.unlink(Segments.pathOf(file));
    this.passing?.delete(file);
  }

  private freeName(): string {
    const last = (this.disk.list(SEGMENTS) ?? []).map((name) => Number.parseInt(name, 10) || 0);
    return `${String(Math.max(0, ...last) + 1).padStart(6, '0')}-${realClock.token()}.jsonl`;
  }

  /** Removes files that neither this index nor the others refer to. */
  sweep(others: readonly Segment[]): void {
    const named = new Set([...this.list, ...others].map(({ file }) => file));
    for (const name of this.disk.list(SEGMENTS) ?? []) if (!named.has(name)) this.disk.unlink(`${SEGMENTS}/${name}`);
  }
}

const endings: (() => void)[] = [];

/** If the work fails, the next engine removes the files to which nothing refers. */
function atExit(work: () => void): void {
  if (endings.length === 0)
    process.on('exit', () => {
      for (const end of endings)
        try {
          end();
        } catch (error) {
          if (!(error instanceof DiskError)) throw error;
        }
    });
  endings.push(work);
}

/** Writes one segment, block by block. */
class SegmentWriter {
  private readonly disk: Disk;
  private readonly segment: Segment;
  private readonly out;
  private lines: string[] = [];
  private first = '';
  private last = '';
  private size = 0;
  private at = 0;

  constructor(disk: Disk, file: string) {
    this.disk = disk;
    this.segment = { file, rows: 0, blocks: [] };
    this.out = disk.append(`${SEGMENTS}/${file}`);
  }

  row([key, line]: SegmentRow): void {
    if (this.size >= BLOCK || (this.size >= SMALL_BLOCK && kindOf(key) !== kindOf(this.last))) this.end();
    if (this.lines.length === 0) this.first = key;
    this.last = key;
    this.lines.push(line);
    this.size += line.length;
    this.segment.rows++;
  }

  private end(): void {
    if (this.lines.length === 0) return;
    const bytes = Buffer.from(`${this.lines.join('\n')}\n`);
    this.out.write(bytes);
    this.segment.blocks.push([alone(this.first), alone(this.last), this.at, bytes.length, hashOf(bytes)]);
    this.at += bytes.length;
    this.lines = [];
    this.size = 0;
  }

  close(): Segment {
    try {
      this.end();
      this.out.sync();
    } finally {
      this.out.close();
    }
    this.disk.syncDir(SEGMENTS);
    return this.segment;
  }
}

/** A copy. A slice would keep the whole string in memory, here a block for each key of the index. */
function alone(key: string): string {
  return Buffer.from(key).toString();
}

/** A key up to its second part: `mail:planner/`. */
function kindOf(key: string): string {
  return key.slice(0, key.indexOf('/') + 1);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** The last block that begins at or before a key; -1 if there is none. */
function placeOf(blocks: readonly SegmentBlock[], key: string): number {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle] as SegmentBlock)[0] <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The key of a line, which ends at the first quote that is not escaped. */
function keyOf(line: string): string {
  let end = line.indexOf('"', 2);
  if (line.lastIndexOf('\\', end) < 2) return line.slice(2, end);
  for (end = 2; line[end] !== '"'; end++) if (line[end] === '\\') end++;
  return JSON.parse(line.slice(1, end + 1)) as string;
}

/** The line of a key. Its beginning could also occur within another line. */
function lineOf(block: Buffer, key: string): string | null {
  const start = `[${JSON.stringify(key)},`;
  for (let at = block.indexOf(start); at >= 0; at = block.indexOf(start, at + 1))
    if (at === 0 || block[at - 1] === 10) return block.toString('utf8', at, block.indexOf(10, at));
  return null;
}

function contentOf(line: string): unknown {
  return (JSON.parse(line) as [string, unknown])[1];
}

function isGone(line: string): boolean {
  return line.endsWith(',null]');
}
