import { asked } from '../../core/journal/asked.ts';
import { printAside } from '../../core/mail/dead-letter-text.ts';
import type { Config } from '../../core/model/config.ts';
import type { Entry, Input } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { copyWith } from '../../schema/copy.ts';
import type { Fault } from '../../schema/fault.ts';
import { padTurn } from '../../schema/name.ts';
import { request } from '../../schema/records/request.ts';
import type { Clock } from '../fs/clock.ts';
import type { Disk } from '../fs/disk.ts';
import { isLeftover } from '../fs/tree.ts';
import { readYaml } from '../yaml/yaml.ts';
import { ApprovalFiles } from './approval-files.ts';
import { Drops } from './drops.ts';
import { Outboxes } from './outboxes.ts';
import { malformed, Reader } from './reader.ts';
import { isTracked, Tracked } from './tracked.ts';

/**
 * The org folder as the engine sees it: notices what people changed since it looked last. It remembers the marks of files,
 * so that a file is read only when it changed; what it finds is returned as inputs for the journal, never acted upon here.
 */
export class Folder {
  private readonly reader: Reader;
  private readonly files: Tracked;
  private readonly approvals: ApprovalFiles;
  private readonly mailDrops: Drops;
  private readonly outboxes: Outboxes;

  /** `redact` strikes known secrets out of every text that people wrote, before anything else sees it. */
  constructor(disk: Disk, clock: Clock, redact: (text: string) => string = (text) => text) {
    this.reader = new Reader(disk, clock, redact);
    this.files = new Tracked(this.reader);
    this.approvals = new ApprovalFiles(this.reader);
    this.mailDrops = new Drops(this.reader);
    this.outboxes = new Outboxes(this.reader);
  }

  /** The files made by this engine need no reading: their marks are known. */
  known(marks: ReadonlyMap<string, string>): void {
    for (const [path, mark] of marks)
      if (isTracked(path)) this.reader.marks.set(path, mark);
      else this.outboxes.known(path, mark);
  }

  /** A file was written by this engine in a way that left no mark: it is read again at the next freeze. */
  forget(path: string): void {
    this.reader.marks.delete(path);
  }

  /** Files that people write: changes since the state. `limit` is the largest file in bytes. */
  tracked(state: State, limit: number): Input[] {
    return this.files.changes(state, limit);
  }

  /** As `tracked`, without memory: what makes the configuration. `whole`: each file was found as it stands. */
  configured(state: State, limit: number): { changes: Input[]; whole: boolean } {
    const changes = this.files.changes(state, limit, false);
    return { changes, whole: this.files.isWhole() };
  }

  /** Names of the folders under `agents/`, whatever they are called. */
  agentFolders(): string[] {
    return this.files.agentFolders();
  }

  /** Names in `agents/` that an agent could have, and that are files. */
  barredNames(state: State): string[] {
    return this.files.barredNames(state);
  }

  /** Mail that people edited or deleted before it was delivered to an agent. */
  edits(state: State, config: Config, limit: number): Promise<Input[]> {
    return this.outboxes.edits(state, config, limit);
  }

  /** What commands asked, from the `requests/` folders of people. */
  requests(state: State, people: readonly string[], limit: number, time: number): Input[] {
    return [...this.requestFiles(people)].flatMap(
      ({ path, person }) => this.readRequest(state, path, person, limit, time) ?? [],
    );
  }

  /** Whether commands asked anything that was not set aside already. */
  waitingRequests(state: State, people: readonly string[], limit: number): boolean {
    for (const { path } of this.requestFiles(people)) {
      const aside = state.aside.get(path);
      if (aside === undefined) return true;
      const read = this.reader.readText(path, limit);
      if (('hash' in read ? read.hash : read.mark) !== aside) return true;
    }
    return false;
  }

  private *requestFiles(people: readonly string[]): Generator<{ path: string; person: string }> {
    for (const person of people)
      for (const name of this.reader.disk.list(`agents/${person}/requests`) ?? [])
        if (name.endsWith('.yaml') && !isLeftover(name)) yield { path: `agents/${person}/requests/${name}`, person };
  }

  private readRequest(state: State, path: string, person: string, limit: number, time: number): Input | null {
    const read = this.reader.readText(path, limit);
    if ('reason' in read) return this.reader.aside(state, path, read, person);
    if (state.aside.get(path) === read.hash) return null;
    const { value, faults } = readYaml(request(), read.text, path);
    if (value) return asked(copyWith(value, { by: person }), time, path);
    return this.reader.aside(state, path, copyWith(malformed(faults), { mark: read.hash }), person);
  }

  /** Held acts that people answered in their files, what cannot be understood there, and files about acts that do not wait. */
  answers(state: State, config: Config, turn: number, limit: number): Promise<Input[]> {
    return this.approvals.answers(state, config, turn, limit);
  }

  /** Whether people wrote anything into `org/approvals/` that was not set aside already. */
  waitingAnswers(state: State, config: Config, limit: number): boolean {
    return this.approvals.waiting(state, config, limit);
  }

  /** What is wrong with the files of held acts, set aside or not. */
  faultyAnswers(state: State, config: Config, limit: number): Fault[] {
    return this.approvals.faulty(state, config, limit);
  }

  /** Messages that people dropped into their outboxes, completed; numbered in the order of their file names. */
  drops(state: State, config: Config, turn: number, limit: number): Promise<Input[]> {
    return this.mailDrops.drops(state, config, turn, limit);
  }

  /** Whether people dropped anything that was not set aside already. */
  waitingDrops(state: State, config: Config): boolean {
    return this.mailDrops.waiting(state, config);
  }

  /** What is wrong with what people dropped, set aside or not. */
  faultyDrops(state: State, config: Config, limit: number): Fault[] {
    return this.mailDrops.faulty(state, config, limit);
  }

  /** Files in agents' outboxes that no engine wrote: set aside. */
  foreign(state: State, config: Config, turn: number, passed = 0): Input[] {
    return this.outboxes.foreign(state, config, turn, passed);
  }

  /** Delivered mail that has become old, agent by agent in rotation, and what people put away. */
  sweep(state: State, config: Config, turn: number, passed = 0): Input[] {
    return this.outboxes.sweep(state, config, turn, passed);
  }

  /** The messages of dead letters that people want delivered again, as their files stand. */
  revivals(state: State, turn: number, limit: number): Input[] {
    return this.outboxes.revivals(state, turn, limit);
  }
}

type Aside = Extract<Entry, { k: 'aside' }>;

/** Gives the files that were set aside their ids, `aside-<turn>-<n>`, and their records. */
export function numberAsides<T extends Entry>(entries: readonly T[], turn: number, from: number): (T | Aside)[] {
  let n = from;
  return entries.map((entry: Entry) => {
    if (entry.k !== 'aside') return entry as T;
    const aside = copyWith(entry, { turn, id: `aside-${padTurn(turn)}-${n++}` });
    return copyWith(aside, { text: printAside(aside) });
  });
}
