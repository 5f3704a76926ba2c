/** The engine of one organisation. It holds the lock and makes the turns. */
import { setMaxListeners } from 'node:events';
import { overdue } from '../../core/approvals/overdue.ts';
import { apply } from '../../core/journal/apply.ts';
import type { FileOp } from '../../core/journal/file-op.ts';
import { changesConfig } from '../../core/journal/kind-of.ts';
import { hashOfLive } from '../../core/journal/kinds/calls/used.ts';
import { RULES, rulesOf } from '../../core/journal/rules.ts';
import { isKept, opsOf, placed, type RefusedOp, type Unplaced, unplacedLines } from '../../core/journal/unplaced.ts';
import { revivable } from '../../core/mail/absent-agents.ts';
import { type Config, peopleOf } from '../../core/model/config.ts';
import type { Entry, InputEntry, Mark, OpenEntry } from '../../core/model/entry.ts';
import { agentState } from '../../core/model/state/staff.ts';
import type { State } from '../../core/model/state.ts';
import { frozenEffects } from '../../core/turn/frozen.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { atRest, hasFailures, idleness } from '../../core/turn/schedule.ts';
import { dueRuns } from '../../core/workflows/turn/due.ts';
import { readFileMarks, writeFileMarks } from '../../disk/cache/file-marks.ts';
import { removeUnfinished } from '../../disk/cache/kept.ts';
import { noteReceived } from '../../disk/cache/received.ts';
import { NO_TIMES, timesFor } from '../../disk/config/cron.ts';
import { overridesIn } from '../../disk/config/env.ts';
import { codeOf, DiskError } from '../../disk/fs/disk.ts';
import { type Lock, takeLock } from '../../disk/fs/lock.ts';
import { type Conflict, materialise } from '../../disk/fs/materialise.ts';
import { tidyLive } from '../../disk/fs/workspace.ts';
import { Folder } from '../../disk/intake/folder.ts';
import { homeOf, inTheirHomes, isHome } from '../../disk/intake/homes.ts';
import { type Journal, journalPath } from '../../disk/journal/journal.ts';
import { defined } from '../../schema/copy.ts';
import { type Fault, FaultError, failure } from '../../schema/fault.ts';
import { ModelCalls } from '../calls/calls.ts';
import type { Listen } from '../calls/listen.ts';
import type { LimitLoad } from '../calls/load-cache.ts';
import { RecordedCalls } from '../calls/recorded-calls.ts';
import { WrittenJournal } from '../calls/turn-journal.ts';
import { Durable, targetOf } from '../journal/durable.ts';
import { turnLines } from '../journal/history.ts';
import { compare, type Loaded, load } from '../journal/load.ts';
import { SentPrompts } from '../journal/sent-prompts.ts';
import type { StateCache } from '../journal/state-cache.ts';
import { verifyJournal } from '../journal/verify.ts';
import { eventsOf, logJournal } from '../log/events.ts';
import { doneIn, type TurnReport, visitReports } from '../log/report.ts';
import type { Ports } from '../ports.ts';
import { maskJson } from '../secrets.ts';
import { Toolsets } from '../tools/toolset.ts';
import { emptyCaches, type Turn } from '../tools/turn-in-progress.ts';
import { type Freezing, type Frozen, freeze, take, thawed } from './freeze.ts';
import { LiveConfig } from './live-config.ts';
import type { Ending } from './turn.ts';

/** The bytes of journal after which a running engine saves its state: about as much as a start after a kill must read again. */
const KEPT_BYTES = 32 * 1024 * 1024;

/** How a turn is to be made. */
export interface TurnOptions {
  /** For `lemming step`: proceeds although the organisation is paused. */
  step?: true;
  /** Only this agent is due. */
  only?: string;
  /** The most micro-credits that the turn may cost. */
  budget?: number;
  /** A turn that only gives the journal its number: nobody is due. */
  rest?: true;
  signal?: AbortSignal;
  /** Receives what models write, for display. */
  listen?: Listen;
}

