import { describe, expect, it } from 'vitest';
import { ProviderError, type Reply } from '../../src/core/model/call.ts';
import type { Connection, Provider } from '../../src/providers/provider.ts';
import { quickest } from '../quickest.ts';
import { timeToEnd } from './abort.ts';
import { HOSTILE, mailOf, promptOf } from './world.ts';

/**
 * What a provider does in a scene:
 * `answers` with text or acts; `quotes` the subject of the mail in an act; `hangs` for a minute; `fails` each time.
 */
export type Scene = 'answers' | 'quotes' | 'hangs' | 'fails';

export interface Stage {
  connection: Connection;
  /** Attempts made at the back end so far. */
  attempts(): number;
  /** Resolves when an attempt is under way. */
  started(): Promise<unknown>;
}

const never = new AbortController().signal;

/** What every provider promises. Each provider's test runs it. */
export function keepsTheContract(provider: Provider, open: (scene: Scene) => Promise<Stage>): void {
  describe('the contract of every provider', () => {
    it('says what it is in one line', () => {
      expect(provider.about).toMatch(/^[^\n]{10,150}\.$/);
    });

    it('answers in the one shape', async () => {
      const { connection } = await open('answers');
      const reply = await connection.complete(promptOf(), never);
      expectShape(provider, reply);
      expect(reply.text !== '' || reply.acts.length > 0).toBe(true);
    });

    it('stops within 500 ms of an abort, with the reason of the signal', async () => {
      const stop = async () => {
        const { connection, started } = await open('hangs');
        const begun = started();
        return timeToEnd(
          (signal) => connection.complete(promptOf(), signal),
          () => begun,
        );
      };
      expect(await quickest(500, stop)).toBeLessThan(500);
    });

    it('does nothing when it was aborted before', async () => {
      const { connection, attempts } = await open('answers');
      const before = attempts();
      await expect(connection.complete(promptOf(), AbortSignal.abort(new Error('too late')))).rejects.toThrow(
        'too late',
      );
      expect(attempts()).toBe(before);
    });

    it('fails with a typed error and never tries again by itself', async () => {
      const { connection, attempts } = await open('fails');
      const before = attempts();
      const error = await connection.complete(promptOf(), never).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ProviderError);
      expect((error as ProviderError).failure).toBe('unavailable');
      expect(attempts() - before).toBe(1);
    });

    it('passes hostile text through as data', async () => {
      const { connection } = await open('quotes');
      const mail = [mailOf({ subject: HOSTILE, body: HOSTILE })];
      const reply = await connection.complete(promptOf({ mail }), never);
      expectShape(provider, reply);
      const texts = reply.acts.flatMap((act) => Object.values(act.input as Record<string, unknown>));
      expect(texts.some((text) => typeof text === 'string' && text.includes(HOSTILE))).toBe(true);
    });

    it('leaves the prompt as it was', async () => {
      const { connection } = await open('answers');
      const prompt = promptOf();
      await connection.complete(prompt, never);
      expect(prompt).toEqual(promptOf());
    });

    if (provider.repeatable)
      it('answers the same again, in any order and from another connection', async () => {
        const prompts = Array.from({ length: 20 }, (_, i) =>
          promptOf({ turn: 1 + (i % 5), agent: i % 2 ? 'planner' : 'manager' }),
        );
        const one = await open('answers');
        const two = await open('answers');
        const there = await Promise.all(prompts.map((prompt) => one.connection.complete(prompt, never)));
        const back = await Promise.all([...prompts].reverse().map((prompt) => two.connection.complete(prompt, never)));
        expect(back.reverse()).toEqual(there);
      });
  });
}

/** Rules in place of a model end a visit by themselves. */
function expectShape({ free }: Provider, reply: Reply): void {
  const { ends, ...rest } = reply;
  expect(ends).toBe(free ? true : undefined);
  expect(Object.keys(rest).sort()).toEqual(['acts', 'model', 'requestId', 'text', 'usage']);
  expect(reply.model).not.toBe('');
  for (const act of reply.acts) expect(Object.keys(act).sort()).toEqual(['id', 'input', 'tool']);
  expect(new Set(reply.acts.map((act) => act.id)).size).toBe(reply.acts.length);
  for (const count of Object.values(reply.usage ?? {})) expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
}
