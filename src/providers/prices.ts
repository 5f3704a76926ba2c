/** The dated list of prices and context windows of OpenAI, Anthropic and Gemini. */
import { inMicro } from '../schema/amount.ts';
import type { Model, Price } from '../schema/config/models.ts';

/** What a million tokens cost, in credits: one credit is one US dollar. A key that is absent costs what `input` costs. */
export interface ListedPrice {
  input: number;
  cached_input?: number;
  cache_write?: number;
  output: number;
}

/**
 * List prices of the services themselves, for models without a price in org/models.yaml. A reserve must be an upper bound,
 * so where there are several prices the highest stands here: that of the longest prompts (the GPT-5.4 family and later,
 * Claude Sonnet 4.5, Gemini Pro), and one that was announced for later (Gemini 3.6 to 3.8 Flash, from 2027). Writing to
 * Anthropic's cache is the price for 5 minutes. Left out are models for sound, images, search and embeddings, which do not
 * count tokens of text, and models that the source names without a price. Discounts (batches) and surcharges (a region,
 * priority) are not included.
 */
export const PRICES: {
  /** Date of the source. */
  dated: string;
  source: string;
  models: Readonly<Record<string, Readonly<Record<string, ListedPrice>>>>;
} = {
  dated: '2026-09-23',
  source: 'npm package @pydantic/genai-prices 0.1.8, compared with llm-info 1.0.69',
  models: {
    openai: {
      'gpt-3.5-turbo': { input: 0.5, output: 1.5 },
      'gpt-4': { input: 30, output: 60 },
      'gpt-4-turbo': { input: 10, output: 30 },
      'gpt-4.1': { input: 2, cached_input: 0.5, output: 8 },
      'gpt-4.1-mini': { input: 0.4, cached_input: 0.1, output: 1.6 },
      'gpt-4.1-nano': { input: 0.1, cached_input: 0.025, output: 0.4 },
      'gpt-4o': { input: 2.5, cached_input: 1.25, output: 10 },
      'gpt-4o-2024-05-13': { input: 5, output: 15 },
      'gpt-4o-mini': { input: 0.15, cached_input: 0.075, output: 0.6 },
      'gpt-5': { input: 1.25, cached_input: 0.125, output: 10 },
      'gpt-5-chat': { input: 1.25, cached_input: 0.125, output: 10 },
      'gpt-5-codex': { input: 1.25, cached_input: 0.125, output: 10 },
      'gpt-5-mini': { input: 0.25, cached_input: 0.025, output: 2 },
      'gpt-5-nano': { input: 0.05, cached_input: 0.005, output: 0.4 },
      'gpt-5-pro': { input: 15, output: 120 },
      'gpt-5.1': { input: 1.25, cached_input: 0.125, output: 10 },
      'gpt-5.1-chat': { input: 1.25, cached_input: 0.125, output: 10 },
      'gpt-5.1-codex': { input: 1.25, cached_input: 0.125, output: 10 },
      'gpt-5.1-codex-max': { input: 1.25, cached_input: 0.125, output: 10 },
      'gpt-5.1-codex-mini': { input: 0.25, cached_input: 0.025, output: 2 },
      'gpt-5.2': { input: 1.75, cached_input: 0.175, output: 14 },
      'gpt-5.2-chat': { input: 1.75, cached_input: 0.175, output: 14 },
      'gpt-5.2-codex': { input: 1.75, cached_input: 0.175, output: 14 },
      'gpt-5.2-pro': { input: 21, output: 168 },
      'gpt-5.3': { input: 1.75, cached_input: 0.175, output: 14 },
      'gpt-5.3-chat': { input: 1.75, cached_input: 0.175, output: 14 },
      'gpt-5.3-codex': { input: 1.75, cached_input: 0.175, output: 14 },
      'gpt-5.4': { input: 5, cached_input: 0.5, output: 22.5 },
      'gpt-5.4-mini': { input: 0.75, cached_input: 0.075, output: 4.5 },
      'gpt-5.4-nano': { input: 0.2, cached_input: 0.02, output: 1.25 },
      'gpt-5.4-pro': { input: 60, output: 270 },
      'gpt-5.5': { input: 10, cached_input: 1, output: 45 },
      'gpt-5.5-chat': { input: 10, cached_input: 1, output: 45 },
      'gpt-5.5-codex': { input: 10, cached_input: 1, output: 45 },
      'gpt-5.5-pro': { input: 60, output: 270 },
      'gpt-5.6': { input: 8, cached_input: 0.8, cache_write: 10, output: 30 },
      'gpt-5.6-luna': { input: 0.4, cached_input: 0.04, cache_write: 0.5, output: 1.8 },
      'gpt-5.6-sol': { input: 8, cached_input: 0.8, cache_write: 10, output: 30 },
      'gpt-5.6-terra': { input: 4, cached_input: 0.4, cache_write: 5, output: 18 },
      'gpt-6-astra': { input: 20, cached_input: 2, cache_write: 25, output: 75 },
      'gpt-6-luna': { input: 0.2, cached_input: 0.02, cache_write: 0.25, output: 0.75 },
      'gpt-6-sol': { input: 4, cached_input: 0.4, cache_write: 5, output: 15 },
      o1: { input: 15, cached_input: 7.5, output: 60 },
      'o1-pro': { input: 150, output: 600 },
      o3: { input: 2, cached_input: 0.5, output: 8 },
      'o3-mini': { input: 1.1, cached_input: 0.55, output: 4.4 },
      'o3-pro': { input: 20, output: 80 },
      'o4-mini': { input: 1.1, cached_input: 0.275, output: 4.4 },
    },
    anthropic: {
      'claude-3-haiku': { input: 0.25, cached_input: 0.03, cache_write: 0.3, output: 1.25 },
      'claude-fable-5': { input: 10, cached_input: 1, cache_write: 12.5, output: 50 },
      'claude-fable-5-1': { input: 10, cached_input: 0.25, cache_write: 12.5, output: 50 },
      'claude-haiku-4-5': { input: 1, cached_input: 0.1, cache_write: 1.25, output: 5 },
      'claude-opus-4': { input: 15, cached_input: 1.5, cache_write: 18.75, output: 75 },
      'claude-opus-4-0': { input: 15, cached_input: 1.5, cache_write: 18.75, output: 75 },
      'claude-opus-4-1': { input: 15, cached_input: 1.5, cache_write: 18.75, output: 75 },
      'claude-opus-4-5': { input: 5, cached_input: 0.5, cache_write: 6.25, output: 25 },
      'claude-opus-4-6': { input: 5, cached_input: 0.5, cache_write: 6.25, output: 25 },
      'claude-opus-4-7': { input: 5, cached_input: 0.5, cache_write: 6.25, output: 25 },
      'claude-opus-4-8': { input: 5, cached_input: 0.5, cache_write: 6.25, output: 25 },
      'claude-opus-5': { input: 5, cached_input: 0.5, cache_write: 6.25, output: 25 },
      'claude-opus-5-5': { input: 4, cached_input: 0.2, cache_write: 5, output: 20 },
      'claude-sonnet-4': { input: 3, cached_input: 0.3, cache_write: 3.75, output: 15 },
      'claude-sonnet-4-0': { input: 3, cached_input: 0.3, cache_write: 3.75, output: 15 },
      'claude-sonnet-4-5': { input: 6, cached_input: 0.6, cache_write: 7.5, output: 22.5 },
      'claude-sonnet-4-6': { input: 3, cached_input: 0.3, cache_write: 3.75, output: 15 },
      'claude-sonnet-5': { input: 2, cached_input: 0.2, cache_write: 2.5, output: 10 },
    },
    gemini: {
      'gemini-2.0-flash': { input: 0.1, cached_input: 0.025, output: 0.4 },
      'gemini-2.0-flash-lite': { input: 0.075, output: 0.3 },
      'gemini-2.5-flash': { input: 0.3, cached_input: 0.03, output: 2.5 },
      'gemini-2.5-flash-lite': { input: 0.1, cached_input: 0.01, output: 0.4 },
      'gemini-2.5-pro': { input: 2.5, cached_input: 0.25, output: 15 },
      'gemini-3-flash-preview': { input: 0.5, cached_input: 0.05, output: 3 },
      'gemini-3-pro-preview': { input: 4, cached_input: 0.4, output: 18 },
      'gemini-3.1-flash-lite': { input: 0.25, cached_input: 0.025, output: 1.5 },
      'gemini-3.1-pro-preview': { input: 4, cached_input: 0.4, output: 18 },
      'gemini-3.5-flash': { input: 1.5, cached_input: 0.15, output: 9 },
      'gemini-3.5-flash-lite': { input: 0.3, cached_input: 0.03, output: 2.5 },
      'gemini-3.6-flash': { input: 1.5, cached_input: 0.15, output: 7.5 },
      'gemini-3.7-flash': { input: 1.5, cached_input: 0.15, output: 7.5 },
      'gemini-3.8-flash': { input: 1.5, cached_input: 0.15, output: 7.5 },
    },
  },
};