/** The engine of one org. It holds the lock and makes the turns. */
export class Engine {
  readonly state: State;
  private readonly ports: Ports;
  private readonly toolsets: Toolsets;
  private readonly lock: Lock;
  readonly journal: Journal;
  private readonly turnJournal: WrittenJournal;
  private readonly caches = emptyCaches();
  private receivedUntil: number;
  private readonly folder: Folder;
  private readonly redact: (text: string) => string;
  private readonly calls: ModelCalls;
  private readonly live: LiveConfig;
  private readonly freezing: Freezing;
  private unfinished: Loaded['unfinished'];
  private readonly durable: Durable;
  private readonly store: StateCache;
  /** Bytes of journal since the state was saved. */
  private grown = 0;
  private boot: string | null;
  /** What is known of the journal's files. */
  readonly marks: Loaded['marks'];
  /** After a failure: the state in memory may differ from the journal. */
  private stopped = false;
  /** The LEMMING_* variables of this process. */
  private readonly env: Record<string, string>;
  /** Turns that passed since the last one that was made; the state is at their end. */
  private passed = 0;
  /** A run began, and no turn has been made since. */
  private fresh = false;
  private times = NO_TIMES;
  /** What recovery found and did, for people. */
  readonly recovered: string[] = [];
  private loggedRecovery = 0;
  /** Logs what a turn that was cut off had taken in. */
  private readonly journalLog: ReturnType<typeof logJournal> | undefined;

  /**
   * Takes the lock, reads the journal and repairs the folder. Throws `locked`, `damaged-journal`, or the faults of the
   * configuration.
   */
  static open(ports: Ports, toolbox: Toolbox, command: string): Engine {
    const lock = lockOf(ports, command);
    try {
      ports.sandbox?.sweep();
      unlessDisk(() => removeUnfinished(ports.disk, ports.host));
      return new Engine(ports, toolbox, lock);
    } catch (error) {
      lock.release();
      throw asFault(error);
    }
  }

  private constructor(ports: Ports, toolbox: Toolbox, lock: Lock) {
    this.ports = ports;
    this.toolsets = new Toolsets(toolbox);
    this.lock = lock;
    const loaded = loadChecked(ports);
    this.store = loaded.store;
    this.state = loaded.state;
    this.journal = loaded.journal;
    this.unfinished = loaded.unfinished;
    this.env = overridesIn(ports.env);
    this.durable = new Durable(ports.disk, loaded);
    this.boot = loaded.boot;
    this.marks = loaded.marks;
    this.receivedUntil = this.state.clock.turn + 1;
    unlessDisk(() => {
      this.receivedUntil = noteReceived(ports.kept, this.state.clock.turn + 1);
    });
    this.redact = ports.owner.redact;
    this.folder = new Folder(ports.disk, ports.clock, this.redact);
    if (!ports.verify) this.folder.recall(readFileMarks(ports.kept, this.markedState()));
    this.live = new LiveConfig(this.folder, this.state, this.env);
    this.turnJournal = new WrittenJournal(this.journal, this.state);
    this.calls = new ModelCalls(ports, this.turnJournal, this.state);
    const { state, journal, folder, live } = this;
    this.freezing = { ports, toolbox, state, journal, folder, live };
    if (ports.log) this.journalLog = logJournal(journal, state.clock.turn + 1, ports.log);
    this.journal.dropTail();
    this.journal.secure();
    this.redo(loaded);
  }

  /**
   * Brings the folder to the state of the journal: the files of a turn that a crash cut off, and everything that a power loss
   * took.
   */
  private redo(loaded: Loaded): void {
    if (loaded.difference)
      this.recovered.push(
        `the journal goes back to turn ${this.state.clock.turn}, though more was made here: what was spent and done after it counts no more`,
      );
    if (loaded.boot !== null && loaded.boot !== this.ports.host.boot) this.restore();
    if (!loaded.undone) return;
    const { unplaced } = this.place(loaded.undone, this.state.clock.turn);
    this.recovered.push(`the files of turn ${this.state.clock.turn} were completed from the journal`);
    for (const { path, detail } of unplaced) this.recovered.push(`${path} was set aside: ${detail}`);
  }

