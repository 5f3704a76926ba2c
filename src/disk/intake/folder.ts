/** Notices everything that people changed in the folder. */
import { printAside } from '../../core/mail/dead-letter-text.ts';
import type { Entry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { copyWith } from '../../schema/copy.ts';
import { padTurn } from '../../schema/name.ts';
import type { FileMarks } from '../cache/file-marks.ts';
import type { Clock } from '../fs/clock.ts';
import type { Disk } from '../fs/disk.ts';
import { ApprovalFiles } from './approval-files.ts';
import { IncomingMail } from './incoming-mail.ts';
import { Outboxes } from './outboxes.ts';
import { FolderReader } from './reader.ts';
import { Requests } from './requests.ts';
import { RunFiles } from './run-files.ts';
import { TaskFiles } from './task-files.ts';
import { isTracked, Tracked } from './tracked.ts';
import { Workspaces } from './workspaces.ts';

/**
 * The org folder from the engine's point of view: it finds what people changed since the last look. It remembers the marks of
 * files, so that a file is read only if it changed. What it finds is returned as inputs for the journal and never acted upon
 * here.
 */
export class Folder {
  readonly tracked: Tracked;
  readonly approvals: ApprovalFiles;
  readonly drops: IncomingMail;
  readonly outboxes: Outboxes;
  readonly requests: Requests;
  readonly workspaces: Workspaces;
  readonly tasks: TaskFiles;
  readonly runs: RunFiles;
  private readonly reader: FolderReader;

  /** `redact` masks known secrets in every text that people wrote, before anything else sees it. */
  constructor(disk: Disk, clock: Clock, redact: (text: string) => string = (text) => text) {
    this.reader = new FolderReader(disk, clock, redact);
    this.tracked = new Tracked(this.reader);
    this.approvals = new ApprovalFiles(this.reader);
    this.drops = new IncomingMail(this.reader);
    this.outboxes = new Outboxes(this.reader);
    this.requests = new Requests(this.reader);
    this.tasks = new TaskFiles(this.reader);
    this.runs = new RunFiles(this.reader);
    this.workspaces = new Workspaces(this.reader, this.tracked);
  }

  /** The marks of files whose text the state holds, as far as they are known. */
  marksOf({ files }: State): FileMarks {
    return new Map([...this.reader.marks].filter(([path]) => files.texts.has(path)));
  }

  /** Files with marks that an earlier process kept for the same state are not read. */
  recall(marks: FileMarks): void {
    for (const [path, mark] of marks) this.reader.marks.set(path, mark);
  }

  /** Files that this engine wrote are not read: their marks are known. */
  known(marks: ReadonlyMap<string, string>): void {
    for (const [path, mark] of marks)
      if (isTracked(path)) this.reader.marks.set(path, mark);
      else this.outboxes.known(path, mark);
  }

  /** This engine wrote a file without recording its mark: it is read again at the next freeze. */
  forget(path: string): void {
    this.reader.marks.delete(path);
  }
}

type Aside = Extract<Entry, { k: 'aside' }>;

/** Gives files that were set aside their ids, `aside-<turn>-<n>`, and their records. */
export function numberAsides<T extends Entry>(entries: readonly T[], turn: number, from: number): (T | Aside)[] {
  let n = from;
  return entries.map((entry: Entry) => {
    if (entry.k !== 'aside') return entry as T;
    const aside = copyWith(entry, { turn, id: `aside-${padTurn(turn)}-${n++}` });
    return copyWith(aside, { text: printAside(aside) });
  });
}
