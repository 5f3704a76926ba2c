/** The schema of the front matter of `org/approvals/<id>.md`. */
import * as z from 'zod';
import { later } from '../later.ts';

/** The front matter of `org/approvals/<id>.md`; the body tells a person what it is about. */
export const approvalHead = later(() =>
  z.strictObject({
    id: z.string().optional().describe('must equal the file name'),
    turn: z.number().int().min(0).optional().describe('turn since which the action has been waiting'),
    agent: z.string().optional().describe('the agent'),
    tool: z.string().optional().describe('the tool that it wants to use'),
    rule: z.string().optional().describe('why it waits'),
    contacts: z.array(z.string()).optional().describe('people who were asked'),
    decision: z.enum(['approve', 'deny']).nullable().default(null).describe('your answer; null: not answered yet'),
    option: z
      .union([z.string(), z.number()])
      .nullable()
      .default(null)
      .describe('the option that you choose, by its text or its number; means approve'),
    answer: z
      .string()
      .max(10_000)
      .nullable()
      .default(null)
      .describe('your answer as text, if asked for; means approve'),
    note: z.string().max(2000).nullable().default(null).describe('a note to the agent'),
    by: z.string().nullable().default(null).describe('the person who answers (default: the first contact)'),
  }),
);