  /** Makes the files of a committed turn. What the file system refuses is journaled and kept elsewhere. */
  private place(lines: readonly Entry[], turn: number): { conflicts: Conflict[]; unplaced: Unplaced[] } {
    const { journal, ports } = this;
    const { here: ops, gone } = inTheirHomes(ports.disk, opsOf(lines));
    const { conflicts, marks, refused } = materialise(ports.disk, ops, turn);
    const unplaced = unplacedLines(turn, lines, demandKept(refused));
    if (unplaced.length) {
      journal.add(...unplaced);
      journal.write(true);
      for (const line of unplaced) apply(this.state, line);
      const kept = placed(ops, unplaced).filter((op) => isKept(targetOf(op)));
      demandKept(materialise(ports.disk, kept, turn).refused);
      for (const op of kept) this.durable.note(targetOf(op));
    }
    this.remember(ops, marks);
    for (const agent of gone) this.mark({ k: 'deferred', turn, agent });
    journal.add({ k: 'done', turn });
    journal.write(false);
    this.grown += journal.size;
    if (this.grown > KEPT_BYTES) unlessDisk(() => this.keep());
    return { conflicts, unplaced };
  }

  private remember(ops: readonly FileOp[], marks: ReadonlyMap<string, string>): void {
    this.folder.known(marks);
    for (const op of ops) {
      if (op.op === 'replace' || op.op === 'remove') this.folder.forget(op.path);
      if (op.op === 'move') this.folder.forget(op.from);
      this.durable.note(targetOf(op));
    }
  }

  private mark(line: Mark): void {
    this.journal.add(line);
    apply(this.state, line);
  }

  /** Agents with deferred files whose folder is back. */
  private returned(): string[] {
    return [...this.state.staff.deferred.keys()].filter((agent) => isHome(this.ports.disk, agent));
  }

  /**
   * Makes deferred files in a folder that is back, before anything there is read: otherwise mail or a request could be taken in
   * twice. The files stay deferred until all of them can be made.
   */
  private catchUp(turn: number): void {
    const { disk } = this.ports;
    for (const agent of this.returned()) {
      const turns = this.state.staff.deferred.get(agent) as number[];
      const ops = turns.flatMap((one) => opsOf(turnLines(disk, one))).filter((op) => homeOf(op) === agent);
      const { marks, refused } = materialise(disk, ops, turn);
      this.remember(ops, marks);
      if (refused.length === 0) this.mark({ k: 'caught-up', agent });
    }
  }

  private restore(): void {
    const restored = this.durable.restore(this.unfinished?.calls ?? []);
    if (restored) this.recovered.push(`${restored} files that were lost were restored from the journal`);
  }

  /** The current configuration. Available after the first turn, or after a call of `idle`. */
  get config(): Config {
    return this.live.current;
  }

  /** The same, or null if it has not been read yet. */
  get knownConfig(): Config | null {
    return this.live.known;
  }

  get next(): number {
    return this.state.clock.turn + 1;
  }

  /** Whether mail, a request or an unfinished turn makes somebody due. Reads the folder for incoming mail. */
  idle(): 'busy' | 'idle' | 'failing' {
    try {
      return this.lookIdle();
    } catch (error) {
      throw asFault(error);
    }
  }

  private lookIdle(): 'busy' | 'idle' | 'failing' {
    if (this.unfinished) {
      this.live.thaw(this.unfinished.open.env ?? {});
      return 'busy';
    }
    this.live.look();
    const idle = idleness(this.config, this.state);
    const now = this.ports.clock.now();
    const isDue = dueRuns(this.config, this.state, { turn: this.next, time: now }, this.times).length > 0;
    const isBusy = idle === 'busy' || isDue || overdue(this.config, this.state, now).length > 0;
    return isBusy || this.hasNews() ? 'busy' : idle;
  }

  /** Loads what computes the times of workflows, if one has any. Until then `idle` ignores them. */
  async loadTimes(): Promise<void> {
    this.live.look();
    this.times = await timesFor(this.config);
  }

  /** Marks the start of a run: its first turn tries agents that back off from a provider. */
  begin(): void {
    this.fresh = true;
  }

  /** Whether the organisation is paused and has no requests to take in. */
  isPaused(): boolean {
    return this.state.staff.paused && this.idle() === 'idle';
  }

  /** Whether a turn would change nothing at all. */
  atRest(): boolean {
    return this.idle() === 'idle' && atRest(this.config, this.state);
  }

  /** Whether mail or an approved act waits for credits: worth one look at the start of a run. */
  starvedWait(): boolean {
    const { mail, staff, approvals, tasks } = this.state;
    return (
      [...mail.inbox.keys(), ...approvals.answers.keys(), ...tasks.assigned.keys()].some(
        (name) => agentState(staff, name).starved,
      ) || [...approvals.pending.values()].some(({ answer }) => answer?.unpaid !== undefined)
    );
  }

