/** The `back` line: the folder of an agent is there again. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { comeBack } from '../../../staff/absence.ts';
import { always, type LineKind } from '../line-kind.ts';

const schema = later(() => z.strictObject({ k: z.literal('back'), agent: z.string() }));

declare module '../../../model/entry.ts' {
  interface Inputs {
    back: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'back'> = {
  phase: 'input',
  schema,
  apply: (state, { agent }) => comeBack(state, agent),
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: always,
  tellsOfFiles: true,
};
