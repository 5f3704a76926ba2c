/** The provider `openai`: OpenAI itself. */
import * as z from 'zod';
import { addressOf } from './hosted/address.ts';
import { askForModel, chatConnection, chatOptions, clientOptions } from './hosted/chat.ts';
import { modelName, openKey } from './hosted/key.ts';
import { readOptions } from './options.ts';
import type { Provider } from './provider.ts';

/** `options` of an OpenAI model. */
const openaiOptions = z.strictObject(chatOptions);

export default {
  about: "OpenAI's chat completions.",
  repeatable: false,
  free: false,
  options: openaiOptions,
  async connect(model, outside) {
    const options = readOptions(openaiOptions, model);
    const name = modelName(model);
    const baseURL = addressOf('openai', model, outside.env);
    const key = await openKey(model, outside, ['OPENAI_API_KEY'], baseURL);
    const { OpenAI } = await import('openai');
    const chat = {
      service: { name: 'openai', key, timeoutMs: model.timeout_ms },
      name,
      options,
      own: isOwn(baseURL),
      cacheKey: isOwn(baseURL),
      open: (secret: string) =>
        new OpenAI({
          ...clientOptions(secret),
          organization: outside.env('OPENAI_ORG_ID') ?? null,
          project: outside.env('OPENAI_PROJECT_ID') ?? null,
          baseURL,
        }),
      probe: (client: InstanceType<typeof OpenAI>, signal: AbortSignal) => askForModel(client, name, signal),
    };
    return chatConnection(chat, model, outside);
  },
} satisfies Provider;

function isOwn(baseURL: string): boolean {
  return /(?:^|\.)openai\.(?:com|azure\.com)$/.test(new URL(baseURL).hostname);
}