/** What may follow the name of a listed model without making it another model: a date, a version after @, or -latest. */
const SNAPSHOT = /^(?:-20\d\d-\d\d-\d\d|-20\d{6}|@.+|-latest)$/;

/**
 * The list for a provider, and the host where it applies: other addresses, such as those of a region, may charge other
 * prices. Every deployment at Azure has its own address.
 */
const SERVICES: ReadonlyMap<string, { list: string; host: string | null }> = new Map([
  ['openai', { list: 'openai', host: 'api.openai.com' }],
  ['azure', { list: 'openai', host: null }],
  ['anthropic', { list: 'anthropic', host: 'api.anthropic.com' }],
  ['gemini', { list: 'gemini', host: 'generativelanguage.googleapis.com' }],
]);

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/;

/** A model that Ollama passes on to its makers' machines, such as `gpt-oss:120b-cloud`. */
const OLLAMA_CLOUD = /[:-]cloud$/;

/** The listed price of a service's model, in micro-credits a million tokens; null: not known, which is never 0. */
export function priceOf(provider: string, model: string): Price | null {
  const list = PRICES.models[listOf(provider)] ?? {};
  const names = Object.keys(list).filter((name) => isModel(model, name));
  const name = names.sort((a, b) => b.length - a.length)[0];
  return name === undefined ? null : asPrice(list[name] as ListedPrice);
}

