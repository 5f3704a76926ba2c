/** The `task-file` line: a person made, changed or deleted the file of a task. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { TASK_STATUSES } from '../../../../schema/records/task.ts';
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
    if (task) putTask(state, task, text);
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
