/** Reads all lines of the journal, or those of one turn. */
import type { Entry } from '../../core/model/entry.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import {
  GENESIS,
  isNewer,
  journalFiles,
  journalPath,
  readJournal,
  readJournalFile,
} from '../../disk/journal/journal.ts';
import { type Fault, FaultError } from '../../schema/fault.ts';

/** Every line of the journal in order, including those of a turn that is not committed. Throws `damaged-journal`. */
export function* journalLines(disk: Disk): Generator<Entry> {
  const faults: Fault[] = [];
  for (const group of readJournal(disk, faults)) {
    if (faults.length) break;
    yield* group.entries;
  }
  if (faults.length) throw new FaultError(...(faults as [Fault, ...Fault[]]));
}

/** The lines of one turn; empty if it was not made. Its place in the chain is not checked here. Throws `newer-journal`. */
export function turnLines(disk: Disk, turn: number): Entry[] {
  return journalFiles(disk).includes(turn) ? turnLinesIn(disk, turn) : [];
}

/** The same, without listing the whole folder. */
export function turnLinesIn(disk: Disk, turn: number): Entry[] {
  if (disk.stat(journalPath(turn)) === null) return [];
  const { groups, faults } = readJournalFile(disk, turn, GENESIS);
  const newer = faults.find(isNewer);
  if (newer) throw new FaultError(newer);
  return groups.flatMap((group) => group.entries);
}
