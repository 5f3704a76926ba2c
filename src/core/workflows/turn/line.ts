/** Makes the journal line of a run. */
import { copyWith, defined } from '../../../schema/copy.ts';
import type { Json } from '../../model/call.ts';
import type { Effect } from '../../model/entry.ts';
import type { RunState } from '../../model/runs/run.ts';

/** The line of a run, after what it was before; null when nothing of it changed. */
export function runLine(
  turn: number,
  before: RunState | undefined,
  run: RunState,
  page: { text: string; was: string | null; kept?: string | undefined; isPutBack?: boolean; back?: true | undefined },
): Extract<Effect, { k: 'run' }> | null {
  const steps = Object.fromEntries(
    Object.entries(run.steps).filter(([id, step]) => !before || !isSame(before.steps[id], step)),
  ) as unknown as Record<string, Json>;
  const { id, status, tainted, ended, result, reason, taken, rest: left } = run;
  const more = before && before.budget !== run.budget ? { budget: run.budget } : {};
  const { workflow, text, file, inputs, owner, key, budget, hops, mail, began } = run;
  const first = { workflow, text, file: file as unknown as Json, inputs, owner, key, budget, hops, mail, began };
  const fields = { id, status, tainted, ended, result, reason, taken, rest: left };
  const isChanged = Object.keys(steps).length > 0 || !isSame(before && pick(before), pick(run));
  if (!isChanged && !page.isPutBack) return null;
  const { kept, back } = page;
  const line = { k: 'run' as const, turn, steps, page: page.text, was: page.was, ...defined({ kept, back }) };
  return copyWith(copyWith(line, fields), before ? more : { begun: first });
}

function pick({ status, budget, tainted, ended, result, reason, taken, rest: left }: RunState): unknown {
  return [status, budget, tainted, ended, result, reason, taken, left];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
