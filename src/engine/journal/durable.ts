/** Keeps track of which files are known to survive a power loss. */
import type { FileOp } from '../../core/journal/file-op.ts';
import { filesOf } from '../../core/journal/files.ts';
import { opsOf } from '../../core/journal/unplaced.ts';
import type { Entry } from '../../core/model/entry.ts';
import { type Disk, isOfPlace } from '../../disk/fs/disk.ts';
import { restoreLost } from '../../disk/fs/materialise.ts';
import { inTheirHomes } from '../../disk/intake/homes.ts';
import { GENESIS, type Journal, journalFiles, readJournalFile } from '../../disk/journal/journal.ts';
import type { Loaded } from './load.ts';

/** Files that are fsynced one by one when an engine closes; more are left to the system and checked after a power loss. */
const SYNCED_AT_CLOSE = 2000;

/** Which files of an org are known to survive a power loss. The journal always does; its files can be made from it. */
export class Durable {
  /** The last turn whose files are known to be durable. */
  turn: number;
  private readonly disk: Disk;
  private readonly unsynced = new Set<string>();
  /**
   * Every file that is not synced is known here. Not after a kill in the same start of the machine: a sync that failed then
   * may have left pages that a new one takes for written, so nothing is claimed until the disk was read anew.
   */
  private covered: boolean;

  constructor(disk: Disk, { synced, state, unwritten }: Loaded) {
    this.disk = disk;
    this.turn = synced;
    this.covered = synced === state.clock.turn && unwritten === null;
  }

  /** After a new start of the machine: what it lost of the committed turns, and of these lines, comes back. Gives how many files. */
  restore(cutOff: readonly Entry[]): number {
    const { here: ops } = inTheirHomes(this.disk, [...this.operationsSince(this.turn), ...cutOff.flatMap(filesOf)]);
    const restored = restoreLost(this.disk, ops);
    for (const op of ops) this.note(targetOf(op));
    this.covered = true;
    return restored.length;
  }

  /** File operations of the committed turns after that one, from the journal. */
  private operationsSince(turn: number): FileOp[] {
    const ops: FileOp[] = [];
    let lines: Entry[] = [];
    let ended = false;
    for (const file of journalFiles(this.disk)) {
      if (file <= turn) continue;
      for (const entry of readJournalFile(this.disk, file, GENESIS).groups.flatMap(({ entries }) => entries)) {
        if (ended && entry.k !== 'unplaced') {
          for (const op of opsOf(lines)) ops.push(op);
          lines = [];
          ended = false;
        }
        lines.push(entry);
        ended ||= entry.k === 'commit';
      }
    }
    return ended ? [...ops, ...opsOf(lines)] : ops;
  }

  /** A file was written. Those beyond what is synced at the close need no names. */
  note(path: string): void {
    if (this.unsynced.size <= SYNCED_AT_CLOSE) this.unsynced.add(path);
  }

  /** Makes the files of all turns since the last sync durable, if they are few, and says so in the journal. */
  sync(turn: number, journal: Journal): void {
    const tooMany = this.unsynced.size > SYNCED_AT_CLOSE;
    if (!this.covered || turn === this.turn || tooMany || !journal.untouched()) return;
    for (const path of this.unsynced) unlessGone(() => this.disk.syncFile(path));
    for (const folder of new Set([...this.unsynced].map((path) => path.slice(0, path.lastIndexOf('/')))))
      unlessGone(() => this.disk.syncDir(folder));
    this.unsynced.clear();
    this.turn = turn;
    journal.turnTo(turn + 1);
    journal.add({ k: 'synced', turn });
    journal.write(true);
  }
}

/** The file that is there after the operation. */
export function targetOf(op: FileOp): string {
  return op.op === 'move' ? op.to : op.path;
}

/** What has become a link, or cannot be there at all, holds nothing of ours. */
function unlessGone(sync: () => void): void {
  try {
    sync();
  } catch (error) {
    if (!isOfPlace(error)) throw error;
  }
}
