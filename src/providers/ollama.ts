/** The provider `ollama`: Ollama, through its OpenAI-compatible address. */
import type { OpenAI as Client } from 'openai';
import * as z from 'zod';
import { ProviderError } from '../core/model/call.ts';
import type { Model } from '../schema/config/models.ts';
import { addressOf } from './hosted/address.ts';
import { chatConnection, chatOptions, clientOptions, optionalKey } from './hosted/chat.ts';
import { modelName, openKey } from './hosted/key.ts';
import { readOptions } from './options.ts';
import type { Outside, Provider } from './provider.ts';

/** `options` of a model of Ollama. */
const ollamaOptions = z.strictObject({ reasoning_effort: chatOptions.reasoning_effort });

export default {
  about: 'Ollama on this machine or another, by its OpenAI-compatible address.',
  repeatable: false,
  free: false,
  options: ollamaOptions,
  async connect(model, outside) {
    const options = readOptions(ollamaOptions, model);
    const name = modelName(model);
    const baseURL = baseOf(model, outside);
    const key = await openKey(model, outside, [], baseURL);
    const { OpenAI } = await import('openai');
    const chat = {
      service: { name: 'ollama', key, timeoutMs: model.timeout_ms },
      name,
      options,
      own: false,
      cacheKey: false,
      open: (secret: string) => new OpenAI({ ...clientOptions(secret, optionalKey(secret)), baseURL }),
      probe: (client: Client, signal: AbortSignal) => askForList(client, name, signal),
    };
    return chatConnection(chat, model, outside);
  },
} satisfies Provider;

/** The address with `/v1`. */
function baseOf(model: Model, outside: Outside): string {
  return `${addressOf('ollama', model, outside.env).replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`;
}

async function askForList(client: Client, name: string, signal: AbortSignal): Promise<string> {
  const { data } = await client.models.list({ signal });
  const names = (Array.isArray(data) ? data : []).map((one) => one.id);
  if (names.includes(name) || names.includes(`${name}:latest`)) return `reachable; it has ${name}`;
  throw new ProviderError('bad-request', `there is no model ${name} here: run ollama pull ${name}`);
}
