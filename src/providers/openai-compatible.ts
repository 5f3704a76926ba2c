/** The provider `openai-compatible`: any server that speaks OpenAI's protocol. */
import * as z from 'zod';
import { addressOf } from './hosted/address.ts';
import { askForModel, chatConnection, chatOptions, clientOptions, optionalKey } from './hosted/chat.ts';
import { modelName, openKey } from './hosted/key.ts';
import { readOptions } from './options.ts';
import type { Provider } from './provider.ts';

/** `options` of a model of any service that speaks OpenAI's protocol. */
const compatibleOptions = z.strictObject(chatOptions);

export default {
  about: "Every service that speaks OpenAI's chat completions (base_url).",
  repeatable: false,
  free: false,
  options: compatibleOptions,
  async connect(model, outside) {
    const options = readOptions(compatibleOptions, model);
    const name = modelName(model);
    const baseURL = addressOf('openai-compatible', model, outside.env);
    const key = await openKey(model, outside, [], baseURL);
    const { OpenAI } = await import('openai');
    const chat = {
      service: { name: 'openai-compatible', key, timeoutMs: model.timeout_ms },
      name,
      options,
      own: false,
      cacheKey: false,
      open: (secret: string) => new OpenAI({ ...clientOptions(secret, optionalKey(secret)), baseURL }),
      probe: (client: InstanceType<typeof OpenAI>, signal: AbortSignal) => askForModel(client, name, signal),
    };
    return chatConnection(chat, model, outside);
  },
} satisfies Provider;
