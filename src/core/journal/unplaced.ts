/** What happens to content that the file system refuses for its name or its place. */
import { copyWith, defined } from '../../schema/copy.ts';
import { padTurn } from '../../schema/name.ts';
import { printHead } from '../../schema/print.ts';
import type { Entry } from '../model/entry.ts';
import { type FileOp, placesOf } from './file-op.ts';
import { filesOf } from './files.ts';

/** Content that a file system refuses for its name or its place is kept elsewhere, and the turn goes on. */
export type Unplaced = Extract<Entry, { k: 'unplaced' }>;

/** An operation that was refused, as the disk reports it. */
export interface RefusedOp {
  /** What could not be written, moved or removed. */
  path: string;
  op: FileOp;
  /** How many operations of the turn on that path were done before it. */
  after: number;
  why: string;
  /** Hash of a file that was to be removed and is still there. */
  mark?: string;
}

/** The file operations of lines, in order; set-aside content is made where it is kept. */
export function opsOf(lines: readonly Entry[]): FileOp[] {
  const done: FileOp[] = [];
  let ops: FileOp[] = [];
  let aside: Unplaced[] = [];
  const settle = (): void => {
    for (const op of placed(ops, aside)) done.push(op);
    ops = [];
    aside = [];
  };
  for (const line of lines)
    if (line.k === 'unplaced') aside.push(line);
    else {
      if (aside.length) settle();
      for (const op of filesOf(line)) ops.push(op);
    }
  settle();
  return done;
}

/** The operations, with set-aside content made where it is kept, and with the records about it. */
export function placed(ops: readonly FileOp[], aside: readonly Unplaced[]): readonly FileOp[] {
  if (aside.length === 0) return ops;
  const lines = new Map(aside.map((line) => [line.path, line]));
  const counts = new Map<string, number>();
  const made = ops.flatMap((op): FileOp[] => {
    if (op.op === 'live') return [op];
    const [path] = placesOf(op);
    const nth = counts.get(path) ?? 0;
    counts.set(path, nth + 1);
    const stays = op.op === 'adopt' && lines.has(op.found);
    const line = lines.get(path);
    if (line === undefined || nth < line.after) return stays ? [{ op: 'create', path: op.path, text: op.text }] : [op];
    return keptParts(op, line.kept, nth === line.after, stays);
  });
  return [...made, ...aside.flatMap(filesOf)];
}

/** What remains of a refused operation. Where the first of a path is kept, nothing stands yet. */
function keptParts(op: FileOp, kept: string | null, isFirst: boolean, stays: boolean): FileOp[] {
  const removal: FileOp[] = op.op === 'adopt' && !stays ? [{ op: 'remove', path: op.found, hash: op.hash }] : [];
  if (kept === null) return removal;
  if (op.op === 'adopt' || op.op === 'create') return [{ op: 'create', path: kept, text: op.text }, ...removal];
  if (op.op === 'attach') return [{ op: 'attach', path: kept, data: op.data }];
  if (op.op === 'replace') return [{ op: 'replace', path: kept, text: op.text, was: isFirst ? null : op.was }];
  return op.op === 'remove' && !isFirst ? [{ op: 'remove', path: kept, hash: op.hash }] : [];
}

/** The lines that report refused operations of a turn. `lines`: its lines so far. Pure. */
export function unplacedLines(turn: number, lines: readonly Entry[], refused: readonly RefusedOp[]): Unplaced[] {
  const before = lines.filter(({ k }) => k === 'unplaced').length;
  return refused.map((one, i) => {
    const { path, op, after, why, mark } = one;
    const id = `unplaced-${padTurn(turn)}-${before + i + 1}`;
    const kept = hasContent(op) && path !== foundIn(op) ? keptPath(id) : null;
    const owner = ownerOf(lines, path);
    const head = { k: 'unplaced' as const, turn, id, path, kept, after, owner, detail: why };
    return copyWith(head, { record: printUnplaced(head), ...defined({ mark }) });
  });
}

/** Where set-aside content is kept. */
export function keptPath(id: string): string {
  return `org/dead-letter/${id}.kept`;
}

/** True for a file that is only the record of another refusal, or its content. */
export function isKept(path: string): boolean {
  return path.startsWith('org/dead-letter/unplaced-');
}

function hasContent({ op }: FileOp): boolean {
  return op !== 'move' && op !== 'remove';
}

function foundIn(op: FileOp): string | undefined {
  return op.op === 'adopt' ? op.found : undefined;
}

/** Who did what was refused; the organisation where nobody is known. */
function ownerOf(lines: readonly Entry[], path: string): string {
  const line = lines.find((one) => filesOf(one).some((op) => op.op !== 'live' && placesOf(op).includes(path)));
  if (line && 'by' in line) return line.by;
  if (line && 'agent' in line) return line.agent;
  const [top, name = ''] = path.split('/', 2);
  return top === 'agents' ? name : 'org';
}

function printUnplaced({ id, path, owner, kept, detail, turn }: Omit<Unplaced, 'record' | 'mark'>): string {
  const head = { id, message: null, path, from: owner, to: [], turn, reason: 'unplaced', revived: null };
  const where = kept === null ? 'It stays as it is.' : `Its content is in ${kept}.`;
  return `${printHead(Object.entries(head))}${path} could not be written. ${where}\n\n${detail}\n\nCopy what you need; \`lemming retry ${id}\` closes the record.\n`;
}
