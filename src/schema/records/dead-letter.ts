/** The schema of the front matter of `org/dead-letter/<id>.md`. */
import * as z from 'zod';
import { later } from '../later.ts';

/** The front matter of `org/dead-letter/<id>.md`; the body explains it to a person. */
export const deadLetterHead = later(() =>
  z.strictObject({
    id: z.string().describe('the id for lemming retry'),
    message: z.string().nullable().describe('the id of the message; null if the file could not be understood'),
    path: z.string().describe('where the message stays'),
    from: z.string().describe('author: the directory of the file'),
    to: z.array(z.string()).describe('recipients who did not get it'),
    turn: z.number().int().describe('turn in which it was given up'),
    reason: z
      .enum([
        'attempts',
        'expired',
        'no-edge',
        'no-agent',
        'hops',
        'malformed',
        'foreign',
        'known-id',
        'too-large',
        'not-text',
        'not-regular',
        'unplaced',
      ])
      .describe('why'),
    revived: z.number().int().nullable().default(null).describe('turn in which lemming retry delivered it again'),
  }),
);
export type DeadLetterHead = z.infer<ReturnType<typeof deadLetterHead>>;