  private hasNews(): boolean {
    const { message_bytes } = this.config.org.limits;
    const people = peopleOf(this.config);
    const { folder, state } = this;
    return (
      this.returned().length > 0 ||
      this.live.hasNews() ||
      folder.requests.waiting(state, people, message_bytes) ||
      folder.drops.waiting(state, this.config) ||
      folder.tasks.waiting(state, message_bytes) ||
      folder.runs.waiting(state, message_bytes) ||
      folder.approvals.waiting(state, this.config, message_bytes)
    );
  }

  /**
   * Lets the next turn pass if nothing would happen in it: nobody is due, nothing was asked, and nothing expires. False if the
   * turn must be made. Passed turns are journaled with the next one that is made, so a kill undoes them.
   */
  async pass(): Promise<boolean> {
    const now = await this.looked();
    if (now.acts) return false;
    apply(this.state, now.open);
    apply(this.state, { k: 'commit', turn: this.next, lock: this.lock.number });
    this.passed++;
    return true;
  }

  async hasWork(): Promise<boolean> {
    return (await this.looked()).acts;
  }

  /** If somebody is due anyway, the folder need not be read. */
  private async looked(): Promise<{ acts: boolean; open: OpenEntry }> {
    const open = this.opening(this.next, {});
    try {
      if (this.unfinished) return { acts: true, open };
      this.live.look();
      return { acts: (await this.wouldAct(open)) || this.hasNews(), open };
    } catch (error) {
      throw asFault(error);
    }
  }

  /** Looks at the folder as if the turn had begun, and reverses the changes to the state. */
  private async wouldAct(open: OpenEntry): Promise<boolean> {
    const { state } = this;
    const { time, day } = state.clock;
    const loads = new Map(state.skills.loads);
    try {
      apply(state, open);
      return await this.actsIn(open);
    } finally {
      Object.assign(state.clock, { time, day });
      state.skills.loads = loads;
    }
  }

  private async actsIn(open: OpenEntry): Promise<boolean> {
    const { config, state } = this;
    const asked = revivable(state).length + state.staff.orders.length + state.undo.asked.length;
    if (asked + overdue(config, state, open.time).length > 0) return true;
    if (dueRuns(config, state, open, await timesFor(config)).length > 0) return true;
    if (frozenEffects(config, state, open.turn, []).length > 0) return true;
    const { wouldAct } = await import('./turn.ts');
    const turn = this.turnOf(thawed(open, []), new RecordedCalls([]), new AbortController().signal);
    return wouldAct(turn, () => this.toolsets.of(config, state.rights.trusted));
  }

  /** Makes the last of the turns that passed, so that the journal has its number; null if none passed. */
  async makePassed(): Promise<TurnReport | null> {
    if (this.passed === 0) return null;
    this.passed--;
    this.state.clock.turn--;
    return this.turn({ rest: true });
  }

  /** Makes one turn, or finishes the one that was cut off. After a failure the engine can only be closed: the next one recovers from the journal. */
  async turn(wish: TurnOptions = {}): Promise<TurnReport> {
    try {
      return await this.make(wish);
    } catch (error) {
      this.stopped = true;
      throw asFault(error);
    }
  }

  private async make(wish: TurnOptions): Promise<TurnReport> {
    const signal = wish.signal ?? new AbortController().signal;
    // Every call of the turn listens to it.
    setMaxListeners(0, signal);
    const faults: Fault[] = [];
    const { frozen, recorded, sent } = this.unfinished
      ? this.thaw(this.unfinished)
      : { frozen: await this.freeze(wish, faults), recorded: new RecordedCalls([]), sent: undefined };
    const turn = this.turnOf(frozen, recorded, signal, wish.listen);
    turn.sent = sent;
    const before = new Map([...this.state.staff.agents].map(([name, agent]) => [name, agent.spent]));
    const spentBefore = this.state.money.org.spent;
    const toolset = await this.toolsets.of(turn.config, this.state.rights.trusted);
    const { makeTurn } = await import('./turn.ts'); // what only posts requests need not load it
    const ending = await makeTurn(turn, toolset);
    this.turnJournal.recall(...recorded.left());
    const { conflicts, unplaced } = this.commit(frozen, ending);
    for (const path of turn.live) this.durable.note(path);
    const report: TurnReport = {
      turn: turn.number,
      visits: visitReports(turn.number, ending.visits, this.state, before, ending.effects),
      spent: this.state.money.org.spent - spentBefore,
      walked: ending.walked,
      conflicts,
      unplaced,
      faults,
      inputs: frozen.inputs,
      done: doneIn([...frozen.lines, ...ending.effects]),
    };
    this.log(report);
    return report;
  }

