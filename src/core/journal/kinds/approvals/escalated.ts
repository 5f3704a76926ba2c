/** The `escalated` line: nobody answered a held act in time, so the next person is asked and its file says so. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { escalatedHeld } from '../../../approvals/approval.ts';
import { escalate } from '../../../approvals/reducer.ts';
import { approvalPath } from '../../../model/paths.ts';
import { heldText } from '../../texts-rules-1.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';
import { heldAct } from './held-act.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('escalated'),
    turn: count(),
    to: z.string(),
    /** As it was before. */
    held: heldAct(),
    otherwise: z.string(),
    /** Its new file. */
    text: z.string().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Inputs {
    escalated: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'escalated'> = {
  phase: 'input',
  schema,
  apply: escalate,
  files: (line) => [
    {
      op: 'replace',
      path: approvalPath(line.held.id),
      text: heldText(escalatedHeld(line)),
      was: heldText(line.held),
    },
  ],
  undo: null,
  texts: (line, visitor) => visitor.held(line.held, line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
