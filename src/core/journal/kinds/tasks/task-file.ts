/** The `task-file` line: a person made, changed or deleted the file of a task. */
import * as z from 'zod';
import { copyWith } from '../../../../schema/copy.ts';
import { later } from '../../../../schema/later.ts';
import { TASK_STATUSES } from '../../../../schema/records/task.ts';
import type { Task } from '../../../model/state/tasks.ts';
import { earlierFields } from '../../../tasks/edit.ts';
import { putTask } from '../../../tasks/record.ts';
import type { LineKind } from '../line-kind.ts';
import { task } from './task-schema.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('task-file'),
    id: z.string(),
    by: z.string(),
    /** The text of the task from now on: what was found with what the engine changed meanwhile, or what it was before. */
    text: z.string(),
    /** What lies there; null for a file that was deleted. */
    found: z.string().nullable(),
    /** The task as it is now; null where the edit was refused. */
    task: task().nullable(),
    /** How it stood before; null for a new one. */
    before: z.enum(TASK_STATUSES).nullable(),
    /** What the history says of it. */
    what: z.string(),
    /** Why the edit does not count. */
    refused: z.string().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    'task-file': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'task-file'> = {
  phase: 'input',
  schema,
  apply: (state, { task, text }) => {
    if (!task) return;
    const { all, before } = state.tasks;
    const earlier = before.get(task.id);
    if (earlier) before.set(task.id, copyWith(earlierFields(all.get(task.id) as Task, task), earlier));
    putTask(state, task, text);
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
