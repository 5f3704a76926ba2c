/**
 * Saves the state in `.lemming/` for a quick start: recent rows in `state.json`, line by line, and rows of old mail in segments
 * that it lists. It is never the truth: whatever is missing or does not match is made from the journal.
 */
import { RULES } from '../../core/journal/rules.ts';
import type { SpillMap } from '../../core/model/maps/spill-map.ts';
import type { KeptMail, Mail } from '../../core/model/state/mail.ts';
import { piecesOf, shapeOf, shelvesOf, stateOf } from '../../core/model/state/pieces.ts';
import { emptyState, type State } from '../../core/model/state.ts';
import type { KeptFiles } from '../../disk/cache/kept.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { BEGINNING, journalPath, type Position } from '../../disk/journal/journal.ts';
import type { JournalMarks } from '../../disk/journal/journal-marks.ts';
import { type Segment, Segments } from '../../disk/journal/segments.ts';

export const STATE = 'state.json';
/** The file with what is known of each journal file. */
export const MARKS = 'journal.marks';
/** A state with other fields (`shapeOf`) is ignored as well. */
const VERSION = 17;

/** The most changed rows in `state.json`; more become a segment. */
const LOOSE_ROWS = 4000;
/** For how many turns mail stays in memory: most of it is delivered in the next one. */
const HOT_TURNS = 8;
/** Approximate number of bytes that are written at once. */
const PIECE = 1_000_000;

/** The position of a state in the journal. */
interface StatePosition extends Position {
  /** The last turn whose files are known to be durable. */
  synced: number;
  /** The machine start in which the last turn was opened. */
  boot: string | null;
}

interface Head extends StatePosition {
  version: number;
  /** The rules of the program that wrote it: another program may have applied lines that this one does not know. */
  rules: number;
  shape: string;
  sizes: Record<string, number>;
  /** The changed rows that are also in a segment. */
  over: Record<string, string[]>;
  segments: Segment[];
}

/** A saved state, and where its next version goes. */
export interface Restored extends StatePosition {
  state: State;
  store: StateCache;
}

/** The state before the first line of the journal. */
export function nothing(disk: Disk): Restored {
  return { synced: 0, boot: null, state: emptyState(), store: new StateCache(disk, new Segments(disk)), ...BEGINNING };
}

/** The saved state, if it was made on this machine and matches the journal. */
export function restored(disk: Disk, kept: KeptFiles): Restored | null {
  const found = kept.read(STATE);
  if (!found) return null;
  const lines = linesOf(found.bytes);
  const {
    version,
    rules,
    shape,
    sizes,
    over,
    segments: list,
    file,
    end,
    head,
    synced,
    boot,
  } = lines.next().value as Head;
  const same = version === VERSION && rules === RULES && shape === shapeOf(emptyState()) && head === found.seal;
  if (!same || !fits(disk, { file, end, head }) || !list.every((one) => stands(disk, one))) return null;
  const segments = new Segments(disk, list);
  const changes = new Map<SpillMap<unknown>, [string, unknown][]>();
  const state = stateOf(lines as Iterable<[string, unknown]>, (shelf, _, rows) => {
    changes.set(shelf, [...(changes.get(shelf) ?? []), ...rows]);
  });
  for (const [field, shelf] of shelvesOf(state))
    shelf.stand(
      list.length ? segments.ground(field) : null,
      changes.get(shelf) ?? [],
      over[field] ?? [],
      sizes[field] as number,
    );
  return { file, end, head, synced, boot, state, store: new StateCache(disk, segments) };
}

/** Segments to which the saved state refers and that are missing or have another size. */
export function missingSegments(disk: Disk, kept: KeptFiles): string[] {
  const found = kept.read(STATE);
  const head = found && (linesOf(found.bytes).next().value as Head);
  return (head?.segments ?? []).filter((one) => !stands(disk, one)).map(({ file }) => Segments.pathOf(file));
}

/** Yields values line by line: no text is longer than one piece of the state. */
function* linesOf(bytes: Buffer): Generator<unknown> {
  for (let at = 0, end = bytes.indexOf(10); end >= 0; at = end + 1, end = bytes.indexOf(10, at))
    yield JSON.parse(bytes.toString('utf8', at, end));
}

