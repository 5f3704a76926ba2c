/** The words for the `task` line: a task is new, or stands otherwise than before. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'task'> = {
  log: ({ task }, turn) => [
    {
      level: 'info',
      module: 'engine',
      event: 'task',
      turn,
      id: task.id,
      status: task.status,
      ...(task.assignee === null ? {} : { who: task.assignee }),
    },
  ],
  turn: ({ task }) => ({ what: 'task', agent: task.assignee, id: task.id, text: `task ${task.id} is ${task.status}` }),
  audit: ({ task }) => [done(task.by, 'task', task.status, task.id, task.title)],
  report: true,
};
