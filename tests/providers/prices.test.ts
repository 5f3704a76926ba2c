import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listPrice, PRICES, priceOf } from '../../src/providers/prices.ts';
import { type Model, model } from '../../src/schema/config/models.ts';

const entry = (given: object): Model => model().parse(given);
const rows = Object.entries(PRICES.models).flatMap(([provider, list]) =>
  Object.entries(list).map(([name, price]) => ({ provider, name, price })),
);

describe('the price table', () => {
  it('says when and where its figures are from', () => {
    expect(PRICES.dated).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(Number.isNaN(Date.parse(PRICES.dated))).toBe(false);
    expect(PRICES.source).toMatch(/ \d+\.\d+\.\d+/);
    expect(Object.keys(PRICES.models)).toEqual(['openai', 'anthropic', 'gemini']);
  });

  it.each(rows)('$provider $name costs something sane', ({ price }) => {
    const { input, output, cached_input: cached = input, cache_write: write = input } = price;
    expect(Math.min(input, output, cached, write)).toBeGreaterThan(0);
    expect(output).toBeGreaterThanOrEqual(input);
    expect(cached).toBeLessThanOrEqual(input);
    expect(write).toBeGreaterThanOrEqual(input);
    expect(write).toBeLessThanOrEqual(input * 1.25);
    expect(output).toBeLessThanOrEqual(1000);
    for (const credits of [input, output, cached, write])
      expect(Math.abs(credits * 1e6 - Math.round(credits * 1e6))).toBeLessThan(1e-6);
  });

  it('names no model twice', () => {
    const text = readFileSync(new URL('../../src/providers/prices.ts', import.meta.url), 'utf8');
    const names = [...text.matchAll(/^\s+'?([\w.-]+)'?: \{ input:/gm)].map((match) => match[1]);
    expect(names).toHaveLength(rows.length);
    expect(names).toEqual([...new Set(names)]);
  });

  it('writing to a cache of Anthropic costs five quarters of the input', () => {
    for (const { name, price } of rows.filter(({ provider }) => provider === 'anthropic'))
      expect([name, price.cache_write]).toEqual([name, name === 'claude-3-haiku' ? 0.3 : price.input * 1.25]);
  });

  it.each([
    // As both packages have them.
    ['openai', 'gpt-4.1-mini', { input: 400_000, cached_input: 100_000, output: 1_600_000 }],
    ['openai', 'gpt-5', { input: 1_250_000, cached_input: 125_000, output: 10_000_000 }],
    ['openai', 'gpt-5.2', { input: 1_750_000, cached_input: 175_000, output: 14_000_000 }],
    ['openai', 'o4-mini', { input: 1_100_000, cached_input: 275_000, output: 4_400_000 }],
    [
      'anthropic',
      'claude-haiku-4-5',
      { input: 1_000_000, cached_input: 100_000, cache_write: 1_250_000, output: 5_000_000 },
    ],
    [
      'anthropic',
      'claude-opus-4-5',
      { input: 5_000_000, cached_input: 500_000, cache_write: 6_250_000, output: 25_000_000 },
    ],
    ['gemini', 'gemini-2.5-flash', { input: 300_000, cached_input: 30_000, output: 2_500_000 }],
    // The dearest of several prices.
    ['gemini', 'gemini-2.5-pro', { input: 2_500_000, cached_input: 250_000, output: 15_000_000 }],
    [
      'anthropic',
      'claude-sonnet-4-5',
      { input: 6_000_000, cached_input: 600_000, cache_write: 7_500_000, output: 22_500_000 },
    ],
    ['openai', 'gpt-6-sol', { input: 4_000_000, cached_input: 400_000, cache_write: 5_000_000, output: 15_000_000 }],
    ['gemini', 'gemini-3.7-flash', { input: 1_500_000, cached_input: 150_000, output: 7_500_000 }],
  ])('%s %s costs what the source says', (provider, name, price) => {
    expect(priceOf(provider, name)).toEqual(price);
  });
});

describe('priceOf', () => {
  it.each([
    ['openai', 'gpt-4.1-2025-04-14', 'gpt-4.1'],
    ['openai', 'gpt-4.1-mini-2025-04-14', 'gpt-4.1-mini'],
    ['openai', 'gpt-5-chat-latest', 'gpt-5-chat'],
    ['anthropic', 'claude-haiku-4-5-20251001', 'claude-haiku-4-5'],
    ['anthropic', 'claude-opus-4@20250514', 'claude-opus-4'],
    ['anthropic', 'claude-sonnet-4-20250514', 'claude-sonnet-4'],
    ['gemini', 'gemini-2.5-flash-latest', 'gemini-2.5-flash'],
    ['azure', 'gpt-4o-mini', 'gpt-4o-mini'],
  ])('%s: %s is %s', (provider, model, name) => {
    const price = priceOf(provider, model);
    expect(price).not.toBeNull();
    expect(price).toEqual(priceOf(provider, name));
  });

  it('the longest name wins: a snapshot with a price of its own', () => {
    expect(priceOf('openai', 'gpt-4o-2024-05-13')).toEqual({ input: 5_000_000, output: 15_000_000 });
    expect(priceOf('openai', 'gpt-4o-2024-08-06')).toMatchObject({ input: 2_500_000 });
  });

  it.each([
    ['openai', 'gpt-4.1-micro'],
    ['openai', 'gpt-4-0613'],
    ['openai', 'gpt-4.10'],
    ['openai', 'my-gpt-4.1'],
    ['openai', 'ft:gpt-4.1-2025-04-14:acme'],
    ['openai', ''],
    ['openai', '__proto__'],
    ['anthropic', 'claude-opus-4-9'],
    ['anthropic', 'gpt-4.1'],
    ['__proto__', 'gpt-4.1'],
    ['constructor', 'name'],
    ['openai-compatible', 'gpt-4.1'],
    ['scripted', 'gpt-4.1'],
  ])('%s: the price of %s is not known', (provider, model) => expect(priceOf(provider, model)).toBeNull());
});

describe('listPrice', () => {
  const mini = priceOf('openai', 'gpt-4.1-mini');
  it.each<[string, object, unknown]>([
    ['a model of the service', { provider: 'openai', model: 'gpt-4.1-mini' }, mini],
    [
      'the address of the service',
      { provider: 'openai', model: 'gpt-4.1-mini', base_url: 'https://api.openai.com/v1' },
      mini,
    ],
    [
      'a region of the service',
      { provider: 'openai', model: 'gpt-4.1-mini', base_url: 'https://eu.api.openai.com/v1' },
      null,
    ],
    ['another address', { provider: 'openai', model: 'gpt-4.1-mini', base_url: 'https://relay.example/v1' }, null],
    ['no name', { provider: 'openai' }, null],
    [
      'a deployment named as its model',
      { provider: 'azure', model: 'gpt-4.1-mini', base_url: 'https://x.openai.azure.com' },
      mini,
    ],
    ['a deployment of any name', { provider: 'azure', model: 'prod' }, null],
    [
      'a deployment that says what it is',
      { provider: 'azure', model: 'prod', options: { price_as: 'gpt-4.1-mini' } },
      mini,
    ],
    [
      'a deployment that says what nobody lists',
      { provider: 'azure', model: 'gpt-4.1-mini', options: { price_as: 'x' } },
      null,
    ],
    ['price_as elsewhere', { provider: 'openai', model: 'x', options: { price_as: 'gpt-4.1-mini' } }, null],
    ['Ollama on this machine', { provider: 'ollama', model: 'llama3' }, {}],
    [
      'Ollama at this address of this machine',
      { provider: 'ollama', model: 'x', base_url: 'http://127.0.0.1:11434' },
      {},
    ],
    ['Ollama at localhost', { provider: 'ollama', model: 'x', base_url: 'http://localhost:11434/v1' }, {}],
    ['Ollama at [::1]', { provider: 'ollama', model: 'x', base_url: 'http://[::1]:11434' }, {}],
    ['Ollama on another machine', { provider: 'ollama', model: 'x', base_url: 'http://10.0.0.2:11434' }, null],
    ['a model that Ollama passes on', { provider: 'ollama', model: 'gpt-oss:120b-cloud' }, null],
    ['no provider at all', { provider: '__proto__', model: 'x', base_url: 'http://localhost' }, null],
    ['a command', { provider: 'command', command: ['x'], model: 'gpt-4.1' }, null],
    ['a plug-in', { provider: './org/providers/mine.mjs', model: 'gpt-4.1' }, null],
  ])('%s', (_what, given, price) => expect(listPrice(entry(given))).toEqual(price));
});
