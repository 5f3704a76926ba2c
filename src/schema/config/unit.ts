/** The schemas of the front matter of units, goals and contacts. */
import * as z from 'zod';
import { later } from '../later.ts';

/** The front matter of `org/units/<id>.md`; the body is the charter. */
export const unitHead = later(() =>
  z.strictObject({
    id: z.string().optional().describe('must equal the file name'),
    name: z.string().optional().describe('what people call it; the id when absent'),
    parent: z.string().nullable().default(null).describe('the unit above'),
    head: z.string().optional().describe('the agent who leads it'),
    members: z.array(z.string()).default([]).describe('agents; those whose resume names the unit belong too'),
    mission: z.string().optional().describe('one sentence: what the unit is for'),
    responsibilities: z.array(z.string()).default([]).describe('what it answers for'),
  }),
);
export type UnitHead = z.infer<ReturnType<typeof unitHead>>;

/** The front matter of `org/goals/<id>.md`; the body explains the goal. */
export const goalHead = later(() =>
  z.strictObject({
    id: z.string().optional().describe('must equal the file name'),
    title: z.string().describe('the goal in one line'),
    owner: z.string().optional().describe('the agent who answers for it'),
    status: z.enum(['open', 'reached', 'dropped']).default('open').describe('only open goals are shown to agents'),
  }),
);

/** The front matter of `org/contacts/<name>.md`; the body holds notes. */
export const contactHead = later(() =>
  z.strictObject({
    name: z.string().max(100).optional().describe('what people call them; the file name when absent'),
    seat: z
      .string()
      .optional()
      .describe(
        'the person of the chart whom this is about; the one of the same name when absent, else somebody outside',
      ),
    channel: z.string().max(200).optional().describe('how they are reached'),
    language: z.string().max(100).optional().describe('the language to write to them in'),
    hours: z.string().max(100).optional().describe('when they can be reached'),
    preferences: z.array(z.string().max(300)).max(20).default([]).describe('what to mind when writing to them'),
  }),
);
export type ContactHead = z.infer<ReturnType<typeof contactHead>>;
