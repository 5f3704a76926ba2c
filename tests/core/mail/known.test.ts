import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import { answeredBy, forgetAllKnown, knownTo, recentOf, textOf } from '../../../src/core/mail/known.ts';
import { KEPT_CHARS } from '../../../src/core/model/state/mail.ts';
import type { State } from '../../../src/core/model/state.ts';
import { asked, visited } from '../entries.ts';
import { sent, stateOf } from '../world.ts';

function told(n: number, agents = ['a']): State {
  const state = stateOf();
  for (let i = 1; i <= n; i++) {
    const line = sent({ n: i, to: agents, body: `Letter ${i}.` });
    apply(state, line);
    for (const agent of agents) apply(state, visited({ agent, mail: [line.message.id] }));
  }
  return state;
}

it('an agent knows what it wrote and was given, the latest first; a failed or cut visit gives nothing', () => {
  const state = told(70);
  apply(state, sent({ from: 'a', to: ['b'], turn: 1 }));
  apply(state, sent({ n: 71, turn: 1 }));
  apply(state, visited({ outcome: 'cut', reason: 'steps', mail: ['000001-human-71'] }));
  apply(state, sent({ n: 72, turn: 1 }));
  apply(state, visited({ outcome: 'cut', reason: 'steps', mail: ['000001-human-72'], settled: ['000001-human-72'] }));
  const ids = [...knownTo(state, 'a')];
  expect([ids.length, ids[0], ids[1], ids.at(-1)]).toEqual([72, '000001-human-72', '000001-human-70', '000001-a-01']);
  expect([...knownTo(state, 'b')]).toEqual([]);
});

it('what is not waited for was not given', () => {
  const state = stateOf(sent(), visited({ agent: 'b', mail: ['000001-human-01', '000001-human-09'] }));
  expect([...knownTo(state, 'b')]).toEqual([]);
});

it('keeps the text of a message once, as long as one of its readers may be shown it, and never too much', () => {
  const state = told(200, ['a', 'b']);
  expect(state.mail.texts.size).toBeLessThanOrEqual(36);
  for (const { holders } of state.mail.texts.values()) expect(holders).toBe(3); // its author is one
  forgetAllKnown(state, 'a');
  forgetAllKnown(state, 'human');
  for (const { holders } of state.mail.texts.values()) expect(holders).toBe(1);
  forgetAllKnown(state, 'b');
  expect([state.mail.texts.size, state.mail.recent.size, state.mail.known.size]).toEqual([0, 0, 0]);
  const long = stateOf(sent({ body: 'x'.repeat(KEPT_CHARS + 5), to: ['a', 'b', 'c', 'd', 'e', 'f'] }));
  expect(recentOf(long, 'human').map(({ id }) => textOf(long, id))).toMatchObject([
    { body: 'x'.repeat(KEPT_CHARS), size: KEPT_CHARS + 5, to: ['a', 'b', 'c', 'd', 'e'] },
  ]);
});

it('remembers the conversation of any message, its subject as long as it is kept, and taint', () => {
  const state = stateOf(sent({ thread: 't', subject: 'Bread' }), visited({ mail: ['000001-human-01'] }));
  expect(answeredBy(state, 'a', '000001-human-01')).toEqual({ id: '000001-human-01', thread: 't', subject: 'Bread' });
  state.mail.texts.delete('000001-human-01');
  expect(answeredBy(state, 'a', '000001-human-01')).toMatchObject({ thread: 't', subject: '' });
  for (const [agent, id] of [
    ['b', '000001-human-01'],
    ['a', 'x'],
    ['a', undefined],
  ] as const)
    expect(answeredBy(state, agent, id)).toBeUndefined();
});

it('whoever takes the name of an agent that left knows nothing of its mail, nor anybody after a reset', () => {
  const state = told(3);
  const chart = { text: '', was: '' };
  apply(state, { k: 'retired', agent: 'a', chart, credits: 0, to: null } as never);
  expect([...knownTo(state, 'a')]).toEqual([]);
  const other = told(3);
  apply(other, asked({ ask: 'reset', by: 'human', scope: 'mail' } as never));
  expect([other.mail.known.size, other.mail.recent.size, other.mail.texts.size]).toEqual([0, 0, 0]);
});

it('persons who write to many conversations are kept for the last exchange', () => {
  const state = stateOf();
  state.mail.own.set('human', new Set());
  apply(state, sent({ body: 'From the person.' }));
  apply(state, visited({ mail: ['000001-human-01'] }));
  for (let i = 1; i <= 60; i++) {
    const line = sent({ from: 'b', to: ['a'], n: i });
    apply(state, line);
    apply(state, visited({ mail: [line.message.id] }));
  }
  expect(recentOf(state, 'a').map(({ id }) => id)).toContain('000001-human-01');
});

it('what a list of recent mail says of its messages is what their texts say, whenever it is read', () => {
  const step = fc.record({
    from: fc.constantFrom('human', 'a', 'b'),
    kind: fc.constantFrom('message' as const, 'task' as const),
    read: fc.boolean(),
    after: fc.constantFrom('give', 'give twice', 'forget', 'nothing'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 90 }), (steps) => {
      const state = stateOf();
      for (const [i, { from, kind, read, after }] of steps.entries()) {
        const line = sent({ from, to: from === 'a' ? ['b'] : ['a'], kind, n: i + 1, thread: `t${i % 5}` });
        apply(state, line);
        const reader = line.message.to[0] as string;
        if (after.startsWith('give')) apply(state, visited({ agent: reader, mail: [line.message.id] }));
        if (after === 'give twice') {
          state.mail.waiting.set(line.message.id, { waiting: [reader], attempts: {}, ...line.message });
          apply(state, visited({ agent: reader, mail: [line.message.id] }));
        }
        if (after === 'forget') forgetAllKnown(state, reader);
        if (read)
          for (const agent of ['a', 'b', 'human']) {
            const told = recentOf(state, agent);
            expect(told.map(({ id }) => id)).toEqual(state.mail.recent.get(agent) ?? []);
            for (const head of told) expect(textOf(state, head.id)).toMatchObject(head);
          }
      }
    }),
    { numRuns: 200 },
  );
});
