/** The schema of the front matter of `org/approvals/<id>.md`. */
import * as z from 'zod';
import { later } from '../later.ts';

/** The front matter of `org/approvals/<id>.md`; the body tells a person what it is about. */
export const approvalHead = later(() =>
  z.strictObject({
    id: z.string().optional().describe('must equal the file name'),
    turn: z.number().int().min(0).optional().describe('turn in which the act was held'),
    agent: z.string().optional().describe('who wants to act'),
    tool: z.string().optional().describe('what it wants to use'),
    rule: z.string().optional().describe('why it waits'),
    contacts: z.array(z.string()).optional().describe('people who were asked'),
    decision: z.enum(['approve', 'deny']).nullable().default(null).describe('your answer; null while there is none'),
    note: z.string().max(2000).nullable().default(null).describe('what the agent is told with it'),
    by: z.string().nullable().default(null).describe('person who answers; the first contact when absent'),
  }),
);
