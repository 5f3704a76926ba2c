/** Says which workflows begin by themselves in a turn: by mail, every so many turns, or at times. */
import { byCodeUnit } from '../../../schema/name.ts';
import type { WorkflowFile } from '../../../schema/records/workflow.ts';
import type { Json } from '../../model/call.ts';
import type { RunState } from '../../model/runs/run.ts';
import { fillValue } from '../file/template.ts';
import type { MailFact } from './facts.ts';
import { fits } from './waits.ts';

/**
 * The first time of a cron pattern after a time, in milliseconds; null when there is none. The integrator gives that of a library
 * (croner: `new Cron(pattern, { timezone: zone }).nextRun(new Date(after))`).
 */
export type NextTime = (pattern: string, zone: string, after: number) => number | null;

/** Up to when a workflow was looked at. The integrator journals it; a workflow that is new is looked at from then on. */
export interface TriggerMark {
  turn: number;
  time: number;
}

/** What there is in a turn. `mail`: what its owner can read for the first time. */
export interface TriggerFacts extends TriggerMark {
  mail: readonly MailFact[];
}

/** A run that is to begin, as the owner of the workflow. Same key, same run. */
export interface RunToBegin {
  key: string;
  inputs: Record<string, Json>;
  mail: RunState['mail'];
}

/** Runs to begin, the next mark, and what is told to the owner. */
export interface Triggered {
  begin: RunToBegin[];
  mark: TriggerMark;
  notices: string[];
}

/** Times that are counted at most, after a long sleep. */
const MOST_COUNTED = 1000;

/**
 * What begins in a turn. Times that were missed since the mark become one run, and that is told. A clock that goes back begins
 * nothing again, because the mark stays.
 */
export function triggered(
  id: string,
  file: WorkflowFile,
  mark: TriggerMark,
  facts: TriggerFacts,
  next: NextTime,
): Triggered {
  const { on } = file;
  const same: Triggered = { begin: [], mark, notices: [] };
  if (!on) return same;
  const begin = on.mail ? byMail(id, on.mail, on.with, facts) : [];
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
  return { begin, mark: { turn, time: Math.max(mark.time, facts.time) }, notices };
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
  { mail }: TriggerFacts,
): RunToBegin[] {
  const found = [...mail].sort((a, b) => byCodeUnit(a.id, b.id)).filter((one) => fits(wanted, one));
  return found.map(({ id: mailId, from, subject, body }) => {
    const its = { from, subject, body };
    return { key: `on/${id}/mail/${mailId}`, inputs: filled(given, its), mail: its };
  });
}

function withoutMail(key: string, given: { readonly [name: string]: Json }): RunToBegin {
  return { key, inputs: filled(given, { from: '', subject: '', body: '' }), mail: null };
}

function filled(given: { readonly [name: string]: Json }, mail: NonNullable<RunState['mail']>): Record<string, Json> {
  const scope = { inputs: {}, steps: {}, run: { id: '', owner: '' }, mail };
  return fillValue(given, scope) as Record<string, Json>;
}
