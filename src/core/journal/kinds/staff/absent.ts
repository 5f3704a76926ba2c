/** The `absent` line: the folder of an agent is gone, or closed to the program, since then. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { leave } from '../../../staff/absence.ts';
import { always, type LineKind } from '../line-kind.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('absent'),
    agent: z.string(),
    since: z.number(),
    why: z.string(),
    /** Gone for good. */
    out: z.literal(true).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    absent: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'absent'> = {
  phase: 'input',
  schema,
  apply: leave,
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: always,
  tellsOfFiles: true,
};
