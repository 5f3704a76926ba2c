/** The `moved` line: a delivered message or an entry of memory has become old and goes to the archive. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { memoryOwner, SHARED } from '../../../memory/entry.ts';
import { moveFile } from '../../files-reducer.ts';
import type { LineKind } from '../line-kind.ts';

const schema = later(() => z.strictObject({ k: z.literal('moved'), from: z.string(), to: z.string() }));

declare module '../../../model/entry.ts' {
  interface Effects {
    moved: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'moved'> = {
  phase: 'effect',
  schema,
  apply: (state, { from, to }) => moveFile(state, from, to),
  files: ({ from, to }) => [{ op: 'move', from, to }],
  undo: {
    by: ({ from }) => {
      const owner = memoryOwner(from);
      return owner === SHARED ? null : owner;
    },
    changes: ({ from, to }) => [{ on: to, from }],
  },
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
