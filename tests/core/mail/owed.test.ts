import { expect, it } from 'vitest';
import { applyDebts, forgetDebts, payDebts } from '../../../src/core/mail/owed.ts';
import { letter, sent, stateOf } from '../world.ts';

const asked = (n: number, thread: string) => sent({ from: 'b', to: ['a'], kind: 'request', n, thread });

it('a message that nobody waits for brings no debt', () => {
  const state = stateOf();
  applyDebts(state, { agent: 'a', owes: ['000001-b-01'] });
  expect(state.mail.owed.size).toBe(0);
});

it('a question back waits only in its conversation, and debts of an agent that left are forgotten', () => {
  const state = stateOf(asked(1, 'one'), asked(2, 'two'));
  applyDebts(state, { agent: 'a', owes: ['000001-b-01', '000001-b-02'] });
  payDebts(state, letter({ from: 'a', to: ['b'], kind: 'request', thread: 'one' }));
  expect(state.mail.owed.get('a')?.map(({ asked }) => asked)).toEqual([true, undefined]);
  payDebts(state, letter({ from: 'b', to: ['a'], thread: 'one' }));
  expect(state.mail.owed.get('a')?.map(({ asked }) => asked)).toEqual([undefined, undefined]);
  forgetDebts(state, 'a', '000001-b-01');
  expect(state.mail.owed.get('a')).toHaveLength(1);
  forgetDebts(state, 'a');
  forgetDebts(state, 'nobody');
  expect(state.mail.owed.size).toBe(0);
});
