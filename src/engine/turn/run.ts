/** Makes turns until a run is over. */
import type { Clock } from '../../disk/fs/clock.ts';
import { copyWith } from '../../schema/copy.ts';
import type { TaskStatus } from '../../schema/records/task.ts';
import type { TurnReport, VisitReport } from '../log/report.ts';
import type { Engine } from './engine.ts';
import { keepHeapSmall } from './heap.ts';

/** How long a run lasts. */
export interface RunOptions {
  /** The number of further turns. */
  turns?: number;
  untilIdle?: boolean;
  /** The most micro-credits that the run may cost. */
  maxCost?: number;
  /** For `lemming step`: proceeds although the organisation is paused. */
  step?: true;
  /** Only this agent is due. */
  only?: string;
  /** Waits while the organisation is paused, as a screen does. Otherwise a run that starts in a pause ends. */
  stays?: true;
  signal: AbortSignal;
  /** Told after every turn. */
  told(report: TurnReport): void;
}

/** The result of a run. */
export interface RunReport {
  /** Its turns; of a long run the last ones, with at most `KEPT_VISITS` visits. */
  reports: TurnReport[];
  turns: number;
  /** Visits that were not skipped, and how many of them failed because of a provider. */
  called: number;
  blamed: number;
  /** The number of messages. */
  sent: number;
  /** Agents whose last visit failed or was cut, and those of them that ran out of credits. */
  failed: ReadonlySet<string>;
  unpaid: ReadonlySet<string>;
  /** Tasks that changed, with their present status. */
  tasks: ReadonlyMap<string, TaskStatus>;
  /** Micro-credits. */
  spent: number;
  idle: boolean;
  /** `paused`: the organisation is paused and has no requests to take in. */
  end: 'turns' | 'paused' | 'idle' | 'failing' | 'interrupted' | 'max-cost' | 'max-turns';
}

/**
 * Makes turns until the requested number is reached, the org is idle, or the person interrupts. An open-ended run waits while
 * the org is at rest. A turn under way is always finished.
 */
export async function run(engine: Engine, clock: Clock, wish: RunOptions): Promise<RunReport> {
  keepHeapSmall();
  engine.begin();
  const sum = new Sum();
  const makePassed = async (): Promise<void> => {
    const report = await engine.makePassed();
    if (report === null) return;
    sum.made(report);
    wish.told(report);
  };
  let noted = clock.now();
  let paused = engine.state.staff.paused && !wish.stays;
  for (;;) {
    paused &&= engine.state.staff.paused;
    await engine.loadTimes();
    const end = await whyStop(engine, wish, sum, paused);
    if (end) {
      await makePassed();
      return copyWith(sum, { idle: end === 'idle' || engine.idle() === 'idle', end });
    }
    if (isOpenEnded(wish)) {
      if (clock.now() - noted >= MOST_PASSED_MS) {
        await makePassed();
        noted = clock.now();
      }
      if (engine.atRest()) {
        await pause(engine, clock, wish.signal, LOOK_MS);
        continue;
      }
    }
    if (mayPass(wish, sum) && (await engine.pass())) {
      sum.turns++;
      if (isOpenEnded(wish)) await pause(engine, clock, wish.signal, LOOK_MS);
      continue;
    }
    const budget = wish.maxCost === undefined ? {} : { budget: wish.maxCost - sum.spent };
    const report = await engine.turn({
      signal: new AbortController().signal,
      ...(wish.step ? { step: wish.step } : {}),
      ...(wish.only === undefined ? {} : { only: wish.only }),
      ...budget,
    });
    sum.add(report);
    noted = clock.now();
    wish.told(report);
    if (isOpenEnded(wish) && !wish.signal.aborted) await pause(engine, clock, wish.signal);
  }
}

/** Steps always make their turns, and so does the last of a given number of turns. */
function mayPass({ turns, step, only }: RunOptions, { turns: made }: Sum): boolean {
  return !step && only === undefined && (turns === undefined || made < turns - 1);
}

/** How long turns in which nothing happened may remain unjournaled, in milliseconds of wall time: a kill undoes them. */
const MOST_PASSED_MS = 6 * 3_600_000;

/** How many visits of a run are kept in memory. */
const KEPT_VISITS = 2000;

class Sum implements Omit<RunReport, 'idle' | 'end'> {
  readonly reports: TurnReport[] = [];
  readonly failed = new Set<string>();
  readonly unpaid = new Set<string>();
  readonly tasks = new Map<string, TaskStatus>();
  turns = 0;
  called = 0;
  blamed = 0;
  sent = 0;
  spent = 0;

  add(report: TurnReport): void {
    this.turns++;
    this.made(report);
  }

  /** For a report that was counted already. */
  made(report: TurnReport): void {
    this.spent += report.spent;
    for (const visit of report.visits) this.addVisit(visit);
    for (const line of report.done) if (line.k === 'task') this.tasks.set(line.task.id, line.task.status);
    this.reports.push(copyWith(report, { walked: [] }));
    let kept = this.reports.reduce((total, { visits }) => total + visits.length, 0);
    while (kept > KEPT_VISITS && this.reports.length > 1) kept -= this.reports.shift()?.visits.length ?? 0;
  }

  private addVisit({ agent, outcome, reason, blame, sent }: VisitReport): void {
    this.sent += sent;
    note(this.failed, agent, outcome === 'failed' || outcome === 'cut');
    note(this.unpaid, agent, outcome === 'cut' && reason === 'credits');
    if (outcome === 'skipped') return;
    this.called++;
    if (blame === 'provider' || blame === 'config' || blame === 'model') this.blamed++;
  }
}

function note(set: Set<string>, agent: string, isIn: boolean): void {
  if (isIn) set.add(agent);
  else set.delete(agent);
}

function isOpenEnded(wish: RunOptions): boolean {
  return wish.turns === undefined && !wish.untilIdle;
}

async function whyStop(
  engine: Engine,
  wish: RunOptions,
  { turns, spent, reports }: Sum,
  pausedBefore: boolean,
): Promise<RunReport['end'] | null> {
  if (wish.signal.aborted) return 'interrupted';
  if (wish.turns !== undefined && turns >= wish.turns) return 'turns';
  if ((pausedBefore || !isOpenEnded(wish)) && !wish.step && engine.isPaused()) return 'paused';
  if (
    wish.maxCost !== undefined &&
    (spent >= wish.maxCost ||
      reports.at(-1)?.visits.some(({ blame, budget }) => blame === 'budget' && budget === undefined))
  )
    return 'max-cost';
  if (isOpenEnded(wish)) {
    engine.idle();
    const limit = engine.config.org.clock.max_turns;
    return limit !== null && turns >= limit ? 'max-turns' : null;
  }
  if (!wish.untilIdle) return null;
  const idle = engine.idle();
  if (idle === 'busy') return null;
  return turns === 0 && (idle === 'failing' || engine.starvedWait()) && (await engine.hasWork()) ? null : idle;
}

/** The least time between two looks at an idle folder, in milliseconds. */
const LOOK_MS = 200;

async function pause(engine: Engine, clock: Clock, signal: AbortSignal, least = 0): Promise<void> {
  await clock.sleep(Math.max(least, engine.config.org.clock.turn_seconds * 1000), signal).catch(() => {});
}
