import { describe, expect, it } from 'vitest';
import { applyDebts, forgetDebts, payDebts, remindersFor } from '../../../src/core/mail/owed.ts';
import { deliver } from '../../../src/core/mail/reducer.ts';
import { touch } from '../../../src/core/model/state/staff.ts';
import type { State } from '../../../src/core/model/state.ts';
import { configOf, letter, sent, stateOf } from '../world.ts';

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

describe('whoever was asked later is reminded first', () => {
  const CONFIG = configOf({ edges: { human: ['a'], a: ['b', 'human'], b: ['a', 'c'], c: ['b'] } });
  const request = (from: string, to: string, n: number) => sent({ from, to: [to], kind: 'request', n, thread: 't' });
  /** Ids of which each agent is reminded. */
  const reminded = (state: State) =>
    Object.fromEntries(['a', 'b', 'c'].map((name) => [name, remindersFor(CONFIG, state, name).map(({ id }) => id)]));
  /** Each of these agents was given the message in that turn, and owes the answer. */
  function owing(...given: [agent: string, message: ReturnType<typeof sent>, turn: number][]): State {
    const state = stateOf(...given.map(([, line]) => line));
    for (const [agent, { message }, turn] of given) {
      state.clock.turn = turn - 1;
      applyDebts(state, { agent, owes: [message.id] });
      deliver(state, agent, [message.id]);
    }
    return state;
  }

  it('the agent at the end of the chain, not those that wait for it', () => {
    const state = owing(
      ['a', sent({ n: 1, thread: 't' }), 1],
      ['b', request('a', 'b', 2), 2],
      ['c', request('b', 'c', 3), 3],
    );
    expect(reminded(state)).toEqual({ a: [], b: [], c: ['000001-b-03'] });
    applyDebts(state, { agent: 'c', reminded: ['000001-b-03'] });
    expect(reminded(state)).toEqual({ a: [], b: ['000001-a-02'], c: [] });
  });

  it('and of agents that wait for one another somebody is, also when they were asked in one turn', () => {
    const later = owing(['a', request('b', 'a', 1), 2], ['b', request('a', 'b', 2), 3]);
    expect(reminded(later)).toEqual({ a: [], b: ['000001-a-02'], c: [] });
    const same = owing(['a', request('b', 'a', 1), 2], ['b', request('a', 'b', 2), 2]);
    expect(reminded(same)).toEqual({ a: ['000001-b-01'], b: ['000001-a-02'], c: [] });
  });

  it('but nobody waits for an agent that cannot be visited', () => {
    const state = owing(['a', sent({ n: 1, thread: 't' }), 1], ['b', request('a', 'b', 2), 2]);
    touch(state.staff, 'b').paused = true;
    expect(reminded(state)).toEqual({ a: ['000001-human-01'], b: [], c: [] });
  });
});
