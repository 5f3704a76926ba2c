import { expect, it } from 'vitest';
import { printFate, sentBy } from '../../../src/views/mail/sent.ts';
import { dead, visited } from '../../core/entries.ts';
import { letter, sent, stateOf } from '../../core/world.ts';

const mine = (n: number, to: string[], more = {}) => sent({ n, to, thread: 't', ...more });

it('a message waits, then was read, then answered, by each of its readers', () => {
  const first = letter().id;
  const state = stateOf(mine(1, ['a', 'b', 'c']), visited({ mail: [first] }), visited({ agent: 'b', mail: [first] }));
  expect(sentBy(state, 'human')).toEqual([
    { id: first, subject: 'Hello', waiting: ['c'], read_by: ['a', 'b'], answered_by: [] },
  ]);
  const later = stateOf(
    mine(1, ['a', 'b', 'c']),
    visited({ mail: [first] }),
    visited({ agent: 'b', mail: [first] }),
    sent({ from: 'a', to: ['human'], thread: 't' }),
    sent({ from: 'b', to: ['a'], thread: 't' }),
    mine(2, ['a'], { turn: 2 }),
  );
  expect(sentBy(later, 'human').map(printFate)).toEqual(['waits for c; read by b; answered by a', 'waits for a']);
});

it('what could not be delivered was not read', () => {
  const state = stateOf(mine(1, ['a', 'b']), dead({ to: ['b'] }), visited({ mail: [letter().id] }));
  expect(sentBy(state, 'human')).toMatchObject([{ waiting: ['b'], read_by: ['a'] }]);
});

it('the oldest first, whatever conversation it belongs to', () => {
  const state = stateOf(mine(1, ['a'], { turn: 3, thread: 'x' }), mine(2, ['a'], { turn: 1, thread: 'y' }));
  expect(sentBy(state, 'human').map(({ id }) => id)).toEqual(['000001-human-02', '000003-human-01']);
});
