import type { Clock } from '../disk/clock.ts';
import type { Engine, TurnReport } from './engine.ts';
import { relief } from './relief.ts';

/** How long a run goes on. */
export interface RunWish {
  /** So many further turns. */
  turns?: number;
  untilIdle?: boolean;
  /** Micro-credits the run may cost. */
  maxCost?: number;
  /** Turns made by `step`, which go on although the organisation is paused. */
  step?: true;
  /** Turns in which only this agent is due. */
  only?: string;
  signal: AbortSignal;
  /** Told after every turn. */
  told(report: TurnReport): void;
}

/** What a run did. */
export interface RunReport {
  reports: TurnReport[];
  /** Micro-credits. */
  spent: number;
  idle: boolean;
  end: 'turns' | 'idle' | 'failing' | 'interrupted' | 'max-cost' | 'max-turns';
}

/** Makes turns until the wish is fulfilled (an open-ended run waits while the org is at rest), the org is idle, or the person interrupts. A turn that is under way is always finished. */
export async function run(engine: Engine, clock: Clock, wish: RunWish): Promise<RunReport> {
  const reports: TurnReport[] = [];
  let spent = 0;
  const relieve = relief();
  for (;;) {
    const end = whyStop(engine, wish, reports, spent);
    if (end) return { reports, spent, idle: end === 'idle' || engine.idle() === 'idle', end };
    if (isOpenEnded(wish) && engine.atRest()) {
      await pause(engine, clock, wish.signal);
      continue;
    }
    const budget = wish.maxCost === undefined ? {} : { budget: wish.maxCost - spent };
    const report = await engine.turn({
      ...(wish.step ? { step: wish.step } : {}),
      ...(wish.only === undefined ? {} : { only: wish.only }),
      ...budget,
      signal: new AbortController().signal,
    });
    reports.push(report);
    spent += report.spent;
    wish.told(report);
    relieve();
    if (isOpenEnded(wish) && !wish.signal.aborted) await pause(engine, clock, wish.signal);
  }
}

function isOpenEnded(wish: RunWish): boolean {
  return wish.turns === undefined && !wish.untilIdle;
}

function whyStop(
  engine: Engine,
  wish: RunWish,
  reports: readonly TurnReport[],
  spent: number,
): RunReport['end'] | null {
  if (wish.signal.aborted) return 'interrupted';
  if (wish.turns !== undefined && reports.length >= wish.turns) return 'turns';
  if (
    wish.maxCost !== undefined &&
    (spent >= wish.maxCost || reports.at(-1)?.visits.some((visit) => visit.blame === 'budget'))
  )
    return 'max-cost';
  if (isOpenEnded(wish)) {
    engine.idle();
    const limit = engine.config.org.clock.max_turns;
    return limit !== null && reports.length >= limit ? 'max-turns' : null;
  }
  if (!wish.untilIdle) return null;
  const idle = engine.idle();
  if (idle === 'busy') return null;
  return reports.length === 0 && engine.starvedWait() ? null : idle;
}

async function pause(engine: Engine, clock: Clock, signal: AbortSignal): Promise<void> {
  await clock.sleep(engine.config.org.clock.turn_seconds * 1000, signal).catch(() => {});
}
