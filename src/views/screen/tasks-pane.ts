/** The Tasks pane of the screen. */
import { type Filter, fits } from './filter.ts';
import { cell, line, type Pane } from './line.ts';
import type { ScreenSnapshot } from './snapshot.ts';

export const TASK_TERMS: string[] = [];

/** The files of org/tasks. */
export function tasksPane({ tasks }: ScreenSnapshot, filter: Filter): Pane {
  const list = tasks.filter((path) => fits(filter, { text: path }));
  return {
    columns: [{ title: 'task', share: 1 }],
    keys: list,
    cells: (row) => [cell(list[row]?.replace(/^.*\/(.*)\.md$/, '$1') ?? '')],
    about: (row) => ({ what: 'task', file: list[row]! }),
    detail: (row) => [line(list[row]), line(), line('e opens its file.', 'quiet')],
    top: [],
    empty: 'No task matches the filter.',
  };
}
