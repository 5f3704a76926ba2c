/** The schema of a held act, as several kinds of lines contain it. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import type { Held } from '../../../model/entry.ts';
import { isProposal, waitingFiles } from '../../../skills/proposal.ts';
import { count, json } from '../schemas.ts';

/** A held act, as its file shows it. */
export const heldAct = later(() =>
  z.strictObject({
    id: z.string(),
    /** The turn in which it was held. */
    turn: count(),
    agent: z.string(),
    tool: z.string(),
    input: json(),
    /** Which rule holds it. */
    rule: z.string(),
    /** The reason that the rule gives. */
    because: z.string().optional(),
    /** People who were asked, in order. */
    contacts: z.array(z.string()),
    /** What a person is shown of it besides its input (`preview` of the tool). */
    shows: z.string().optional(),
    /** For `write_file` and `edit_file`: what the file held that it would change; of a conflict all of it. */
    was: z.string().optional(),
    /** Micro-credits that the agent had spent until then. */
    spent: z.number().optional(),
    /** Micro-credits that doing it costs, and what was left at the end of the turn: of the agent, and of the caps that it shares. */
    price: z.strictObject({ cost: z.number(), left: z.array(left()) }).optional(),
    /** The pattern of the policy that would permit such acts without asking. */
    always: z.string().optional(),
    /** Mail that the visit was given; the act may refer to it when it is done later. */
    cause: z.array(cause()),
    /** One sentence: what happens when nobody answers. */
    otherwise: z.string(),
    /** Hash of what the act would replace: it is done only over exactly that. Then `shows` includes the whole input. */
    over: z.string().optional(),
    /** What the person was shown and the approval covers (`covers.ts`) → its hash. */
    covers: z.record(z.string(), z.string()).optional(),
    /** It was approved before, and held again because these things had changed. */
    again: z.strictObject({ of: z.string(), changed: z.array(z.string()) }).optional(),
    /** Its file. */
    text: z.string().optional(),
    /** The question of a run: its key. */
    run: z.string().optional(),
    /** How a person denied the same act before. */
    denied: z.strictObject({ of: z.string(), by: z.string(), note: z.string() }).optional(),
  }),
);

/** Micro-credits that are left of an account or a cap: of an agent, a unit (`@name`) or the `org`. */
const left = later(() => z.strictObject({ of: z.string(), left: z.number() }));

/** The part of a message that an act may refer to. */
export const cause = later(() =>
  z.strictObject({
    id: z.string(),
    from: z.string(),
    subject: z.string(),
    thread: z.string(),
    hops: count(),
    attachments: z.array(z.string()).optional(),
  }),
);

/** The files of a skill that waits for an answer. */
export function proposed(held: Held): [path: string, text: string][] {
  return isProposal(held) ? waitingFiles(held) : [];
}
