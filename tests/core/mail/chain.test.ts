import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainOf, deadLines, noticeLines } from '../../../src/core/mail/chain.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import type { State } from '../../../src/core/model/state.ts';
import { asked, dead, EVERY, journals } from '../entries.ts';
import { letter, sent, stateOf } from '../world.ts';

const idOf = (n: number) => letter({ n }).id;
const gone = (n: number, more: Parameters<typeof dead>[0] = {}) => dead({ id: idOf(n), message: idOf(n), ...more });
const told = (n: number) => ({
  k: 'notice' as const,
  to: 'human',
  about: 'loop' as const,
  text: `t${n}`,
  dead: idOf(n),
});
const countsOf = (state: State) => deadLines(state).map(({ count, ids }) => [count, ...ids]);

describe('dead letters of one cause in one chain', () => {
  const chain = 'the-thread';

  it('are one line with their ids; the chain is the conversation', () => {
    const mail = [1, 2, 3].map((n) => sent({ n, thread: n === 3 ? 'other' : chain }));
    const state = stateOf(...mail, gone(1), gone(2), gone(3));
    expect(countsOf(state)).toEqual([
      [2, idOf(1), idOf(2)],
      [1, idOf(3)],
    ]);
    expect(state.dead.chains.size).toBe(2);
  });

  it('have another cause by another reason, or another who did not get it; but whoever comes next in a chain that is too long', () => {
    const of = (reason: string, ...to: string[]) => chainOf(chain, { id: 'x', reason, to });
    expect(of('hops', 'a')).toBe(of('hops', 'b'));
    expect(of('attempts', 'a')).not.toBe(of('attempts', 'b'));
    expect(of('attempts', 'a')).not.toBe(of('expired', 'a'));
    expect(of('attempts', 'a', 'b')).not.toBe(of('attempts', 'a,b'));
    expect(chainOf(null, { id: 'aside-1', reason: 'malformed', to: [] })).toBe('aside-1');
  });

  it('are lines again when some are settled, and none after a reset', () => {
    const mail = [1, 2].map((n) => sent({ n, thread: chain }));
    const lines = [...mail, gone(1), gone(2)];
    const again = { k: 'revived' as const, turn: 2, id: idOf(1), message: letter({ n: 1 }), to: ['a'] };
    expect(countsOf(stateOf(...lines, again))).toEqual([[1, idOf(2)]]);
    expect(stateOf(...lines, asked({ ask: 'reset', by: 'human', scope: 'mail', archive: '' })).dead.chains.size).toBe(
      0,
    );
  });

  it('are counted in the state as they lie there, whatever happened', () => {
    fc.assert(
      fc.property(journals, (entries) => {
        const state = stateOf(...entries, ...Object.values(EVERY));
        expect(state.dead.chains.size).toBe(deadLines(state).length);
        for (const { chain, count } of deadLines(state)) expect(state.dead.chains.get(chain)).toBe(count);
        expect(deadLines(state).flatMap(({ ids }) => ids)).toHaveLength(state.dead.letters.size);
      }),
    );
  });
});

describe('notices of one cause in one chain', () => {
  const mail = [1, 2, 3].map((n) => sent({ n, thread: n === 3 ? 'other' : 'chain' }));
  const linesOf = (...entries: Parameters<typeof stateOf>) =>
    noticeLines(agentState(stateOf(...entries).staff, 'human').notices);

  it('are one line in the place of the last, with a count and the ids of the dead letters', () => {
    const lines = linesOf(...mail, gone(1), told(1), gone(3), told(3), EVERY.notice, gone(2), told(2));
    expect(lines.map(({ count, ids }) => [count, ...ids])).toEqual([
      [1, idOf(3)],
      [2, idOf(1), idOf(2)],
    ]);
    expect(lines.map(({ text }) => text)).toEqual([
      't3',
      't2 2 messages of this chain were not delivered for this reason. lemming retry delivers all of them again.',
    ]);
  });

  it('go with the letter that was given another chance; what names no dead letter stands for itself', () => {
    const again = { k: 'revived' as const, turn: 2, id: idOf(1), message: letter({ n: 1 }), to: ['a'] };
    expect(linesOf(...mail, gone(1), told(1), gone(2), told(2), again)).toMatchObject([{ count: 1, ids: [idOf(2)] }]);
    const plain = { k: 'notice' as const, to: 'human', about: 'ack' as const, text: 'seen' };
    expect(linesOf(plain, plain)).toEqual([
      { turn: 1, about: 'ack', text: 'seen', count: 1, ids: [] },
      { turn: 1, about: 'ack', text: 'seen', count: 1, ids: [] },
    ]);
    expect(linesOf(told(1))).toMatchObject([{ count: 1, text: 't1' }]);
  });
});
