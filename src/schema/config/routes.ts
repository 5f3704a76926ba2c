/** The schema of `org/routes.yaml`: rules that send mail elsewhere, or to others as well. */
import * as z from 'zod';
import { later } from '../later.ts';
import { isName, isRecipient } from '../name.ts';
import { MESSAGE_KINDS, priority } from '../records/message.ts';

function oneOrMany<S extends z.ZodType>(one: S) {
  return z
    .union([one, z.array(one).min(1).max(100)])
    .transform((v) => (Array.isArray(v) ? v : [v]) as z.output<S>[])
    .optional();
}

const addresses = () => oneOrMany(z.string().refine(isRecipient, 'expected an agent name, @unit or *'));
const texts = () => oneOrMany(z.string().min(1).max(200));

/** Which messages a route is for: all that it states must hold. */
const condition = later(() =>
  z
    .strictObject({
      from: addresses().describe('who wrote it: names, "@unit" or "*"'),
      to: addresses().describe('whom its author addressed; the route is then about these recipients alone'),
      kind: oneOrMany(z.enum(MESSAGE_KINDS)).describe('its kind'),
      priority: oneOrMany(priority()).describe('its priority'),
      tag: texts().describe('billing: its subject contains [billing]; upper and lower case are the same'),
      text: texts().describe('its subject or body contains this; upper and lower case are the same'),
    })
    .prefault({})
    .describe('which messages: everything that is stated must hold; of a list, one is enough'),
);

/** How mail is collected. */
const digest = later(() =>
  z.strictObject({
    every: z.number().int().min(1).max(1_000_000).describe('it is given in turns that are a multiple of this'),
    count: z.number().int().min(2).max(1_000_000).optional().describe('it is given at once when so many are collected'),
    urgent: z.boolean().default(false).describe('true: urgent mail is collected, too'),
  }),
);
export type Digest = z.infer<ReturnType<typeof digest>>;

const action = later(() =>
  z
    .strictObject({
      redirect: addresses().describe('who gets it in place of those whom the author addressed'),
      copy: addresses().describe('who gets it as well'),
      priority: priority().optional().describe('its priority from now on'),
      task: z.literal(true).optional().describe('true: it becomes a task of its recipient'),
      digest: digest().optional().describe('its recipient gets it together with other mail'),
    })
    .refine((v) => Object.keys(v).length > 0, 'expected at least one of redirect, copy, priority, task, digest'),
);

/** `org/routes.yaml`: where messages go besides, or in place of, whom their author addresses. */
export const routesFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format version of this file; lemming migrate updates it'),
    routes: z
      .array(
        z.strictObject({
          name: z
            .string()
            .refine(isName, 'expected a name: lower-case letters, digits, _ and -, starting with a letter')
            .describe('by which messages say how they were routed'),
          when: condition(),
          do: action().describe('what is done with such a message'),
        }),
      )
      .max(500)
      .default([])
      .describe(
        'all that fit a message are applied, in this order; where two say different things, the later one counts',
      ),
  }),
);
export type RoutesFile = z.infer<ReturnType<typeof routesFile>>;
export type Route = RoutesFile['routes'][number];
