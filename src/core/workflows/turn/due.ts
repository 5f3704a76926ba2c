/** Looks at the triggers of all workflows in a turn. */
import type { Config } from '../../model/config.ts';
import type { InputEntry } from '../../model/entry.ts';
import type { State } from '../../model/state.ts';
import { type NextTime, triggered } from '../run/triggers.ts';
import { mailFor } from './facts.ts';

/**
 * The lines for workflows of which a run begins by itself in that turn, that are seen for the first time, or that have no trigger any
 * more. While the organisation is paused times wait. Pure; `next` computes the times of cron.
 */
export function dueRuns(
  config: Config,
  state: State,
  { turn, time }: { turn: number; time: number },
  next: NextTime,
): Extract<InputEntry, { k: 'run-due' }>[] {
  const { marks, keys } = state.runs;
  const gone = [...marks.keys()].filter((id) => !config.workflows.get(id)?.file.on);
  const lines = gone.map((workflow) => ({ k: 'run-due' as const, workflow, mark: null, begin: [], notices: [] }));
  if (state.staff.paused) return lines;
  const due = [...config.workflows].flatMap(([workflow, { file }]): Extract<InputEntry, { k: 'run-due' }>[] => {
    if (!file.on) return [];
    const known = marks.get(workflow);
    const fresh = { since: turn, turn, time };
    const mail = file.on.mail ? mailFor(config, state, file.owner as string) : [];
    const facts = { turn, time, mail, known: (key: string): boolean => keys.has(key) };
    const { begin, mark, notices } = triggered(workflow, file, known ?? fresh, facts, next);
    return known && begin.length === 0 ? [] : [{ k: 'run-due', workflow, mark, begin, notices }];
  });
  return [...lines, ...due];
}
