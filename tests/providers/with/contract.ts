import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ProviderError, type Reply } from '../../../src/core/model/call.ts';
import type { CallModel, ModelRequest } from '../../../src/providers/with/line.ts';
import { quickest } from '../../quickest.ts';
import { timeToEnd } from '../abort.ts';
import { promptOf } from '../world.ts';

export const REPLY: Reply = { text: 'Hello', acts: [], usage: null, requestId: 'r-1', model: 'm' };

/** A request; each has a prompt of its own. */
export function askedOf(fields: Partial<ModelRequest> = {}): ModelRequest {
  return { prompt: promptOf({ turn: ++made }), priority: 0, budget: { left: 3 }, ...fields };
}
let made = 0;

/** A line that answers what the function says, and counts. */
export function lineOf(
  answer: (nth: number, signal: AbortSignal) => Reply | Promise<Reply>,
): CallModel & { calls: number } {
  const line = Object.assign(
    async (_asked: ModelRequest, signal: AbortSignal) => {
      line.calls++;
      return answer(line.calls, signal);
    },
    { calls: 0 },
  );
  return line;
}

export const never = new AbortController().signal;
// Many calls of a test listen to it, as those of a turn do.
setMaxListeners(0, never);

/** A line that ends only with its signal. */
export function hanging(): CallModel & { calls: number } {
  return lineOf(
    (_nth, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
}

/** What every wrapper promises, whatever it adds. Each wrapper's test runs it. */
export function keepsTheLine(wrap: (line: CallModel) => CallModel): void {
  describe('the contract of every wrapper', () => {
    it('passes the reply on as it is, for one call', async () => {
      const inner = lineOf(() => REPLY);
      expect(await wrap(inner)(askedOf(), never)).toEqual(REPLY);
      expect(inner.calls).toBe(1);
    });

    it('leaves what is asked as it was, but for the budget', async () => {
      const asked = askedOf();
      const before = structuredClone({ ...asked, budget: null });
      await wrap(lineOf(() => REPLY))(asked, never);
      expect({ ...asked, budget: null }).toEqual(before);
    });

    it('passes on a failure of the reply, after one call', async () => {
      const error = new ProviderError('refused', 'no');
      const inner = lineOf(() => Promise.reject(error));
      expect(await wrap(inner)(askedOf(), never).catch((thrown) => thrown)).toBe(error);
      expect(inner.calls).toBe(1);
    });

    it('passes on a failure of the service, typed', async () => {
      const error = new ProviderError('auth', 'check KEY');
      const inner = lineOf(() => Promise.reject(error));
      expect(await wrap(inner)(askedOf(), never).catch((thrown) => thrown)).toBe(error);
      expect(inner.calls).toBe(1);
    });

    it('ends with the reason of the signal, within 500 ms', async () => {
      const stop = async () => {
        const inner = hanging();
        const begun = async () => {
          while (inner.calls === 0) await new Promise(setImmediate);
        };
        return timeToEnd((signal) => wrap(inner)(askedOf(), signal), begun);
      };
      expect(await quickest(500, stop)).toBeLessThan(500);
    });

    it('keeps 50 calls at a time apart', async () => {
      const inner: CallModel = async ({ prompt }) => {
        await new Promise(setImmediate);
        return { ...REPLY, text: String(prompt.turn) };
      };
      const line = wrap(inner);
      const all = Array.from({ length: 50 }, () => askedOf());
      const replies = await Promise.all(all.map((asked) => line(asked, never)));
      expect(replies.map(({ text }) => text)).toEqual(all.map(({ prompt }) => String(prompt.turn)));
    });
  });
}
