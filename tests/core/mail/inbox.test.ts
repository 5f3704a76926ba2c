import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import { inboxOfVisit } from '../../../src/core/mail/inbox.ts';
import type { State } from '../../../src/core/model/state.ts';
import { visited } from '../entries.ts';
import { sent, stateOf } from '../world.ts';

/** Room for so many messages with bodies of 200 characters: a head counts 200, a token is four characters. */
const roomFor = (messages: number): number => messages * 100;
const BODY = 'x'.repeat(200);

function ids(state: State, turn: number, tokens = 100_000): string[] {
  return inboxOfVisit(state, 'a', turn, tokens, 3).mail.map(({ id }) => id);
}

describe('the order of the inbox', () => {
  it.each([
    ['urgent', 'high', 'normal', 'low'],
    ['low', 'normal', 'high', 'urgent'],
    ['normal', 'low', 'urgent', 'high'],
  ] as const)('is by priority: %s %s %s %s', (...priorities) => {
    const state = stateOf(...priorities.map((priority, i) => sent({ from: `s${i}`, priority })));
    const rank = ['urgent', 'high', 'normal', 'low'];
    expect(inboxOfVisit(state, 'a', 2, 100_000, 3).mail.map(({ priority }) => priority)).toEqual(rank);
  });

  it.each([
    [8, ['000008-new-01', '000001-old-01']],
    [9, ['000001-old-01', '000008-new-01']],
    [15, ['000001-old-01', '000008-new-01']],
    [16, ['000008-new-01', '000001-old-01']],
    [40, ['000001-old-01', '000008-new-01']],
  ])('lifts a message by one priority in eight turns: in turn %i', (turn, order) => {
    const state = stateOf(sent({ from: 'new', turn: 8 }), sent({ from: 'old', priority: 'low' }));
    expect(ids(state, turn)).toEqual(order);
  });

  it('is by age within a priority, and by id within a turn, however the mail arrived', () => {
    const state = stateOf(
      sent({ from: 'c', turn: 3 }),
      sent({ from: 'b', turn: 2 }),
      sent({ from: 'd', turn: 2 }),
      sent({ from: 'e', turn: 1 }),
    );
    expect(ids(state, 4)).toEqual(['000001-e-01', '000002-b-01', '000002-d-01', '000003-c-01']);
  });

  it('lets the senders take turns, so that a chatty one does not fill a visit', () => {
    const chatty = Array.from({ length: 5 }, (_, i) => sent({ from: 'chatty', n: i + 1, body: BODY }));
    const state = stateOf(...chatty, sent({ from: 'quiet', turn: 2, body: BODY }));
    const given = inboxOfVisit(state, 'a', 3, roomFor(3), 3);
    expect(given.mail.map(({ id }) => id)).toEqual(['000001-chatty-01', '000002-quiet-01', '000001-chatty-02']);
    expect(given.waiting).toBe(3);
  });
});

describe('the room of a visit', () => {
  const state = stateOf(...Array.from({ length: 4 }, (_, i) => sent({ n: i + 1, body: BODY })));

  it.each([
    [roomFor(4), 4],
    [roomFor(4) - 1, 3],
    [roomFor(1), 1],
    [1, 1],
  ])('of %i tokens holds %i messages, at least one', (tokens, messages) => {
    const given = inboxOfVisit(state, 'a', 2, tokens, 3);
    expect([given.mail.length, given.waiting, given.cut]).toEqual([messages, 4 - messages, tokens * 4]);
  });

  it('counts a message that is too long as what is left of it', () => {
    const long = stateOf(sent({ body: 'x'.repeat(10_000) }), sent({ n: 2 }));
    expect(inboxOfVisit(long, 'a', 2, 1000, 3)).toMatchObject({
      mail: [{ id: '000001-human-01' }],
      waiting: 1,
      cut: 4000,
    });
  });

  it('of an empty inbox is not used', () => {
    expect(inboxOfVisit(state, 'nobody', 2, 100, 3)).toEqual({ mail: [], waiting: 0, cut: 400 });
  });
});

