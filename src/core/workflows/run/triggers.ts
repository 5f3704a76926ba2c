/** Says which workflows begin by themselves in a turn: by mail, every so many turns, or at times. */
import { byCodeUnit } from '../../../schema/name.ts';
import type { WorkflowFile, WorkflowTriggers } from '../../../schema/records/workflow.ts';
import type { Json } from '../../model/call.ts';
import type { DueRun, TriggerMark } from '../../model/runs/runs.ts';
import { fillValue } from '../file/template.ts';
import type { ArrivedMail } from './facts.ts';
import { fits } from './waits.ts';

/**
 * The first time of a cron pattern after a time, in milliseconds; null when there is none. The integrator gives that of a library
 * (croner: `new Cron(pattern, { timezone: zone }).nextRun(new Date(after))`).
 */
export type NextTime = (pattern: string, zone: string, after: number) => number | null;

/** What there is in a turn. `mail`: what its owner can read. `known`: whether a run has that key already. */
export interface TriggerFacts {
  turn: number;
  time: number;
  mail: readonly ArrivedMail[];
  known(key: string): boolean;
}

/** A run that is to begin, as the owner of the workflow. Same key, same run. */
export type RunToBegin = Omit<DueRun, 'workflow'>;

/** Runs to begin, the next mark, and what is told to the owner. */
export interface Triggered {
  begin: RunToBegin[];
  mark: TriggerMark;
  notices: string[];
}

/** Times that are counted at most, after a long sleep. */
const MOST_COUNTED = 1000;

/**
 * What begins in a turn of a workflow with triggers. Times that were missed since the mark become one run, and that is told. A clock that goes back begins
 * nothing again, because the mark stays.
 */
export function triggered(
  id: string,
  file: WorkflowFile,
  mark: TriggerMark,
  facts: TriggerFacts,
  next: NextTime,
): Triggered {
  const on = file.on as WorkflowTriggers;
  const begin = on.mail ? byMail(id, on.mail, on.with, mark, facts) : [];
  const notices: string[] = [];
  const isDue = on.every !== undefined && facts.turn - mark.turn >= on.every;
  if (isDue) begin.push(withoutMail(`on/${id}/turn/${facts.turn}`, on.with));
  const times =
    on.cron === undefined ? { first: null, count: 0 } : timesIn(on.cron, on.zone, mark.time, facts.time, next);
  if (times.first !== null) begin.push(withoutMail(`on/${id}/time/${new Date(times.first).toISOString()}`, on.with));
  if (times.count > 1)
    notices.push(
      `Workflow ${id}: ${countText(times.count)} times of its cron had come; one run begins for all of them.`,
    );
  const turn = on.every === undefined || isDue ? facts.turn : mark.turn;
  return { begin, mark: { since: mark.since, turn, time: Math.max(mark.time, facts.time) }, notices };
}

function countText(count: number): string {
  return count < MOST_COUNTED ? `${count}` : `at least ${count}`;
}

/** Times after one and up to another: the first of them, and how many. */
function timesIn(
  pattern: string,
  zone: string,
  after: number,
  until: number,
  next: NextTime,
): { first: number | null; count: number } {
  const first = next(pattern, zone, after);
  if (first === null || first > until) return { first: null, count: 0 };
  let count = 0;
  for (let time: number | null = first; time !== null && time <= until && count < MOST_COUNTED; count++)
    time = next(pattern, zone, time);
  return { first, count };
}

function byMail(
  id: string,
  wanted: { from: readonly string[]; subject?: string | undefined },
  given: { readonly [name: string]: Json },
  { since }: TriggerMark,
  { mail, known }: TriggerFacts,
): RunToBegin[] {
  const found = [...mail]
    .sort((a, b) => byCodeUnit(a.id, b.id))
    .filter((one) => one.turn >= since && fits(wanted, one));
  return found.flatMap(({ id: mailId, from, subject, body, hops, tainted }) => {
    const its = { id: mailId, from, subject, body };
    const key = `on/${id}/mail/${mailId}`;
    return known(key) ? [] : { key, inputs: filled(given, its), mail: its, hops: hops + 1, tainted };
  });
}

function withoutMail(key: string, given: { readonly [name: string]: Json }): RunToBegin {
  const inputs = filled(given, { id: '', from: '', subject: '', body: '' });
  return { key, inputs, mail: null, hops: 0, tainted: false };
}

function filled(given: { readonly [name: string]: Json }, mail: NonNullable<DueRun['mail']>): Record<string, Json> {
  const scope = { inputs: {}, steps: {}, run: { id: '', owner: '' }, mail };
  return fillValue(given, scope) as Record<string, Json>;
}
