/** The engine of one organisation: holds its lock and makes its turns. */
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
import { removeUnfinished } from '../../disk/cache/kept.ts';
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
import { type Ending, makeTurn, wouldAct } from './turn.ts';

/** Bytes of the journal after which a running engine keeps its state: what a start after a kill must read again. */
const KEPT_BYTES = 32 * 1024 * 1024;

/** How a turn is to be made. */
export interface TurnOptions {
  /** Made by `step`: goes on although the organisation is paused. */
  step?: true;
  /** Only this agent is due. */
  only?: string;
  /** Micro-credits the turn may cost. */
  budget?: number;
  /** Made for its number alone: nobody is due. */
  rest?: true;
  signal?: AbortSignal;
  /** Hears what the models write, for display. */
  listen?: Listen;
}

/** The engine of one org: holds its lock, and makes its turns. */
export class Engine {
  readonly state: State;
  private readonly ports: Ports;
  private readonly toolsets: Toolsets;
  private readonly lock: Lock;
  readonly journal: Journal;
  private readonly turnJournal: WrittenJournal;
  private readonly caches = emptyCaches();
  private readonly folder: Folder;
  private readonly redact: (text: string) => string;
  private readonly calls: ModelCalls;
  private readonly live: LiveConfig;
  private readonly freezing: Freezing;
  private unfinished: Loaded['unfinished'];
  private readonly durable: Durable;
  private readonly store: StateCache;
  /** Bytes of the journal since the state was kept. */
  private grown = 0;
  private boot: string | null;
  /** What is known of the files of the journal. */
  readonly marks: Loaded['marks'];
  /** The state in memory may not be what the journal says. */
  private stopped = false;
  /** LEMMING_* variables of this process. */
  private readonly env: Record<string, string>;
  /** Turns that went by since the last one that was made; the state stands at the end of them. */
  private passed = 0;
  /** A run began, and no turn was made since. */
  private fresh = false;
  private times = NO_TIMES;
  /** What recovery found and did, for people. */
  readonly recovered: string[] = [];
  private loggedRecovery = 0;
  /** Tells the logs of a turn that was cut off what it took in. */
  private readonly journalLog: ReturnType<typeof logJournal> | undefined;

  /** Takes the lock, reads the journal and puts the folder in order. Throws `locked`, `damaged-journal`, or the faults of the configuration. */
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
    this.redact = ports.owner.redact;
    this.folder = new Folder(ports.disk, ports.clock, this.redact);
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

  /** Brings the folder to where the journal is: the files of a turn that a crash cut off, and all that a power loss took. */
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

  /** Makes the files of a committed turn. What the file system refuses is journaled as such, and kept elsewhere. */
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
   * Makes deferred files in a folder that is back, before anything there is read, so that mail or a request that was taken
   * in is not taken in twice. As long as the folder does not take all of them, they stay deferred.
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

  /** The configuration at work. Known once a turn was made, or `idle` asked. */
  get config(): Config {
    return this.live.current;
  }

  /** The same, or null as long as it was not read. */
  get knownConfig(): Config | null {
    return this.live.known;
  }

  /** The number of the next turn. */
  get next(): number {
    return this.state.clock.turn + 1;
  }

  /** Whether mail, a request or an unfinished turn makes anyone due. Reads the folder for incoming mail. */
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

  /** Loads what computes the times of workflows, if one has any: before that `idle` does not know them. */
  async loadTimes(): Promise<void> {
    this.live.look();
    this.times = await timesFor(this.config);
  }

  /** A run begins: its first turn tries whoever backs off from a provider. */
  begin(): void {
    this.fresh = true;
  }

  /** Whether the organisation is paused, and what people asked was taken in. */
  isPaused(): boolean {
    return this.state.staff.paused && this.idle() === 'idle';
  }

  /** Whether a turn would change nothing at all. */
  atRest(): boolean {
    return this.idle() === 'idle' && atRest(this.config, this.state);
  }

  /** Whether mail of somebody, or what was approved, waits for credits: worth one look at the start of a run. */
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
   * Lets the next turn go by if nothing would happen in it: nobody is due, nothing was asked, and nothing runs out. False:
   * it is to be made. The journal tells of those that went by when the next one is made, so a kill takes them back.
   */
  async pass(): Promise<boolean> {
    const now = await this.looked();
    if (now.acts) return false;
    apply(this.state, now.open);
    apply(this.state, { k: 'commit', turn: this.next, lock: this.lock.number });
    this.passed++;
    return true;
  }

  /** Whether anything would happen in the next turn. */
  async hasWork(): Promise<boolean> {
    return (await this.looked()).acts;
  }

  /** Whoever is due is due whatever people did meanwhile, and costs no look at the folder. */
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

  /** Looks as if the turn had begun; what that changes is taken back, until it begins. */
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
    const turn = this.turnOf(thawed(open, []), new RecordedCalls([]), new AbortController().signal);
    return wouldAct(turn, () => this.toolsets.of(config, state.rights.trusted));
  }

  /** Makes the last of the turns that went by, so that the journal has its number; null when none did. */
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

  /** Journal first, then the files. Stops before the commit when the lock or the journal is not ours any more. */
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

  /** Keeps the state for a quick start, also after a kill: between two turns. */
  private keep(): void {
    const { file, size: end, head } = this.journal;
    this.store.write(this.ports.kept, this, { file, end, head, synced: this.durable.turn, boot: this.boot });
    this.grown = 0;
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

  /** Writes requests of commands straight into the journal of the coming turn. */
  post(requests: readonly Extract<InputEntry, { k: 'request' }>[]): void {
    if (this.passed > 0) throw new Error('the turns that went by are to be made first');
    if (this.unfinished)
      throw failure('locked', 'The last turn was interrupted. Finish it first with lemming run-once');
    this.journal.turnTo(this.next);
    const known = maskJson(this.redact, [...requests]);
    take(this.freezing, known);
    this.journal.write(true);
  }

  /** Makes the files durable, keeps the state for a quick start, and gives the lock back. */
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

/** The org as its journal tells it. Throws `damaged-journal` when a file of the journal is not what it was when an engine closed last. */
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

/** What is kept for speed alone stops no turn. */
function unlessDisk(keep: () => void): void {
  try {
    keep();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

/** What is set aside must be kept: where that cannot be, somebody has to make the place. */
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

/** The disk's failures as faults for people. */
function asFault(error: unknown): unknown {
  if (!(error instanceof DiskError)) return error;
  return failure(codeOf(error), `The disk failed (${error.failure}): ${error.message}`, { file: error.path });
}
