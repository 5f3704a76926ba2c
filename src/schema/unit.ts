import { z } from 'zod';

/** The front matter of `org/units/<id>.md`; the body is the charter. */
export const unitHead = z.strictObject({
  id: z.string().optional().describe('must equal the file name'),
  name: z.string().optional().describe('what people call it; the id when absent'),
  parent: z.string().nullable().default(null).describe('the unit above'),
  head: z.string().optional().describe('the agent who leads it'),
  members: z.array(z.string()).default([]).describe('agents; those whose resume names the unit belong too'),
  mission: z.string().optional().describe('one sentence: what the unit is for'),
  responsibilities: z.array(z.string()).default([]).describe('what it answers for'),
});
export type UnitHead = z.infer<typeof unitHead>;

/** The front matter of `org/goals/<id>.md`; the body explains the goal. */
export const goalHead = z.strictObject({
  id: z.string().optional().describe('must equal the file name'),
  title: z.string().describe('the goal in one line'),
  owner: z.string().optional().describe('the agent who answers for it'),
  status: z.enum(['open', 'reached', 'dropped']).default('open').describe('only open goals are shown to agents'),
});

/** The front matter of `org/contacts/<name>.md`; the body holds notes. */
export const contactHead = z.strictObject({
  name: z.string().optional().describe('what people call them'),
  channel: z.string().optional().describe('how they are reached'),
  preferences: z.array(z.string()).default([]).describe('what to mind when writing to them'),
});

/** The front matter of `agents/<name>/memory/<key>.md`; the body is the entry. */
export const memoryHead = z.strictObject({
  key: z.string().optional().describe('must equal the file name'),
  tags: z.array(z.string()).default([]).describe('words to find it by'),
  pin: z.boolean().default(false).describe('true: in every prompt of the agent'),
  turn: z.number().int().min(0).optional().describe('turn of the last change'),
  version: z.number().int().min(1).default(1).describe('number of changes, from 1'),
});
