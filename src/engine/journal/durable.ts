/** Tracks which files are known to survive a power loss. */
import type { FileOp } from '../../core/journal/file-op.ts';
import { filesOf } from '../../core/journal/files.ts';
import { opsOf } from '../../core/journal/unplaced.ts';
import type { Entry } from '../../core/model/entry.ts';
import { type Disk, isOfPlace } from '../../disk/fs/disk.ts';
import { restoreLost } from '../../disk/fs/materialise.ts';
import { inTheirHomes } from '../../disk/intake/homes.ts';
import { GENESIS, type Journal, journalFiles, readJournalFile } from '../../disk/journal/journal.ts';
import type { Loaded } from './load.ts';

/** How many files are fsynced one by one when an engine closes; more are left to the system and checked after a power loss. */
const SYNCED_AT_CLOSE = 2000;

/** Tracks which files of an org are known to survive a power loss. The journal always does, and the files can be made from it. */
export class Durable {
  /** The last turn whose files are known to be durable. */
  turn: number;
  private readonly disk: Disk;
  private readonly unsynced = new Set<string>();
  /**
   * Whether every unsynced file is known here. Not after a kill without a restart of the machine: a sync that failed then may
   * have left pages that a new sync takes for written, so nothing is claimed until the disk has been read again.
   */
  private covered: boolean;

  constructor(disk: Disk, { synced, state, undone }: Loaded) {
    this.disk = disk;
    this.turn = synced;
    this.covered = synced === state.clock.turn && undone === null;
  }

  /** Restores what a restart of the machine lost, of the committed turns and of these lines. Returns the number of files. */
  restore(cutOff: readonly Entry[]): number {
    const { here: ops } = inTheirHomes(this.disk, [...this.operationsSince(this.turn), ...cutOff.flatMap(filesOf)]);
    const restored = restoreLost(this.disk, ops);
    for (const op of ops) this.note(targetOf(op));
    this.covered = true;
    return restored.length;
  }

  /** The file operations of the committed turns after that one. */
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

  /** Records that a file was written. Beyond the number that is synced at close, names are not needed. */
  note(path: string): void {
    if (this.unsynced.size <= SYNCED_AT_CLOSE) this.unsynced.add(path);
  }

  /** Makes the files of all turns since the last sync durable, if they are few, and journals that. */
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

/** The file that exists after the operation. */
export function targetOf(op: FileOp): string {
  return op.op === 'move' ? op.to : op.path;
}

/** Whatever became a link, or is at an impossible path, contains nothing of ours. */
function unlessGone(sync: () => void): void {
  try {
    sync();
  } catch (error) {
    if (!isOfPlace(error)) throw error;
  }
}
