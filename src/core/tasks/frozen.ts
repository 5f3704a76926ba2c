/** What follows at once from edits of tasks that a freeze took in. */
import { type Config, peopleOf } from '../model/config.ts';
import type { Effect, Entry } from '../model/entry.ts';
import type { Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { taskPath } from './file.ts';
import { TaskRecord } from './record.ts';

/** Writes the history of tasks that people made or changed, puts back what they may not change, and tells them. Pure. */
export function taskEffects(config: Config, state: State, turn: number, lines: readonly Entry[]): Effect[] {
  const record = new TaskRecord(state, turn);
  const notices: Effect[] = [];
  for (const line of lines) {
    if (line.k !== 'task-file') continue;
    if (line.refused === undefined) record.edited(line.id, line.found as string, line.by, line.what);
    else {
      record.restore(line.id, line.text, line.found);
      notices.push(...refusalNotices(config, line));
    }
  }
  for (const line of lines) if (line.k === 'task-file' && line.refused === undefined) follow(record, line);
  return [...record.effects(), ...notices];
}

function follow(record: TaskRecord, { id, by, before }: Extract<Entry, { k: 'task-file' }>): void {
  const { status } = record.get(id) as Task;
  if (before === status) return;
  if (status === 'failed' || status === 'cancelled') record.skipAfter(id, by);
  if (before === 'failed' || before === 'skipped') record.reviveAfter(id, by);
}

function refusalNotices(config: Config, { id, by, refused, found }: Extract<Entry, { k: 'task-file' }>): Effect[] {
  const kept = found === null ? 'The file is back.' : 'Your text is kept beside it, with .conflict in its name.';
  const text = `${taskPath(id)} was not changed: ${refused}. ${kept}`;
  const to = config.agents.get(by)?.person ? [by] : peopleOf(config);
  return to.map((one): Effect => ({ k: 'notice', to: one, about: 'edit', text, of: `task ${id}` }));
}
