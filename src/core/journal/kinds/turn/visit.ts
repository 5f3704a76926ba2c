/** The `visit` line: how the visit of an agent ended. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { LineKind } from '../line-kind.ts';
import { count } from '../schemas.ts';
import { applyVisit } from './visits-reducer.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('visit'),
    agent: z.string(),
    /** `cut`: it ran out of something or went in a loop. What it did stands, and its mail is given again. */
    outcome: z.enum(['ok', 'cut', 'failed', 'skipped']),
    /** For a failed or skipped visit: why. For a cut one: `steps`, `tokens` or `credits` ran out, or it `looped`. */
    reason: z.string().optional(),
    /** For a visit that was cut: the same in words. */
    detail: z.string().optional(),
    /**
     * `provider`: the provider's fault; `config`: a request that is wrong whatever the mail says; `reply`: the reply made it
     * fail; `refused`: the model refused the prompt; `model`: it refuses whatever it is given; `budget`: the limit of this
     * run, or the budget of its work.
     */
    blame: z.enum(['provider', 'config', 'reply', 'refused', 'model', 'credits', 'budget', 'internal']).optional(),
    /** The model that refused the prompt. */
    model: z.string().optional(),
    /** It refused the prompt as too long. */
    long: z.literal(true).optional(),
    /** Micro-credits that the call it could not pay might cost. */
    need: z.number().optional(),
    /** The budget that ended it, where that is one of its work: `task x` or `run r-1`. */
    budget: z.string().optional(),
    /** Mail that the visit was given. Delivered when the outcome is ok. */
    mail: z.array(z.string()),
    /** The task on which it worked. */
    task: z.string().optional(),
    /** Mail that a cut visit had acknowledged: it counts as delivered. */
    settled: z.array(z.string()).optional(),
    /** For a visit that ran out of replies or tokens: how large it left its files, so that growth counts no attempt. */
    files: z.record(z.string(), count()).optional(),
    /** Mail of the visit to which its agent owes an answer, unless a `sent` line gives it. */
    owes: z.array(z.string()).optional(),
    /** Mail to which its agent owes no answer any more, because it said so. */
    closed: z.array(z.string()).optional(),
    /** Mail of former visits that its agent was reminded to answer. */
    reminded: z.array(z.string()).optional(),
    sent: count(),
    /** Acts that a rule refused: `refusals`, and `used` lines with a rule that no person is asked about. */
    refused: count(),
    held: count(),
    /** Number of notices that the visit was told. */
    told: count(),
    /** Answers to held acts that the visit was told, each with the turn since which it waited. */
    answers: z.array(z.strictObject({ id: z.string(), turn: count() })).optional(),
    /** Policies that end after some uses → acts of the visit that they permitted. */
    uses: z.record(z.string(), count()).optional(),
    /** Plain text of the replies: the agent's log. */
    notes: z.array(z.string()),
    /** Acts that a rule refused: tool, rule and why. */
    refusals: z.array(z.strictObject({ tool: z.string(), rule: z.string(), text: z.string() })).optional(),
    /** Skills that it loaded, one for each load. */
    loaded: z.array(z.string()).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    visit: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'visit'> = {
  phase: 'effect',
  schema,
  apply: applyVisit,
  files: null,
  undo: null,
  texts: (line, visitor) => visitor.notes(line),
  bytes: null,
  changesConfig: null,
  tellsOfFiles: false,
};
