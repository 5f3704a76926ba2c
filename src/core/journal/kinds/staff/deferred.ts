/**
 * The `deferred` line: after the commit, the folder of an agent was gone; what the turn wrote there is made when the folder
 * is back.
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { defer } from '../../../staff/absence.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() => z.strictObject({ k: z.literal('deferred'), turn: count(), agent: z.string() }));

declare module '../../../model/entry.ts' {
  interface Marks {
    deferred: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'deferred'> = {
  phase: 'mark',
  schema,
  apply: defer,
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
