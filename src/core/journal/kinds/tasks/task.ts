/** The `task` line: a task is new, or stands otherwise than before. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { isFinished } from '../../../model/state/tasks.ts';
import { forgetArtefacts, noteArtefacts } from '../../../tasks/artefacts.ts';
import { earlierFields } from '../../../tasks/edit.ts';
import { taskPath } from '../../../tasks/file.ts';
import { putTask } from '../../../tasks/record.ts';
import type { FileOp } from '../../file-op.ts';
import type { LineKind } from '../line-kind.ts';
import { attached, count } from '../schemas.ts';
import { task } from './task-schema.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('task'),
    turn: count(),
    task: task(),
    text: z.string(),
    was: z.string().nullable(),
    /** Lines of history that the turn has written so far, in all tasks. */
    lines: count(),
    /** What a person wrote and could not change: it is kept beside the file. */
    kept: z.string().optional(),
    /** The files that come with its result. */
    files: z.array(attached()).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    task: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'task'> = {
  phase: 'effect',
  schema,
  apply: (state, { turn, task, text, lines, files }) => {
    const before = state.tasks.all.get(task.id);
    if (before) state.tasks.before.set(task.id, earlierFields(before, task));
    putTask(state, task, text);
    state.tasks.written = { turn, lines };
    if (files) noteArtefacts(state, task.id, files);
    if (isFinished(task.status)) forgetArtefacts(state, task);
  },
  files: ({ turn, task: { id }, text, was, kept, files = [] }): FileOp[] => [
    ...(kept === undefined ? [] : [{ op: 'create' as const, path: `${taskPath(id)}.conflict-${turn}`, text: kept }]),
    { op: 'replace', path: taskPath(id), text, was, yields: true },
    ...files.map(({ path, data }): FileOp => ({ op: 'attach', path, data })),
  ],
  undo: null,
  texts: null,
  bytes: ({ files = [] }, change) => {
    for (const file of files) file.data = change(file.data);
  },
  changesConfig: null,
  tellsOfFiles: true,
};