describe('after a failed visit', () => {
  const failed = visited({
    outcome: 'failed',
    blame: 'reply',
    mail: ['000002-b-01', '000001-c-01', '000001-d-01', '000003-b-01'],
  });
  const state = stateOf(
    sent({ from: 'b', turn: 2, priority: 'urgent' }),
    sent({ from: 'd' }),
    sent({ from: 'c' }),
    sent({ from: 'e' }),
    sent({ from: 'b', turn: 3 }),
    failed,
  );

  it('the oldest message that failed comes alone, until it is delivered or dead', () => {
    expect(inboxOfVisit(state, 'a', 3, 100_000, 3)).toMatchObject({ mail: [{ id: '000001-c-01' }], waiting: 4 });
    apply(state, visited({ mail: ['000001-c-01'] }));
    expect(ids(state, 3)).toEqual(['000001-d-01']);
    apply(state, visited({ mail: ['000001-d-01'] }));
    expect(ids(state, 3)).toEqual(['000002-b-01']);
    apply(state, visited({ mail: ['000002-b-01'] }));
    expect(ids(state, 3)).toEqual(['000003-b-01']);
    apply(state, visited({ mail: ['000003-b-01'] }));
    expect(ids(state, 3)).toEqual(['000001-e-01']);
  });

  it('of another recipient nothing changes', () => {
    const shared = stateOf(
      sent({ to: ['a', 'b'] }),
      sent({ n: 2 }),
      visited({ agent: 'b', outcome: 'failed', blame: 'reply', mail: ['000001-human-01'] }),
    );
    expect(ids(shared, 2)).toHaveLength(2);
  });
});

describe('any inbox', () => {
  const inboxes = fc.array(
    fc.record({
      from: fc.constantFrom('b', 'c', 'd'),
      turn: fc.integer({ min: 1, max: 30 }),
      priority: fc.constantFrom('urgent' as const, 'high' as const, 'normal' as const, 'low' as const),
      body: fc.string({ maxLength: 1000 }),
    }),
    { maxLength: 20 },
  );
  const stateWith = (list: readonly Parameters<typeof sent>[0][]) =>
    stateOf(...list.map((fields, i) => sent({ ...fields, n: i + 1 })));

  it('is given within the room, each message once, and the rest is counted', () => {
    fc.assert(
      fc.property(inboxes, fc.integer({ min: 1, max: 2000 }), (list, tokens) => {
        const state = stateWith(list);
        const { mail, waiting, cut } = inboxOfVisit(state, 'a', 31, tokens, 3);
        expect(mail.length + waiting).toBe(list.length);
        expect(new Set(mail.map(({ id }) => id)).size).toBe(mail.length);
        const used = mail.reduce((sum, { body }) => sum + 200 + Math.min(body.length, cut), 0);
        expect(mail.length <= 1 || used <= tokens * 4).toBe(true);
        expect(mail.length > 0 || list.length === 0).toBe(true);
      }),
    );
  });

  it('is read to its end, whatever urgent mail comes in between', () => {
    fc.assert(
      fc.property(inboxes, (list) => {
        const state = stateWith(list);
        const first = new Set(state.mail.waiting.keys());
        for (let turn = 31; first.size > 0; turn++) {
          expect(turn).toBeLessThan(31 + 24 + 2 * list.length + 40);
          const { mail } = inboxOfVisit(state, 'a', turn, 1, 3);
          for (const { id } of mail) first.delete(id);
          apply(state, visited({ mail: mail.map(({ id }) => id) }));
          apply(state, sent({ from: 'loud', turn, n: 50, priority: 'urgent' }));
        }
      }),
    );
  });
});

describe('mail that is given again', () => {
  const all = Array.from({ length: 5 }, (_, i) => sent({ n: i + 1, ...(i === 4 && { priority: 'urgent' as const }) }));
  const of = (...names: number[]) => names.map((n) => `000001-human-0${n}`);
  const given = of(1, 2, 3, 4, 5);

  it('after a visit that was cut comes by halves, urgent mail first, and then all of it', () => {
    const state = stateOf(...all, visited({ outcome: 'cut', reason: 'tokens', mail: given }));
    expect(ids(state, 3)).toEqual(of(5, 1, 2));
    apply(state, visited({ mail: of(5, 1, 2) }));
    expect(ids(state, 4)).toEqual(of(3, 4));
  });

  it('comes alone when it made a second visit end early, or made one fail', () => {
    const cut = stateOf(...all, visited({ outcome: 'cut', reason: 'tokens', mail: given }));
    apply(cut, visited({ outcome: 'cut', reason: 'tokens', mail: of(5, 1, 2) }));
    expect(ids(cut, 4)).toEqual(of(1));
    const failed = stateOf(...all, visited({ outcome: 'failed', blame: 'reply', mail: given }));
    expect(ids(failed, 3)).toEqual(of(1));
  });
});
