import { describe, expect, it } from 'vitest';
import { ProviderError, printKey } from '../../../src/core/model/call.ts';

it('a call is known by turn, agent, number and attempt', () => {
  expect(printKey({ turn: 42, agent: 'coder_01', n: 3, attempt: 2 })).toBe('42.coder_01.3.2');
});

describe('a provider error', () => {
  it('knows nothing of retries, usage or requests unless it is told', () => {
    const error = new ProviderError('timeout', 'no answer');
    expect(error).toMatchObject({
      failure: 'timeout',
      message: 'no answer',
      retryAfterMs: null,
      usage: null,
      requestId: null,
    });
    expect(error).toBeInstanceOf(Error);
  });

  it('carries what the service said', () => {
    const usage = { input: 1, cachedInput: 2, cacheWrite: 3, output: 4, reasoning: 0 };
    const error = new ProviderError('rate-limit', 'slow down', { retryAfterMs: 50, usage, requestId: 'r-1' });
    expect(error).toMatchObject({ retryAfterMs: 50, usage, requestId: 'r-1' });
  });
});
