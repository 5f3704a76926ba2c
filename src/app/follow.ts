/** Follows an organisation from outside, without a lock. */
import { apply } from '../core/journal/apply.ts';
import { absentAfter, type Config } from '../core/model/config.ts';
import type { Entry, InputEntry } from '../core/model/entry.ts';
import { emptyTasks } from '../core/model/state/tasks.ts';
import { configReader } from '../disk/config/config.ts';
import type { Clock } from '../disk/fs/clock.ts';
import type { Disk } from '../disk/fs/disk.ts';
import { lockHolder } from '../disk/fs/lock.ts';
import { Folder } from '../disk/intake/folder.ts';
import { journalFiles, journalPath } from '../disk/journal/journal.ts';
import { Tail } from '../disk/journal/tail.ts';
import { ownerOf } from '../disk/owner/owner.ts';
import { turnLines } from '../engine/journal/history.ts';
import { type Loaded, load } from '../engine/journal/load.ts';
import { type IntakeStep, intake } from '../engine/turn/intake.ts';
import { copyWith } from '../schema/copy.ts';
import { type Fault, FaultError } from '../schema/fault.ts';
import { TOOLS } from '../tools/all.ts';
import { Diagnosis } from '../views/diagnose/diagnosis.ts';
import { JournalLog } from '../views/journal/journal-log.ts';
import type { LogLine } from '../views/journal/log-line.ts';
import { KEPT_TURNS, Recent } from '../views/screen/recent.ts';
import type { ScreenSnapshot } from '../views/screen/snapshot.ts';
import { UnderWay } from '../views/screen/under-way.ts';
import { forgetDeleted, tasksAhead } from './foresee.ts';
import type { OrgPlace } from './place.ts';
import { presentActs } from './present.ts';
import { marksOf } from './read-org.ts';
import { readerOf } from './seats.ts';

/** Bytes of past journal that are read at the start at most. */
const PAST_BYTES = 4_000_000;
/** Lines of the log that are kept. */
const KEPT_LOG = 2000;
/** Largest file of the folder that is read. */
const LIMIT = 1_048_576;
/**
 * Milliseconds between two looks at the folder; longer when a look takes long, so that looking takes a twentieth of the
 * time.
 */
const LOOK_MS = 1000;
const LOOK_SHARE = 20;
const MOST_MS = 3000;
const LONG_AGO_MS = 60_000;
/** What waits for the next turn, as screens show it. */
const SHOWN: readonly IntakeStep[] = ['requests', 'drops', 'tasks'];

/** An org as it changes, read from outside: its journal line by line, its folder from time to time. Writes nothing. */
export class Follow {
  private readonly place: OrgPlace;
  readonly disk: Disk;
  private readonly clock: Clock;
  private folder!: Folder;
  private tail!: Tail;
  private readonly read = configReader();
  private loaded!: Loaded;
  private recent!: Recent;
  private underWay!: UnderWay;
  private log: LogLine[] = [];
  private diagnosis!: Diagnosis;
  private journalLog!: JournalLog;
  private lines = 0;
  /** Time of the turn whose lines are read: ISO 8601. */
  private time = '';
  private config!: Config;
  private faults: Fault[] = [];
  private changes: InputEntry[] = [];
  private stale = true;
  private nextLook = 0;
  /** When the folder may be looked at again. */
  private rested = 0;
  /** Files that the turn under way has taken in and not removed yet. */
  private readonly taken = new Set<string>();
  private around: Pick<ScreenSnapshot, 'drops' | 'requests' | 'engine' | 'work' | 'present'> = {
    drops: [],
    requests: [],
    engine: null,
    work: { tasks: emptyTasks(), texts: new Map(), unfit: [], files: 0 },
    present: new Map(),
  };

  /** Throws the faults of an org that cannot be used. */
  static async open(place: OrgPlace, clock: Clock = place.machine.clock): Promise<Follow> {
    const follow = new Follow(place, clock);
    follow.start();
    await follow.lookAround();
    return follow;
  }

  private constructor(place: OrgPlace, clock: Clock) {
    this.place = place;
    this.disk = place.machine.disk(place.root);
    this.clock = clock;
  }

  /** The present content of a screen. */
  scene(): ScreenSnapshot {
    const { config, recent, log, faults, around, underWay } = this;
    const now = this.clock.now();
    const person = readerOf({ config, ...this.place });
    const findings = this.diagnosis.findings();
    return { config, state: this.loaded.state, person, faults, recent, log, findings, underWay, now, ...around };
  }

  /**
   * Takes in what happened since the last look. `now`: looks at the folder as well, whenever it was last looked at. True
   * when anything happened.
   */
  async look(now = false): Promise<boolean> {
    const entries = this.tail.look();
    if (entries === null) this.start();
    else for (const entry of entries) this.take(entry);
    const around = now || entries === null || this.clock.ticks() >= this.nextLook ? await this.lookAround() : false;
    return around || entries === null || entries.length > 0;
  }

