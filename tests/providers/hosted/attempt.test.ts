// One request to a hosted service: what is told of its failure, and what is left behind.
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { attempt, type Send } from '../../../src/providers/hosted/attempt.ts';
import { world } from '../world.ts';

const SECRET = 'sk-a "long" secret/of+42=characters';
const never = new AbortController().signal;

/** How a request fails that ends so, with this secret. */
async function failureOf(send: Send<unknown>, secret = SECRET): Promise<{ message: string; requestId: string | null }> {
  const key = { name: 'KEY', ask: async () => secret };
  return attempt({ name: 'svc', key, timeoutMs: 5000 }, world(), never, send).then(
    () => expect.unreachable('it went well'),
    (error) => error,
  );
}

const saying =
  (message: string, more: object = {}) =>
  async () => {
    throw Object.assign(new Error(message), { status: 400, ...more });
  };

describe('what a service says of the key it was sent', () => {
  it.each([
    ['as it is', SECRET],
    ['as in an address', encodeURIComponent(SECRET)],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in hexadecimal digits', Buffer.from(SECRET).toString('hex')],
    ['in JSON with its slashes', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
  ])('is masked %s, in its message and its request id', async (_how, form) => {
    const { message, requestId } = await failureOf(saying(`no ${form} here`, { requestID: `r-${form}` }));
    expect([message, requestId?.startsWith('r-[key]')]).toEqual([
      'svc: no [key] here'.replace('[key]', mark(form)),
      true,
    ]);
  });

  it('is masked before the message is cut: no beginning of it is left', async () => {
    for (const before of [460, 480, 490, 495]) {
      const { message } = await failureOf(saying(`${'x'.repeat(before)}${SECRET}`));
      expect(message.length).toBeLessThanOrEqual(500);
      expect(message).not.toContain('sk-');
    }
  });
});

/** Base64 may keep its padding behind the mark. */
function mark(form: string): string {
  return `[key]${/=*$/.exec(form === SECRET ? '' : form)?.[0] ?? ''}`;
}

it('a request that has ended leaves no timer and no listener behind', async () => {
  const ends: (AbortSignal | undefined)[] = [];
  const outside = {
    ...world(),
    sleep: (_ms: number, signal?: AbortSignal) => {
      ends.push(signal);
      return new Promise<void>(() => {});
    },
  };
  const { signal } = new AbortController();
  const service = { name: 'svc', key: { name: 'KEY', ask: async () => 'k' }, timeoutMs: 5000 };
  expect(await attempt(service, outside, signal, async () => 'well')).toBe('well');
  await expect(attempt(service, outside, signal, saying('no'))).rejects.toMatchObject({ failure: 'bad-request' });
  expect(ends.map((end) => end?.aborted)).toEqual([true, true]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
