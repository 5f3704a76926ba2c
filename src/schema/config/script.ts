/** The schema of `org/script.yaml`: the rules of scripted models. */
import * as z from 'zod';
import { later } from '../later.ts';

const text = later(() => z.string());
/** A pattern: plain text is searched ignoring case; `/.../flags` is a regular expression whose groups fill `{1}`, `{2}`. */
const pattern = later(() => z.string().describe('text to find (case does not matter), or /regular expression/'));

/** `org/script.yaml`: the rules of the `scripted` provider. The first rule whose every condition holds answers. */
export const scriptFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format version of this file; lemming migrate updates it'),
    rules: z
      .array(
        z.strictObject({
          when: z
            .strictObject({
              agent: z
                .union([text(), z.array(text())])
                .optional()
                .describe('the agent'),
              from: z
                .union([text(), z.array(text())])
                .optional()
                .describe('author of a message that is read in this visit'),
              kind: text().optional().describe('kind of that message'),
              subject: pattern()
                .optional()
                .describe('found in its subject: text (case does not matter), or /regular expression/'),
              body: pattern().optional().describe('found in its body, in the same way'),
              task: pattern()
                .optional()
                .describe(
                  'found in the title of the task of this visit; its body, author and id stand in place of those of a message. Rules without this condition do not see tasks',
                ),
              call: z.number().int().min(1).optional().describe('first, second ... call of the visit'),
              result: pattern().optional().describe('text of the latest tool results'),
              summary: z.boolean().optional().describe('true: a summary is due'),
              turn: z.number().int().min(1).optional().describe('only in this turn'),
            })
            .prefault({})
            .describe('conditions, all of which must hold; none: always'),
          reply: z
            .strictObject({
              text: z.string().default('').describe('plain text of the reply: a note in the log'),
              acts: z
                .array(
                  z.strictObject({
                    tool: text().describe('name of the tool'),
                    input: z.record(z.string(), z.json()).default({}).describe('its input'),
                  }),
                )
                .default([])
                .describe('tool calls, checked like those of any model'),
              usage: z
                .strictObject({
                  input: z.number().int().min(0).optional().describe('tokens of the prompt'),
                  output: z.number().int().min(0).optional().describe('tokens of the reply'),
                })
                .optional()
                .describe('tokens that are reported (default: estimated)'),
              error: z
                .enum([
                  'auth',
                  'rate-limit',
                  'overloaded',
                  'timeout',
                  'refused',
                  'incomplete',
                  'malformed',
                  'unavailable',
                ])
                .optional()
                .describe('fail in this way instead of replying'),
              more: z
                .boolean()
                .default(false)
                .describe('true: the visit goes on after this reply, until a reply calls done or calls no tool'),
              delay_ms: z.number().int().min(0).max(600_000).default(0).describe('milliseconds until the reply comes'),
            })
            .describe('the reply'),
        }),
      )
      .default([])
      .describe('rules in order; the first one whose conditions all hold replies'),
  }),
);
export type ScriptFile = z.infer<ReturnType<typeof scriptFile>>;
