import { describe, expect, it } from 'vitest';
import type { Reply } from '../../../src/core/model/call.ts';
import { type CacheUse, cache, Replies } from '../../../src/providers/with/cache.ts';
import type { CallModel, ModelRequest } from '../../../src/providers/with/line.ts';
import { askedOf, keepsTheLine, lineOf, never, REPLY } from './contract.ts';

const kept = (text: string, fields: object = {}) => ({
  agent: 'a',
  model: 'm',
  cost: 7,
  reply: { ...REPLY, text },
  ...fields,
});

/** A cache whose key is the turn of the prompt, and what it gave again. */
function world(entries = 10, ttlMs = 1000) {
  const again: Reply[] = [];
  const time = { now: 0 };
  const replies = new Replies(entries, () => time.now);
  const use: CacheUse<ModelRequest> = {
    key: ({ prompt }) => String(prompt.turn),
    ttlMs,
    again: async (_asked, reply) => {
      again.push(reply);
      return reply;
    },
  };
  const wrap = (line: CallModel) => cache(line, replies, use);
  return { again, time, replies, wrap };
}

keepsTheLine((line) => world().wrap(line));

describe('a cache', () => {
  it('gives a reply of a committed turn again, and none of a turn under way', async () => {
    const { wrap, replies, again } = world();
    const inner = lineOf(() => REPLY);
    const [line, asked] = [wrap(inner), askedOf()];
    replies.add(String(asked.prompt.turn), kept('Before'));
    await line(asked, never);
    expect([inner.calls, again]).toEqual([1, []]);
    replies.commit();
    expect((await line(asked, never)).text).toBe('Before');
    expect(inner.calls).toBe(1);
    expect(replies.statistics).toEqual({ hits: 1, misses: 1, entries: 1, saved: 7 });
  });

  it('asks anew for a request that was under way: what no committed turn has is not kept', async () => {
    const { wrap, again } = world();
    const inner = lineOf((nth) => (nth === 2 ? Promise.reject(new Error('broken')) : { ...REPLY, text: `${nth}` }));
    const [line, asked] = [wrap(inner), askedOf()];
    expect((await line(asked, never)).text).toBe('1');
    await expect(line(asked, never)).rejects.toThrow('broken');
    expect((await line(asked, never)).text).toBe('3');
    expect([inner.calls, again]).toEqual([3, []]);
  });

  it('asks once for the same request under way; when that fails the others ask themselves', async () => {
    const { wrap, again } = world();
    let release = (_reply: Reply) => {};
    const inner = lineOf((nth) =>
      nth === 1
        ? new Promise<Reply>((resolve) => {
            release = resolve;
          })
        : nth === 2
          ? Promise.reject(new Error('broken'))
          : REPLY,
    );
    const line = wrap(inner);
    const asked = askedOf();
    const both = [line(asked, never), line(asked, never)];
    await new Promise(setImmediate);
    release(REPLY);
    expect(await Promise.all(both)).toEqual([REPLY, REPLY]);
    expect([inner.calls, again.length]).toEqual([1, 1]);
    const other = askedOf();
    const ends = await Promise.allSettled([line(other, never), line(other, never)]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('forgets what is too old', async () => {
    const { replies, time } = world();
    replies.add('k', kept('Old'));
    replies.commit();
    time.now = 999;
    expect(replies.find('k', 1000)?.reply.text).toBe('Old');
    time.now = 1000;
    expect(replies.find('k', 1000)).toBeNull();
    expect(replies.statistics.entries).toBe(0);
  });

  it('forgets the least recently used, and being found counts as use', () => {
    const { replies } = world(3);
    for (const key of ['a', 'b', 'c']) replies.add(key, kept(key));
    replies.commit();
    replies.find('a', 1000);
    replies.add('d', kept('d'));
    replies.commit();
    expect(['a', 'b', 'c', 'd'].map((key) => replies.find(key, 1000) !== null)).toEqual([true, false, true, true]);
  });

  it('forgets by pattern: a model, an agent, or both, which are no regular expressions', () => {
    const { replies } = world();
    const all = [
      ['gpt', 'ada'],
      ['gpt', 'bob'],
      ['claude', 'ada'],
      ['g.t', 'x'],
    ] as const;
    for (const [model, agent] of all) replies.add(`${model} ${agent}`, kept('', { model, agent }));
    replies.commit();
    expect(replies.invalidate('g.t')).toBe(1);
    expect(replies.invalidate('gpt/a*')).toBe(1);
    expect(replies.invalidate('bob')).toBe(1);
    expect(replies.invalidate('nobody')).toBe(0);
    expect(replies.invalidate('*')).toBe(1);
  });

  it('can be written down and read back, in the order of use', () => {
    const { replies } = world(3);
    for (const key of ['a', 'b', 'c']) replies.add(key, kept(key));
    replies.commit();
    replies.find('a', 1000);
    const copy = new Replies(3, () => 0);
    copy.load(JSON.parse(JSON.stringify(replies.dump())));
    copy.add('d', kept('d'));
    copy.commit();
    expect(copy.find('b', 1000)).toBeNull();
    expect(copy.find('a', 1000)?.reply.text).toBe('a');
    expect(copy.statistics).toMatchObject({ hits: 2, saved: 14 });
  });
});
