import { z } from 'zod';

/** The front matter of `org/units/<id>.md`; the body is the charter. */
export const unitHead = z.strictObject({
  id: z.string().optional().describe('must equal the file name'),
  name: z.string().optional(),
  parent: z.string().nullable().default(null).describe('the unit above'),
  head: z.string().optional().describe('the agent who leads it'),
  members: z.array(z.string()).default([]).describe('agents; those whose resume names the unit belong too'),
  mission: z.string().optional(),
  responsibilities: z.array(z.string()).default([]),
});
export type UnitHead = z.infer<typeof unitHead>;

/** The front matter of `org/goals/<id>.md`; the body explains the goal. */
export const goalHead = z.strictObject({
  id: z.string().optional(),
  title: z.string(),
  owner: z.string().optional().describe('the agent who answers for it'),
  status: z.enum(['open', 'reached', 'dropped']).default('open'),
});

/** The front matter of `org/contacts/<name>.md`; the body holds notes. */
export const contactHead = z.strictObject({
  name: z.string().optional(),
  channel: z.string().optional(),
  preferences: z.array(z.string()).default([]),
});

/** The front matter of `agents/<name>/memory/<key>.md`; the body is the entry. */
export const memoryHead = z.strictObject({
  key: z.string().optional(),
  tags: z.array(z.string()).default([]),
  pin: z.boolean().default(false),
  turn: z.number().int().min(0).optional(),
  version: z.number().int().min(1).default(1),
});
