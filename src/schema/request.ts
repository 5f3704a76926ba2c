import { z } from 'zod';

const amount = z.number().int().positive().max(1e15).describe('micro-credits');

/**
 * What a person's command asks of the engine. With no engine running the command journals it itself; else it waits as
 * `agents/<person>/requests/<id>.yaml` for the next freeze.
 */
export const request = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('top-up'), by: z.string(), agent: z.string(), amount, note: z.string().default('') }),
  z.strictObject({ ask: z.literal('pause'), by: z.string(), agent: z.string().nullable() }),
  z.strictObject({ ask: z.literal('resume'), by: z.string(), agent: z.string().nullable() }),
  z.strictObject({ ask: z.literal('read'), by: z.string(), ids: z.array(z.string()) }),
  z.strictObject({ ask: z.literal('ack'), by: z.string(), id: z.string(), reaction: z.string().max(64).default('') }),
  z.strictObject({ ask: z.literal('retry'), by: z.string(), id: z.string() }),
  z.strictObject({ ask: z.literal('approve'), by: z.string(), id: z.string(), note: z.string().default('') }),
  z.strictObject({ ask: z.literal('deny'), by: z.string(), id: z.string(), note: z.string().default('') }),
  z.strictObject({ ask: z.literal('settle-doubt'), by: z.string(), key: z.string(), amount: z.number().int().min(0).describe('micro-credits that were really billed') }),
  z.strictObject({ ask: z.literal('redact'), by: z.string(), id: z.string() }),
  z.strictObject({ ask: z.literal('reset'), by: z.string(), scope: z.enum(['mail', 'memory', 'credits', 'tasks', 'all']), archive: z.string() }),
]);
export type Request = z.infer<typeof request>;
