import fc from 'fast-check';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import type { Part, Prompt } from '../../../src/core/model/call.ts';
import { costOf, worstCase } from '../../../src/core/money/ledger.ts';
import { requestBytes } from '../../../src/engine/calls/attempts.ts';
import { asForm } from '../../../src/providers/hosted/form.ts';
import { HOSTILE, promptOf, secondCall } from '../../providers/world.ts';

/** Token counters of real models. Each token of theirs stands for one byte of text at least. */
const COUNTERS = [o200k, cl100k].map((count) => (text: string) => count(text, { disallowedSpecial: new Set() }));
/** Tokens that OpenAI adds for each message, and for the beginning of the answer. */
const [EACH_MESSAGE, ANSWER] = [4, 3];

/** Tokens of all that a request says. */
function tokensOf(prompt: Prompt, count: (text: string) => number): number {
  const said = prompt.parts.map((part) =>
    part.role === 'user' ? part.text : `${part.text}${'acts' in part ? JSON.stringify(part.acts) : part.id}`,
  );
  const texts = [prompt.system, JSON.stringify(prompt.tools), ...said];
  return texts.reduce((sum, text) => sum + count(text) + EACH_MESSAGE, ANSWER);
}

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('a', ' ', '\n', '0', '𓀀', '\u0000', '<|endoftext|>', '的'), maxLength: 400 }),
);
const parts: fc.Arbitrary<Part[]> = fc.array(
  fc.oneof(
    texts.map((text) => ({ role: 'user' as const, text })),
    texts.map((text) => ({ role: 'assistant' as const, text, acts: [{ id: 'x', tool: 'y', input: { text } }] })),
    texts.map((text) => ({ role: 'tool' as const, id: 'x', tool: 'y', text, ok: true })),
  ),
  { maxLength: 6 },
);

describe('the tokens that are reserved for a request', () => {
  it('are an upper bound of what real tokenizers count in it, whatever the text', () => {
    fc.assert(
      fc.property(texts, parts, (system, parts) => {
        const prompt = promptOf({ system, parts });
        for (const count of COUNTERS)
          expect(requestBytes({ input: 1 }, prompt)).toBeGreaterThanOrEqual(tokensOf(prompt, count));
      }),
      { numRuns: 300 },
    );
  });

  it('bound the form for models without native tool calls as well', () => {
    for (const prompt of [promptOf(), secondCall(), promptOf({ parts: [{ role: 'user', text: HOSTILE.repeat(50) }] })])
      for (const count of COUNTERS)
        expect(requestBytes({ input: 1 }, prompt)).toBeGreaterThanOrEqual(tokensOf(asForm(prompt), count));
  });

  it('make the reserve more than any usage can cost', () => {
    const price = { input: 3e6, cached_input: 3e5, cache_write: 375e4, output: 15e6 };
    fc.assert(
      fc.property(parts, fc.nat(1000), fc.nat(1000), fc.nat(4000), (parts, cached, written, output) => {
        const prompt = promptOf({ parts });
        const tokens = tokensOf(prompt, COUNTERS[0] as (text: string) => number);
        const cachedInput = Math.min(cached, tokens);
        const cacheWrite = Math.min(written, tokens - cachedInput);
        const usage = { input: tokens - cachedInput - cacheWrite, cachedInput, cacheWrite, output, reasoning: 0 };
        expect(worstCase(price, requestBytes(price, prompt), 4000)).toBeGreaterThanOrEqual(costOf(price, usage));
      }),
    );
  });
});