/** Whether the journal still has its seal at that position. */
function fits(disk: Disk, { file, end, head }: Position): boolean {
  const from = Math.max(0, end - 400);
  const tail = Buffer.from(disk.readPart(journalPath(file), from, end - from) ?? []).toString();
  return tail.endsWith('\n') && (tail.trimEnd().split('\n').at(-1) as string).includes(`"h":"${head}"`);
}

/** Whether the file has the right size. The content of blocks is checked when they are read. */
function stands(disk: Disk, { file, blocks }: Segment): boolean {
  const last = blocks.at(-1);
  return last !== undefined && disk.stat(Segments.pathOf(file))?.size === last[2] + last[3];
}

export class StateCache {
  private readonly disk: Disk;
  private readonly segments: Segments;
  /** The segments to which the file on disk refers: a reader may still use them. */
  private before: readonly Segment[];

  constructor(disk: Disk, segments: Segments) {
    this.disk = disk;
    this.segments = segments;
    this.before = segments.index;
  }

  /** How many rows changed since the last segment was made. */
  loose(state: State): number {
    let rows = 0;
    for (const shelf of shelvesOf(state).values()) rows += shelf.changes().size;
    return rows;
  }

  /** Saves the state beside the org, tied to the journal's head, and what is known of the journal's files. Only between turns. */
  write(kept: KeptFiles, { state, marks }: { state: State; marks: JournalMarks }, place: StatePosition): void {
    const { disk, segments, before } = this;
    if (this.loose(state) > LOOSE_ROWS) this.seal(state);
    const sizes = Object.fromEntries([...shelvesOf(state)].map(([field, { size }]) => [field, size]));
    const over = Object.fromEntries([...shelvesOf(state)].map(([field, shelf]) => [field, shelf.over]));
    const shape = shapeOf(state);
    const head: Head = { version: VERSION, rules: RULES, shape, sizes, over, segments: [...segments.index], ...place };
    marks.stamp(disk);
    kept.write(MARKS, place.head, marks.bytes());
    kept.write(STATE, place.head, ...piecesFor(head, state));
    segments.sweep(before);
    this.before = segments.index;
  }

  /** For processes that save nothing: only frees memory. */
  sealForNow(state: State): void {
    this.segments.pass();
    this.seal(state);
  }

  /** Moves inactive rows into a segment. */
  seal(state: State): void {
    const shelves = [...shelvesOf(state)].sort(([a], [b]) => (a < b ? -1 : 1));
    this.segments.add(rowsOf(state, shelves));
    for (const [field, shelf] of shelves) {
      const hot = [...shelf.changes()].filter(([, value]) => isHot(state, field, value));
      shelf.stand(this.segments.index.length ? this.segments.ground(field) : null, hot, shelf.over, shelf.size);
    }
  }
}

/** The lines of the file, many in each piece. */
function* piecesFor(head: Head, state: State): Generator<string> {
  let text = '';
  for (const line of linesFor(head, state)) {
    text += line;
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

function* linesFor(head: Head, state: State): Generator<string> {
  yield `${JSON.stringify(head)}\n`;
  for (const piece of piecesOf(state, (shelf) => shelf.changes())) yield `${JSON.stringify(piece)}\n`;
}

function* rowsOf(state: State, shelves: readonly [string, SpillMap<unknown>][]): Generator<[string, unknown]> {
  for (const [field, shelf] of shelves) {
    const rows = [...shelf.changes()].filter(([, value]) => !isHot(state, field, value));
    for (const [key, value] of rows.sort(([a], [b]) => (a < b ? -1 : 1))) yield [`${field}:${key}`, value];
  }
}

/** Whether a row is needed soon: waiting mail, and the texts of the last turn, which most readers get next. */
function isHot({ clock }: State, field: string, value: unknown): boolean {
  if (value === null) return false;
  if (field === 'mail.waiting') return (value as Mail).turn > clock.turn - HOT_TURNS;
  return field === 'mail.texts' && Number.parseInt((value as KeptMail).id, 10) >= clock.turn;
}