  /** Reads everything from the beginning. */
  private start(): void {
    this.loaded = load(this.disk, this.place.machine.kept(this.place.root, this.place.env, this.disk));
    const { journal, state, unfinished } = this.loaded;
    this.folder = new Folder(
      this.disk,
      copyWith(this.clock, { now: () => this.clock.now() + LONG_AGO_MS }),
      ownerOf(this.place).redact,
    );
    this.folder.recall(marksOf(this.place, this.loaded));
    this.tail = new Tail(this.disk, journal.file, journal.size, journal.head);
    this.recent = new Recent();
    this.underWay = new UnderWay();
    this.log = [];
    this.journalLog = new JournalLog(state.clock.turn + 1);
    this.taken.clear();
    this.stale = true;
    const shown = this.shownBefore(journal.file);
    const first = journalFiles(this.disk)[0];
    this.diagnosis = new Diagnosis((shown[0] ?? journal.file) === first || first === undefined);
    for (const turn of shown) for (const entry of turnLines(this.disk, turn)) this.note(entry, null);
    for (const entry of this.tail.before) this.note(entry, null);
    for (const entry of unfinished?.calls ?? []) apply(state, entry);
  }

  /** The past turns that are shown, in order. */
  private shownBefore(last: number): number[] {
    const past = journalFiles(this.disk).filter((file) => file < last);
    const shown: number[] = [];
    let bytes = 0;
    while (past.length > 0 && shown.length < KEPT_TURNS && bytes < PAST_BYTES) {
      const file = past.pop() as number;
      bytes += this.disk.stat(journalPath(file))?.size ?? 0;
      shown.unshift(file);
    }
    return shown;
  }

  private take(entry: Entry): void {
    apply(this.loaded.state, entry);
    if (entry.k === 'file' || entry.k === 'wrote') this.stale = true;
    if (entry.k === 'drop') this.taken.add(entry.found);
    if (entry.k === 'request' && entry.file !== undefined) this.taken.add(entry.file);
    if (entry.k === 'done') this.taken.clear();
    if (['drop', 'request', 'done', 'open'].includes(entry.k)) this.nextLook = Math.min(this.nextLook, this.rested);
    this.note(entry, this.clock.now());
  }

  /** Keeps the parts of a line that screens show. `now`: when it came; null for one that lay there, which is as old as its turn. */
  private note(entry: Entry, now: number | null): void {
    this.recent.take(entry);
    this.diagnosis.take(entry);
    if (entry.k === 'open') this.time = new Date(entry.time).toISOString();
    this.underWay.take(entry, now ?? Date.parse(this.time));
    for (const event of this.journalLog.take(entry))
      this.log.push(Object.assign(event, { n: this.lines++, time: this.time, org: '' }));
    if (this.log.length > 2 * KEPT_LOG) this.log.splice(0, this.log.length - KEPT_LOG);
  }

  /** Reads configuration, incoming mail, requests and the lock from the folder. */
  private async lookAround(): Promise<boolean> {
    const start = this.clock.ticks();
    const { state } = this.loaded;
    const changed = [this.readConfig(), forgetDeleted(this.disk, state)].includes(true);
    const { folder, disk, config } = this;
    const inputs: Entry[] = [];
    const moment = { turn: state.clock.turn + 1, time: state.clock.time };
    const found = (entries: readonly Entry[]): number => inputs.push(...entries);
    await intake({ disk, folder, state, config, toolbox: TOOLS }, moment, found, { wanted: SHOWN });
    const text = () => JSON.stringify([this.around, ...this.around.present]);
    const before = text();
    const mask = ownerOf(this.place).redact;
    const isNew = (line: Entry): boolean => !(line.k === 'request' && this.taken.has(line.file ?? ''));
    this.around = {
      drops: inputs.flatMap((one) => (one.k === 'drop' && !this.taken.has(one.found) ? [one.message] : [])),
      requests: inputs.flatMap((one) => (one.k === 'request' && !this.taken.has(one.file ?? '') ? [one.request] : [])),
      engine: lockHolder(disk, this.place.machine.host(this.place.root)),
      work: tasksAhead(config, state, inputs.filter(isNew)),
      present: await presentActs({ disk, state, config, changes: this.changes, mask }),
    };
    const end = this.clock.ticks();
    this.rested = end + Math.min(MOST_MS, (end - start) * LOOK_SHARE);
    this.nextLook = Math.max(end + LOOK_MS, this.rested);
    return changed || text() !== before;
  }

  /** Reads the configuration. One that breaks meanwhile leaves the last good one. */
  private readConfig(): boolean {
    const { state } = this.loaded;
    this.disk.recheck();
    const changes = this.folder.tracked.changes(state, LIMIT);
    if (!this.stale && isSame(changes, this.changes)) return false;
    this.changes = changes;
    this.stale = false;
    const texts = new Map(state.files.texts);
    for (const change of changes)
      if (change.k === 'file') {
        if (change.text === null) texts.delete(change.path);
        else texts.set(change.path, change.text);
      }
    const absent = absentAfter(state.staff.absent, changes);
    const { config, faults, warnings } = this.read(texts, this.folder.tracked.agentFolders(), this.place.env, absent);
    if (!config && !this.config) throw new FaultError(...(faults as [Fault, ...Fault[]]));
    if (config) this.config = config;
    this.faults = [...faults, ...warnings];
    return true;
  }
}

function isSame(a: readonly InputEntry[], b: readonly InputEntry[]): boolean {
  const textOf = (one: InputEntry | undefined): unknown => (one?.k === 'file' ? one.text : one?.k);
  const pathOf = (one: InputEntry | undefined): unknown => (one && 'path' in one ? one.path : null);
  return a.length === b.length && a.every((one, i) => pathOf(one) === pathOf(b[i]) && textOf(one) === textOf(b[i]));
}
