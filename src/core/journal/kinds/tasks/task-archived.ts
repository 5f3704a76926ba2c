/** The `task-archived` line: a finished task that no open one needs goes to the archive. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { archiveTask } from '../../../model/state/tasks.ts';
import { archivedArtefactsFolder, artefactsFolder } from '../../../tasks/artefacts.ts';
import { archivedTaskPath, taskPath } from '../../../tasks/file.ts';
import type { FileOp } from '../../file-op.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('task-archived'),
    turn: count(),
    id: z.string(),
    /** Names of the files that came with its result. */
    files: z.array(z.string()).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    'task-archived': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'task-archived'> = {
  phase: 'effect',
  schema,
  apply: (state, { id }) => {
    archiveTask(state.tasks, id);
    state.files.texts.delete(taskPath(id));
  },
  files: ({ id, files = [] }) => [
    { op: 'move', from: taskPath(id), to: archivedTaskPath(id) },
    ...files.map((name): FileOp => {
      return { op: 'move', from: `${artefactsFolder(id)}/${name}`, to: `${archivedArtefactsFolder(id)}/${name}` };
    }),
  ],
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
