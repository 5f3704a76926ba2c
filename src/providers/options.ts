/** Reads the `options` of a model by its provider's schema. */
import * as z from 'zod';
import { ProviderError } from '../core/model/call.ts';
import type { Model } from '../schema/config/models.ts';

/** Of a provider that has no options of its own. */
export const noOptions = z.strictObject({});

/** Reads `options` of a model by the schema of its provider. Throws a `bad-request` that names each wrong key. */
export function readOptions<T>(schema: z.ZodType<T>, model: Model): T {
  const read = schema.safeParse(model.options);
  if (read.success) return read.data;
  const wrong = read.error.issues.map((issue) => `${['options', ...issue.path].join('.')}: ${issue.message}`);
  throw new ProviderError('bad-request', `org/models.yaml, a model of ${model.provider}: ${wrong.join('; ')}`);
}
