/** Caches results of views as long as the journal has the same end. */
import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { RULES } from '../../core/journal/rules.ts';
import { PACE_TURNS, type Pace, paceOf } from '../../core/money/forecast.ts';
import { DiskError } from '../../disk/fs/disk.ts';
import { GENESIS, readJournalFile } from '../../disk/journal/journal.ts';
import { journalLines } from '../../engine/journal/history.ts';
import { spendingBy } from '../../views/money/costs.ts';
import type { View } from '../view.ts';

/** Raised whenever a view returns another result for the same journal. */
const VERSION = 1;
/** A larger result, in bytes, is not cached. */
const MOST_BYTES = 4_000_000;

type FoldInput = Pick<View, 'disk' | 'kept' | 'loaded' | 'running' | 'state'>;

const FOLDS = {
  pace: lastPace,
  'spending-turn': ({ disk }: FoldInput) => spendingBy('turn', journalLines(disk)),
  'spending-day': ({ disk }: FoldInput) => spendingBy('day', journalLines(disk)),
  'spending-task': ({ disk }: FoldInput) => spendingBy('task', journalLines(disk)),
  'spending-thread': ({ disk }: FoldInput) => spendingBy('thread', journalLines(disk)),
};
type Name = keyof typeof FOLDS;

/** The result of that name for the present journal. */
export function foldOf<N extends Name>(view: FoldInput, name: N): ReturnType<(typeof FOLDS)[N]> {
  const known = keptFold(view, name);
  if (known !== undefined) return known as ReturnType<(typeof FOLDS)[N]>;
  const made = FOLDS[name](view);
  if (view.running === null) keep(view, name, made);
  return made as ReturnType<(typeof FOLDS)[N]>;
}

/** The files of kept results that would be used now but do not match the journal. */
export function strangeFolds(view: FoldInput): string[] {
  const names = (Object.keys(FOLDS) as Name[]).filter((name) => {
    const kept = keptFold(view, name);
    return kept !== undefined && !isDeepStrictEqual(kept, FOLDS[name](view));
  });
  return names.map(fileOf);
}

/** The kept result. It does not count when the journal is not as this machine knew it. */
function keptFold({ kept, loaded }: FoldInput, name: Name): unknown {
  const found = loaded.difference === null ? kept.read(fileOf(name)) : null;
  if (found?.seal !== loaded.journal.head) return undefined;
  const { by, value } = deserialize(found.bytes);
  return by === BY ? value : undefined;
}

/** Keeps a result, unless the folder cannot be written. */
function keep({ kept, loaded }: FoldInput, name: Name, value: unknown): void {
  const bytes = serialize({ by: BY, value });
  if (bytes.length > MOST_BYTES) return;
  try {
    kept.write(fileOf(name), loaded.journal.head, bytes);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
const BY = `${VERSION} ${RULES} ${process.version}`;

function fileOf(name: Name): string {
  return `${name}.fold`;
}

/** The pace of the last turns. Only their files are read, and the next one, which may already contain a reset of the credits. */
function lastPace({
  disk,
  state: {
    clock: { turn },
  },
}: FoldInput): Pace {
  const first = Math.max(1, turn - PACE_TURNS + 1);
  const turns = Array.from({ length: turn + 2 - first }, (_, i) => first + i);
  const groups = turns.flatMap((one) => readJournalFile(disk, one, GENESIS).groups);
  return paceOf(groups.flatMap(({ entries }) => entries));
}
