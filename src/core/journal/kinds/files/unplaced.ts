/**
 * The `unplaced` line: after the commit, the file system refused operations of the turn on a path, for its name or its
 * place.
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { deadLetterPath } from '../../../model/paths.ts';
import { setUnplaced } from '../../dead-letters-reducer.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('unplaced'),
    turn: count(),
    id: z.string(),
    path: z.string(),
    /** Where their content lies. */
    kept: z.string().nullable(),
    /** How many operations on that path were done before. */
    after: count(),
    owner: z.string(),
    detail: z.string(),
    /** The record that tells people about it. */
    record: z.string(),
    /** Hash of a file that could not be removed. */
    mark: z.string().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Marks {
    unplaced: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'unplaced'> = {
  phase: 'mark',
  schema,
  apply: setUnplaced,
  files: ({ id, record }) => [{ op: 'create', path: deadLetterPath(id), text: record }],
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
