/** The `notice` line: an agent or a person is told something that is not mail. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { tellAnswer } from '../../../approvals/reducer.ts';
import { notify } from '../../../mail/notices.ts';
import { noteTold } from '../../../mail/overdue-mail.ts';
import { cause } from '../approvals/held-act.ts';
import type { LineKind } from '../line-kind.ts';

/** The content of the notice of a cut visit, which the next such notice needs. */
const unfinished = later(() =>
  z.strictObject({
    /** Mail that this visit and those before it were given and did not finish. */
    mail: z.array(z.string()),
    /** What was done: a verb and its objects; of many objects the first ones, and that there are more. */
    done: z.array(z.strictObject({ verb: z.string(), things: z.array(z.string()), more: z.literal(true).optional() })),
  }),
);

const schema = later(() =>
  z.strictObject({
    k: z.literal('notice'),
    to: z.string(),
    about: z.enum([
      'dead-letter',
      'cut',
      'refused',
      'model',
      'credits',
      'loop',
      'edit',
      'approval',
      'ack',
      'result',
      'undo',
      'task',
      'overdue',
    ]),
    text: z.string(),
    /** The dead letter that it reports. */
    dead: z.string().optional(),
    /** For a visit that was cut: replaces what was told about the same mail before. */
    left: unfinished().optional(),
    /** What it reports (`mail/notices.ts`): the notice goes away when that is settled, and a later one replaces it. */
    of: z.string().optional(),
    /** Mail of which it tells that it was not read or answered for long. */
    overdue: z
      .array(z.strictObject({ agent: z.string(), id: z.string(), what: z.enum(['read', 'answered']) }))
      .optional(),
    /** The held act whose answer it is, and the mail that the agent had when it asked. It makes the agent due.
     * `again`: the act in whose place that one was held. */
    answers: z.strictObject({ id: z.string(), cause: z.array(cause()), again: z.string().optional() }).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    notice: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'notice'> = {
  phase: 'effect',
  schema,
  apply: (state, line) => {
    if (line.overdue) noteTold(state, line.overdue);
    if (line.answers === undefined) notify(state, line.to, line.about, line.text, line);
    else tellAnswer(state, line.to, line.text, line.answers);
  },
  files: null,
  undo: null,
  texts: (line, visitor) => visitor.notice(line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
