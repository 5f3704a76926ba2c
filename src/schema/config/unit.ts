/** The schemas of the front matter of units, goals and contacts. */
import * as z from 'zod';
import { later } from '../later.ts';

/** The front matter of `org/units/<id>.md`; the body is the charter. */
export const unitHead = later(() =>
  z.strictObject({
    id: z.string().optional().describe('the name of the file'),
    name: z.string().optional().describe('its name for people (default: the id)'),
    parent: z.string().nullable().default(null).describe('the unit above'),
    head: z.string().optional().describe('the agent who leads it'),
    members: z.array(z.string()).default([]).describe('agents of the unit, besides those whose resume names it'),
    mission: z.string().optional().describe('one sentence: what the unit is for'),
    responsibilities: z.array(z.string()).default([]).describe('what it is responsible for'),
  }),
);
export type UnitHead = z.infer<ReturnType<typeof unitHead>>;

/** The front matter of `org/goals/<id>.md`; the body explains the goal. */
export const goalHead = later(() =>
  z.strictObject({
    id: z.string().optional().describe('the name of the file'),
    title: z.string().describe('the goal in one line'),
    owner: z.string().optional().describe('the agent who is responsible for it'),
    status: z.enum(['open', 'reached', 'dropped']).default('open').describe('only open goals are shown to agents'),
  }),
);

/** The front matter of `org/contacts/<name>.md`; the body holds notes. */
export const contactHead = later(() =>
  z.strictObject({
    name: z.string().max(100).optional().describe('their name (default: the name of the file)'),
    seat: z
      .string()
      .optional()
      .describe('the person of the chart (default: the one of this name; otherwise somebody outside)'),
    channel: z.string().max(200).optional().describe('how to reach them'),
    language: z.string().max(100).optional().describe('the language to write to them in'),
    hours: z.string().max(100).optional().describe('when to reach them'),
    preferences: z
      .array(z.string().max(300))
      .max(20)
      .default([])
      .describe('what to keep in mind when you write to them'),
  }),
);
export type ContactHead = z.infer<ReturnType<typeof contactHead>>;
