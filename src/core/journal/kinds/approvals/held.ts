/** The `held` line: an act waits for a person from now on. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { ask } from '../../../approvals/reducer.ts';
import { approvalPath } from '../../../model/paths.ts';
import type { FileOp } from '../../file-op.ts';
import { heldText } from '../../texts-rules-1.ts';
import type { LineKind } from '../line-kind.ts';
import { heldAct, proposed } from './held-act.ts';

const schema = later(() => z.strictObject({ k: z.literal('held'), ...heldAct().shape }));

declare module '../../../model/entry.ts' {
  interface Effects {
    held: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'held'> = {
  phase: 'effect',
  schema,
  apply: (state, line) => {
    ask(state, line);
    if (line.run !== undefined) state.runs.questions.set(line.run, line.id);
  },
  files: (line) => [
    { op: 'create', path: approvalPath(line.id), text: heldText(line) },
    ...proposed(line).map(([path, text]): FileOp => ({ op: 'create', path, text })),
  ],
  undo: null,
  texts: (line, visitor) => visitor.held(line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