  private turnOf({ open, walked, swept }: Frozen, recorded: RecordedCalls, signal: AbortSignal, listen?: Listen): Turn {
    const { config, state, turnJournal: journal, calls, ports, caches, redact } = this;
    const live = new Set<string>();
    return {
      number: open.turn,
      open,
      walked,
      config,
      state,
      journal,
      calls,
      recorded,
      ports,
      caches,
      receivedUntil: this.receivedUntil,
      live,
      mask: redact,
      swept,
      signal,
      listen,
    };
  }

  private log(report: TurnReport): void {
    const { log } = this.ports;
    if (!log) return;
    for (const event of eventsOf(report, this.recovered.slice(this.loggedRecovery))) log(event);
    this.loggedRecovery = this.recovered.length;
  }

  /** A turn that was cut off: its inputs as they were frozen then, and what was told and answered. */
  private thaw(
    unfinished: NonNullable<Loaded['unfinished']>,
  ): Pick<Turn, 'sent'> & { frozen: Frozen; recorded: RecordedCalls } {
    this.unfinished = null;
    this.live.thaw(unfinished.open.env ?? {});
    for (const call of unfinished.calls)
      if (call.k === 'used')
        for (const file of call.files) tidyLive(this.ports.disk, file.path, { was: file.was, is: hashOfLive(file) });
    this.journalLog?.(unfinished);
    const recorded = new RecordedCalls(unfinished.calls);
    const { again, doubt } = recorded.open();
    const rules = rulesOf(unfinished.open) === RULES ? {} : { rules: RULES };
    if (again.length + doubt.length || 'rules' in rules)
      this.journal.add({ k: 'recovered', turn: unfinished.open.turn, again, doubt, ...rules });
    for (const key of doubt) recorded.doubts.add(key);
    this.journal.write(true);
    this.recovered.push(
      `turn ${unfinished.open.turn} was cut off and is finished now${doubt.length ? `; ${doubt.length} calls may have been billed without an answer: lemming reconcile` : ''}`,
    );
    const sent = 'rules' in rules ? new SentPrompts(this.ports.disk, this.state, unfinished.calls) : undefined;
    return { frozen: thawed(unfinished.open, unfinished.inputs), recorded, sent };
  }

  /** Reads what people did since the last turn; writes it to the journal with what follows from it at once. */
  private async freeze(wish: TurnOptions, faults: Fault[]): Promise<Frozen> {
    const turn = this.next;
    this.demandLock();
    this.journal.turnTo(turn);
    this.demandJournal(turn);
    this.catchUp(turn);
    const frozen = await freeze(this.freezing, this.opening(turn, wish), faults);
    this.boot = frozen.open.boot;
    this.passed = 0;
    this.fresh = false;
    return frozen;
  }

  private opening(turn: number, wish: TurnOptions): OpenEntry {
    const { clock, host } = this.ports;
    const barred = this.folder.tracked.barredNames(this.state);
    return {
      k: 'open',
      turn,
      time: clock.now(),
      boot: host.boot,
      lock: this.lock.number,
      version: '1',
      rules: RULES,
      ...(this.passed > 0 && { passed: this.passed }),
      ...(Object.keys(this.env).length ? { env: this.env } : {}),
      ...(barred.length ? { barred } : {}),
      ...(wish.step ? { step: wish.step } : {}),
      ...defined({ only: wish.only, budget: wish.budget }),
      ...(wish.rest && { rest: wish.rest }),
      ...(this.fresh && !wish.rest && hasFailures(this.state) && { retry: true as const }),
    };
  }

