import { describe, expect, it } from 'vitest';
import { CONTEXT_WINDOWS, contextWindow, PRICES } from '../../src/providers/prices.ts';
import { model } from '../../src/schema/config/models.ts';

const of = (entry: object) => contextWindow(model().parse(entry));

describe('context windows', () => {
  it('are those of models with a price, each once', () => {
    for (const [list, rows] of Object.entries(CONTEXT_WINDOWS)) {
      const names = rows.flatMap(([, models]) => models);
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => !(name in (PRICES.models[list] ?? {})))).toEqual([]);
    }
  });

  it.each([
    [{ provider: 'openai', model: 'gpt-4' }, 8192],
    [{ provider: 'openai', model: 'gpt-4o-2024-08-06' }, 128_000],
    [{ provider: 'anthropic', model: 'claude-sonnet-4-5-20250929' }, 200_000],
    [{ provider: 'gemini', model: 'gemini-2.5-flash' }, 1_048_576],
    [{ provider: 'azure', model: 'mine', options: { price_as: 'gpt-4' } }, 8192],
    [{ provider: 'openai', model: 'gpt-4', context_window: 5000 }, 5000],
    [{ provider: 'openai', model: 'gpt-99' }, null],
    [{ provider: 'openai' }, null],
    [{ provider: 'ollama', model: 'gpt-4' }, null],
    [{ provider: 'scripted', context_window: 2000 }, 2000],
  ])('%j: %j', (entry, tokens) => expect(of(entry)).toBe(tokens));
});
