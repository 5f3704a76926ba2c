import { expect, it } from 'vitest';
import { fateOf, type MessageFate, printFate, sentBy } from '../../../src/views/mail/sent.ts';
import { dead, visited } from '../../core/entries.ts';
import { configOf, letter, sent, stateOf } from '../../core/world.ts';

const EDGES = { human: ['a', 'b', 'c'], a: [], b: [], c: [] };
const CONFIG = configOf({ edges: EDGES, models: { default: { provider: 'ollama', model: 'm' } } });

const mine = (n: number, to: string[], more = {}) => sent({ n, to, thread: 't', ...more });

it('a message waits, then was read, then answered, by each of its readers', () => {
  const first = letter().id;
  const read = (agent: string) => ({ ...visited({ agent, mail: [first] }), owes: [first] });
  const state = stateOf(mine(1, ['a', 'b', 'c']), read('a'), read('b'));
  expect(sentBy(CONFIG, state, 'human')).toEqual([
    { id: first, subject: 'Hello', waiting: ['c'], read_by: ['a', 'b'], answered_by: [] },
  ]);
  const later = stateOf(
    mine(1, ['a', 'b', 'c']),
    read('a'),
    read('b'),
    sent({ from: 'a', to: ['human'], thread: 't', kind: 'response' }),
    sent({ from: 'b', to: ['a'], thread: 't' }),
    mine(2, ['a'], { turn: 2 }),
  );
  expect(sentBy(CONFIG, later, 'human').map(printFate)).toEqual([
    'waits for c; read by b; answered by a',
    'waits for a',
  ]);
});

it('what could not be delivered was not read', () => {
  const state = stateOf(mine(1, ['a', 'b']), dead({ to: ['b'] }), {
    ...visited({ mail: [letter().id] }),
    owes: [letter().id],
  });
  expect(sentBy(CONFIG, state, 'human')).toMatchObject([{ waiting: ['b'], read_by: ['a'] }]);
});

it('the oldest first, whatever conversation it belongs to', () => {
  const state = stateOf(mine(1, ['a'], { turn: 3, thread: 'x' }), mine(2, ['a'], { turn: 1, thread: 'y' }));
  expect(sentBy(CONFIG, state, 'human').map(({ id }) => id)).toEqual(['000001-human-02', '000003-human-01']);
});

it.each([
  ['is answered when its reader owes nothing any more', 'request', [], 'answered by a'],
  ['is only read while its reader owes an answer', 'request', ['000001-human-01'], 'read by a'],
  ['that asks for no answer is only read', 'status', [], 'read by a'],
] as const)('a message %s', (_what, kind, owes, said) => {
  const id = letter().id;
  const given = { ...visited({ mail: [id] }), owes: [...owes] };
  const state = stateOf(mine(1, ['a'], { kind }), given, sent({ from: 'a', to: ['b'], thread: 't' }));
  expect(printFate(fateOf(CONFIG, state, { id, from: 'human', to: ['a'], kind }))).toBe(said);
  const told = stateOf(
    mine(1, ['a'], { kind }),
    given,
    sent({ from: 'a', kind: 'status', to: ['human'], thread: 't' }),
  );
  expect(printFate(sentBy(CONFIG, told, 'human')[0] as MessageFate)).toBe(owes.length ? 'read by a' : 'answered by a');
});

it('rules that stand for a model owe nothing, so that only what they write is an answer', () => {
  const id = letter().id;
  const state = stateOf(mine(1, ['a'], { kind: 'request' }), visited({ mail: [id] }));
  const config = configOf({ edges: EDGES });
  expect(printFate(fateOf(config, state, { id, from: 'human', to: ['a'], kind: 'request' }))).toBe('read by a');
  expect(printFate(fateOf(config, state, { id, from: 'human', to: ['a'], kind: 'request' }, ['a']))).toBe(
    'answered by a',
  );
});
