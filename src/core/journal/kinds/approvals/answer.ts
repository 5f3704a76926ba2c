/** The `answer` line: a person answered a held act in its file. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { answerInFile } from '../../../approvals/reducer.ts';
import { bygone } from '../../file-op.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('answer'),
    turn: count(),
    id: z.string(),
    decision: z.enum(['approve', 'deny']),
    by: z.string(),
    note: z.string(),
    /** The option that was chosen, or the text that was written. */
    said: z.string().optional(),
    /** Hash and text of the file. */
    hash: z.string(),
    text: z.string(),
    /** The record of an earlier version that could not be understood. */
    mends: z.string().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    answer: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'answer'> = {
  phase: 'input',
  schema,
  apply: answerInFile,
  files: ({ mends, turn }) => (mends === undefined ? [] : [bygone(mends, turn)]),
  undo: null,
  texts: (line, visitor) => visitor.answer(line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: true,
};
