/** The provider `azure`: OpenAI's models in Azure. */
import * as z from 'zod';
import type { Model } from '../schema/config/models.ts';
import { addressOf } from './hosted/address.ts';
import { chatConnection, chatOptions, clientOptions } from './hosted/chat.ts';
import { modelName, openKey } from './hosted/key.ts';
import { readOptions } from './options.ts';
import type { Outside, Provider } from './provider.ts';

/** `options` of a deployment. */
const azureOptions = z.strictObject({
  ...chatOptions,
  api_version: z
    .string()
    .regex(/^[0-9a-z-]+$/)
    .default('2025-04-01-preview')
    .describe("Azure's version of the protocol, a date"),
  price_as: z.string().optional().describe("OpenAI's name of the deployed model, for its list price"),
  cache_key: z.boolean().default(true).describe('false: sends no prompt_cache_key, for versions that refuse it'),
});

export default {
  about: 'OpenAI models in Azure; `model` is the name of the deployment.',
  repeatable: false,
  free: false,
  options: azureOptions,
  async connect(model, outside) {
    const options = readOptions(azureOptions, model);
    const name = modelName(model);
    const baseURL = baseOf(model, outside);
    const key = await openKey(model, outside, ['AZURE_OPENAI_API_KEY'], baseURL);
    const { AzureOpenAI } = await import('openai');
    const chat = {
      service: { name: 'azure', key, timeoutMs: model.timeout_ms },
      name,
      options,
      own: true,
      cacheKey: options.cache_key,
      open: (secret: string) =>
        new AzureOpenAI({
          ...clientOptions(secret, { 'api-key': secret }),
          apiVersion: options.api_version,
          // It becomes a part of the address unchanged.
          deployment: encodeURIComponent(name),
          baseURL,
        }),
      async probe(client: InstanceType<typeof AzureOpenAI>, signal: AbortSignal) {
        await client.models.list({ signal }).catch(toleratesNotFound);
        return 'reachable; it does not list its deployments';
      },
    };
    return chatConnection(chat, model, outside);
  },
} satisfies Provider;

/** The endpoint with `/openai`; people write it with and without. */
function baseOf(model: Model, outside: Outside): string {
  return `${addressOf('azure', model, outside.env)
    .replace(/\/+$/, '')
    .replace(/\/openai$/, '')}/openai`;
}

function toleratesNotFound(error: { status?: number }): void {
  if (error.status !== 404) throw error;
}