  /** Journal first, then files. Stops before the commit if the lock or the journal is no longer ours. */
  private commit(frozen: Frozen, ending: Ending): ReturnType<Engine['place']> {
    const { journal, lock, state } = this;
    const turn = frozen.open.turn;
    this.demandLock();
    this.demandJournal(turn);
    const commit: Entry = { k: 'commit', turn, lock: lock.number };
    journal.add(...ending.effects, commit);
    journal.write(true);
    for (const effect of ending.effects) apply(state, effect);
    apply(state, commit);
    this.calls.commit();
    if (ending.effects.some(changesConfig)) this.live.thaw(this.env);
    return this.place([...frozen.lines, ...ending.effects], turn);
  }

  /** Saves the state between two turns, so that a start after a kill is quick as well. */
  private keep(): void {
    const { file, size: end, head } = this.journal;
    this.store.write(this.ports.kept, this, { file, end, head, synced: this.durable.turn, boot: this.boot });
    writeFileMarks(this.ports.kept, this.markedState(), this.folder.marksOf(this.state));
    this.grown = 0;
  }

  private markedState(): Parameters<typeof readFileMarks>[1] {
    return { seal: this.journal.head, secrets: this.ports.owner.secrets() };
  }

  private demandLock(): void {
    if (!this.lock.held())
      throw failure('lost-lock', 'The lock of this organisation was taken over or removed while the engine ran');
  }

  private demandJournal(turn: number): void {
    if (!this.journal.untouched())
      throw failure('two-histories', `The journal of turn ${turn} was changed while the engine ran`);
  }

  /** The limits at which calls are under way or wait. */
  load(): LimitLoad[] {
    return this.calls.load();
  }

  /** Writes requests of commands directly into the journal of the coming turn. */
  post(requests: readonly Extract<InputEntry, { k: 'request' }>[]): void {
    if (this.passed > 0) throw new Error('the turns that went by are to be made first');
    if (this.unfinished)
      throw failure('locked', 'The last turn was interrupted. Finish it first with lemming run-once');
    this.journal.turnTo(this.next);
    const known = maskJson(this.redact, [...requests]);
    take(this.freezing, known);
    this.journal.write(true);
  }

  /** Makes the files durable, saves the state for a quick start, and releases the lock. */
  close(): void {
    try {
      if (!this.unfinished && !this.stopped && this.passed === 0) {
        this.durable.sync(this.state.clock.turn, this.journal);
        this.calls.close();
        this.journal.write(true);
        if (this.lock.held()) this.keep();
      }
    } catch (error) {
      throw asFault(error);
    } finally {
      this.journal.close();
      this.lock.release();
    }
  }
}

/**
 * The org according to its journal. Throws `damaged-journal` if a file of the journal is not what it was when the last engine
 * closed.
 */
function loadChecked({ disk, kept, verify, progress }: Ports): Loaded {
  const wish = { keep: kept, progress };
  if (verify) {
    const { faults, torn } = verifyJournal(disk);
    if (faults.length > torn) throw new FaultError(...(faults as [Fault, ...Fault[]]));
    return load(disk, undefined, undefined, wish);
  }
  const compared = compare(disk, kept);
  const { difference } = compared;
  if (difference?.how === 'changed')
    throw failure('damaged-journal', 'This file was changed or shortened after an engine wrote it', {
      file: journalPath(difference.file),
      remedy:
        'Restore it from version control or a backup. If you replaced the history yourself, run lemming run --verify to continue from it.',
    });
  return load(disk, kept, compared, wish);
}

/** A file that only saves time must not stop a turn. */
function unlessDisk(keep: () => void): void {
  try {
    keep();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

/** Files that are set aside must be kept. If that is impossible, somebody has to make room. */
function demandKept(refused: readonly RefusedOp[]): readonly RefusedOp[] {
  const lost = refused.find(({ path }) => isKept(path));
  if (lost) throw failure('not-regular', lost.why, { file: 'org/dead-letter', remedy: KEEPING });
  return refused;
}
const KEEPING = 'Make org/dead-letter a folder that lemming can write to. Nothing was lost; the next run continues.';

function lockOf(ports: Ports, command: string): Lock {
  try {
    if (!ports.disk.stat('org/org.yaml')) throw failure('no-org', 'There is no org/org.yaml here');
    return takeLock(ports.disk, ports.host, command);
  } catch (error) {
    throw asFault(error);
  }
}

/** Failures of the disk as faults for people. */
function asFault(error: unknown): unknown {
  if (!(error instanceof DiskError)) return error;
  return failure(codeOf(error), `The disk failed (${error.failure}): ${error.message}`, { file: error.path });
}