/** Whether a model is the listed one of that name, or a version of it. */
function isModel(model: string, name: string): boolean {
  return model === name || (model.startsWith(name) && SNAPSHOT.test(model.slice(name.length)));
}

/** The name of the list that a provider's models stand in. */
function listOf(provider: string): string {
  return SERVICES.get(provider)?.list ?? '';
}

/** The listed name of an entry of org/models.yaml. A deployment at Azure can have any name: its option `price_as` says which model it is. */
function modelName({ provider, model, options }: Model): string | undefined {
  const as = provider === 'azure' ? options.price_as : undefined;
  return typeof as === 'string' ? as : model;
}

function asPrice(listed: ListedPrice): Price {
  return Object.fromEntries(Object.entries(listed).map(([key, credits]) => [key, inMicro(credits)]));
}

/**
 * The listed price of an entry of org/models.yaml without a price; null when it is not known. What Ollama runs on this machine is free; without an
 * address it runs on this machine.
 */
export function listPrice(model: Model): Price | null {
  const { provider, base_url: address } = model;
  if (provider === 'ollama') return isOnThisMachine(model) ? {} : null;
  const host = SERVICES.get(provider)?.host ?? null;
  if (host !== null && address !== undefined && new URL(address).hostname !== host) return null;
  const name = modelName(model);
  return name === undefined ? null : priceOf(provider, name);
}

function isOnThisMachine({ model, base_url: address }: Model): boolean {
  if (OLLAMA_CLOUD.test(model ?? '')) return false;
  return address === undefined || LOOPBACK.test(new URL(address).hostname);
}

/**
 * Tokens that a prompt and its reply may have together, and the models with that window. The source and its date are those
 * of the prices; models are left out of which it does not say.
 */
export const CONTEXT_WINDOWS: Readonly<
  Record<string, readonly (readonly [tokens: number, models: readonly string[]])[]>
> = {
  openai: [
    [8_192, ['gpt-4']],
    [16_385, ['gpt-3.5-turbo']],
    [128_000, ['gpt-4-turbo', 'gpt-4o', 'gpt-4o-2024-05-13', 'gpt-4o-mini', 'gpt-5.3']],
    [200_000, ['o1', 'o1-pro', 'o3', 'o3-mini', 'o3-pro', 'o4-mini']],
    [
      400_000,
      [
        'gpt-5',
        'gpt-5-mini',
        'gpt-5-nano',
        'gpt-5-pro',
        'gpt-5.1',
        'gpt-5.1-codex-mini',
        'gpt-5.2',
        'gpt-5.2-pro',
        'gpt-5.3-codex',
        'gpt-5.4-mini',
        'gpt-5.4-nano',
      ],
    ],
    [1_000_000, ['gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano', 'gpt-5.5', 'gpt-5.5-pro']],
    [
      1_050_000,
      [
        'gpt-5.4',
        'gpt-5.4-pro',
        'gpt-5.6-luna',
        'gpt-5.6-sol',
        'gpt-5.6-terra',
        'gpt-6-astra',
        'gpt-6-luna',
        'gpt-6-sol',
      ],
    ],
  ],
  anthropic: [
    [
      200_000,
      [
        'claude-3-haiku',
        'claude-haiku-4-5',
        'claude-opus-4-0',
        'claude-opus-4-1',
        'claude-opus-4-5',
        'claude-sonnet-4-0',
        'claude-sonnet-4-5',
      ],
    ],
    [
      1_000_000,
      [
        'claude-fable-5',
        'claude-fable-5-1',
        'claude-opus-4-6',
        'claude-opus-4-7',
        'claude-opus-4-8',
        'claude-opus-5',
        'claude-opus-5-5',
        'claude-sonnet-4-6',
        'claude-sonnet-5',
      ],
    ],
  ],
  gemini: [
    [
      1_000_000,
      [
        'gemini-2.0-flash',
        'gemini-2.0-flash-lite',
        'gemini-2.5-flash-lite',
        'gemini-3-flash-preview',
        'gemini-3.1-flash-lite',
        'gemini-3.5-flash',
        'gemini-3.5-flash-lite',
        'gemini-3.6-flash',
        'gemini-3.7-flash',
        'gemini-3.8-flash',
      ],
    ],
    [1_048_576, ['gemini-2.5-flash']],
  ],
};

/** The context window of an entry of org/models.yaml: its own, or the listed one; null: not known. */
export function contextWindow(model: Model): number | null {
  if (model.context_window !== undefined) return model.context_window;
  const name = modelName(model);
  const rows = CONTEXT_WINDOWS[listOf(model.provider)] ?? [];
  if (name === undefined) return null;
  const found = rows.flatMap(([tokens, models]) =>
    models.filter((one) => isModel(name, one)).map((one) => ({ one, tokens })),
  );
  return found.sort((a, b) => b.one.length - a.one.length)[0]?.tokens ?? null;
}
