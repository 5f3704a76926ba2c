/** The `decided` line: a held act was answered, and this is its outcome. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { settleNotices } from '../../../mail/notices.ts';
import { textHash } from '../../../model/hash.ts';
import { answeredPath, approvalPath } from '../../../model/paths.ts';
import { notePlanAnswer } from '../../../plans/asked.ts';
import { noteDenial } from '../../../rights/denied.ts';
import type { FileOp } from '../../file-op.ts';
import { decidedText, heldText } from '../../texts-rules-1.ts';
import type { LineKind } from '../line-kind.ts';
import { heldAct, proposed } from './held-act.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('decided'),
    id: z.string(),
    decision: z.enum(['approved', 'denied']),
    by: z.string(),
    note: z.string(),
    /** The option that was chosen, or the text that was written. */
    said: z.string().optional(),
    outcome: z.string(),
    /** A plan that was approved and not carried out: it may be proposed again. */
    undone: z.literal(true).optional(),
    held: heldAct(),
    /** Hash of the file that asked; under rules 1 only when a person changed it. */
    hash: z.string().optional(),
    /** Text of the file that replaces it. */
    text: z.string().optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    decided: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'decided'> = {
  phase: 'effect',
  schema,
  apply: (state, line) => {
    state.approvals.pending.delete(line.id);
    if (line.held.run === undefined) {
      noteDenial(state, line);
      return notePlanAnswer(state, line.held, line.decision === 'approved' && line.undone === undefined);
    }
    const { by, note, said, decision } = line;
    state.runs.questions.delete(line.held.run);
    settleNotices(state, line.id);
    state.runs.answers.set(line.held.run, {
      decision: decision === 'approved' ? 'approve' : 'deny',
      by,
      note: said ?? note,
    });
  },
  files: (line) => [
    // A person's change of the file that asked stays.
    {
      op: 'adopt',
      found: approvalPath(line.id),
      hash: line.hash ?? textHash(heldText(line.held)),
      path: answeredPath(line.id),
      text: decidedText(line),
    },
    ...proposed(line.held).map(([path, text]): FileOp => ({ op: 'remove', path, hash: textHash(text) })),
  ],
  undo: null,
  texts: (line, visitor) => visitor.held(line.held, line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
