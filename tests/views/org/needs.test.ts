import { expect, it } from 'vitest';
import { fault } from '../../../src/schema/fault.ts';
import { approvalsFor, countNeeds, NO_NEEDS, printNeeds, starvedIn } from '../../../src/views/org/needs.ts';
import { asked, dead, HELD, visited } from '../../core/entries.ts';
import { configOf, letter, sent, stateOf } from '../../core/world.ts';

const config = configOf({
  edges: { human: ['a'], boss: ['a'], a: ['human', 'boss'] },
  resumes: { boss: { person: true } },
});
const toHuman = (n: number, more = {}) => sent({ from: 'a', to: ['human'], n, ...more });

it('counts decisions, empty purses, faults, dead letters and mail, but no notices', () => {
  const state = stateOf(
    HELD,
    sent(),
    visited({ outcome: 'skipped', blame: 'credits', reason: 'no credits: a has too little left' }),
    toHuman(1),
    toHuman(2, { kind: 'notice' }),
    sent({ n: 2 }),
    dead({ id: letter({ n: 2 }).id, message: letter({ n: 2 }).id }),
    { k: 'notice', to: 'human', about: 'ack', text: 'seen' },
  );
  const counts = countNeeds(config, state, 'human', [
    fault('unknown-key', 'no key', { file: 'org/org.yaml', line: 3 }),
  ]);
  expect(counts).toEqual({
    count: 5,
    mail: 1,
    approvals: 1,
    dead_letters: 1,
    undelivered: 1,
    out_of_credits: 1,
    faults: 1,
  });
  expect(printNeeds(counts)).toBe(
    'Needs you: 1 action to approve or deny (lemming approvals), 1 agent out of credits (lemming top-up, or raise a cap in org/credits.yaml), 1 fault in the configuration (lemming validate), 1 dead letter (lemming show ID, lemming retry ID), 1 message to read (lemming inbox)',
  );
  expect(printNeeds(NO_NEEDS)).toBe('');
});

it('dead letters of one cause in one chain need a person once', () => {
  const chain = [1, 2, 3].map((n) => sent({ n, thread: 'loop' }));
  const gone = chain.map(({ message: { id } }) => dead({ id, message: id, reason: 'hops' }));
  const counts = countNeeds(config, stateOf(...chain, ...gone), 'human', []);
  expect(counts).toMatchObject({ count: 1, dead_letters: 1, undelivered: 3 });
  expect(printNeeds(counts)).toBe('Needs you: 3 dead letters of 1 cause (lemming show ID, lemming retry ID)');
});

it('an act waits for those it asks; when none of them is there, for everybody; answered, for nobody', () => {
  const state = stateOf(
    { ...HELD, contacts: ['boss'] },
    { ...HELD, id: 'A-1-a-2', contacts: ['nobody'] },
    { ...HELD, id: 'A-1-a-3' },
    asked({ ask: 'deny', by: 'human', id: 'A-1-a-3', note: '' }),
  );
  expect(approvalsFor(config, state, 'human').map(({ id }) => id)).toEqual(['A-1-a-2']);
  expect(approvalsFor(config, state, 'boss').map(({ id }) => id)).toEqual(['A-1-a-1', 'A-1-a-2']);
});

it('an act that was approved and cannot be paid wants credits, once with the agent', () => {
  const yes = asked({ ask: 'approve', by: 'human', id: HELD.id, note: '' });
  const lines = [HELD, yes, { k: 'unpaid' as const, id: HELD.id, cost: 5 }];
  expect(countNeeds(config, stateOf(...lines), 'human', [])).toMatchObject({ count: 1, out_of_credits: 1 });
  const starved = stateOf(...lines, sent(), visited({ outcome: 'skipped', blame: 'credits' }));
  expect(countNeeds(config, starved, 'human', [])).toMatchObject({ count: 1, out_of_credits: 1 });
  expect(starvedIn(starved)).toEqual(['a']);
});

it('an agent whose only mail is a notice is not missed for want of credits', () => {
  const state = stateOf(sent({ kind: 'notice' }), visited({ outcome: 'skipped', blame: 'credits' }));
  expect(starvedIn(state)).toEqual([]);
});
