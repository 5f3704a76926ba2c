import { z } from 'zod';

const text = z.string();
/** A pattern: plain text is searched ignoring case; `/.../flags` is a regular expression whose groups fill `{1}`, `{2}`. */
const pattern = z.string().describe('text searched without regard to case, or /regular expression/');

/** `org/script.yaml`: the rules of the `scripted` provider. The first rule whose every condition holds answers. */
export const scriptFile = z.strictObject({
  version: z.literal(1),
  rules: z
    .array(
      z.strictObject({
        when: z
          .strictObject({
            agent: z.union([text, z.array(text)]).optional().describe('who is asked'),
            from: z.union([text, z.array(text)]).optional().describe('author of a mail that is read in this visit'),
            kind: text.optional().describe('kind of that mail'),
            subject: pattern.optional(),
            body: pattern.optional(),
            call: z.number().int().min(1).optional().describe('first, second ... call of the visit'),
            result: pattern.optional().describe('text of the latest tool results'),
            summary: z.boolean().optional().describe('true: a summary is due'),
            turn: z.number().int().min(1).optional(),
          })
          .prefault({}),
        reply: z.strictObject({
          text: z.string().default(''),
          acts: z.array(z.strictObject({ tool: text, input: z.record(z.string(), z.json()).default({}) })).default([]),
          usage: z.strictObject({ input: z.number().int().min(0).optional(), output: z.number().int().min(0).optional() }).optional(),
          error: z.enum(['auth', 'rate-limit', 'overloaded', 'timeout', 'refused', 'incomplete', 'malformed', 'unavailable']).optional(),
          delay_ms: z.number().int().min(0).max(600_000).default(0),
        }),
      }),
    )
    .default([]),
});
export type ScriptFile = z.infer<typeof scriptFile>;
