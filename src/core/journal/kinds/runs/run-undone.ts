/** The `run-undone` line: it was tried to take back what a piece of work of a run did, and this is left. */
import * as z from 'zod';
import { copyWith } from '../../../../schema/copy.ts';
import { later } from '../../../../schema/later.ts';
import type { WorkUndo } from '../../../model/runs/runs.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('run-undone'),
    turn: count(),
    key: z.string(),
    /** What stands, and why. */
    left: z.array(z.string()),
    /** Mail that stands because somebody has got it, and who. */
    mail: z.array(z.string()).optional(),
    /** It is tried again in the next turn. */
    again: z.literal(true).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    'run-undone': z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'run-undone'> = {
  phase: 'effect',
  schema,
  apply: ({ runs, undo }, { key, left, mail, again }) => {
    const known = runs.undos.get(key) as WorkUndo; // its run-undo line came before
    if (again) {
      runs.undos.set(key, copyWith(known, { tries: known.tries + 1 }));
      undo.asked.push({ of: known.of, by: known.by, key });
      return;
    }
    const status = left.length === 0 ? ('completed' as const) : ('failed' as const);
    const reasons = mail ? [...left, `mail that was read stays: ${mail.join(', ')}`] : left;
    runs.undos.set(key, copyWith(known, { status, reason: reasons.length === 0 ? null : reasons.join('; ') }));
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
