/**
 * The `redacted` line: the text of a group of lines was erased on request; gives the new hash of the group whose seal is
 * `seal`.
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { changesNothing, type LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('redacted'),
    file: count(),
    seal: z.string(),
    hash: z.string(),
    id: z.string(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Marks {
    redacted: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'redacted'> = {
  phase: 'mark',
  schema,
  apply: changesNothing,
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
