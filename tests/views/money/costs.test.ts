import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { type Heading, spendingBy } from '../../../src/views/money/costs.ts';

const HEADINGS: Heading[] = ['turn', 'day', 'task', 'thread'];
const DAY = 86_400_000;

const open = (turn: number, day = 0): Entry => ({ k: 'open', turn, time: day * DAY, boot: 'b', lock: 1, version: '1' });
const commit = (turn: number): Entry => ({ k: 'commit', turn, lock: 1 });
const intent = (turn: number, agent: string, attempt = 1): Entry => ({
  k: 'intent',
  turn,
  agent,
  n: 1,
  attempt,
  unit: null,
  model: 'm',
  provider: 'p',
  hash: '',
  reserve: 100,
  repeatable: false,
  prompt: { after: 0, results: [] },
});
const reply = (turn: number, agent: string, cost: number, attempt = 1): Entry => ({
  k: 'reply',
  turn,
  agent,
  n: 1,
  attempt,
  cost,
  over: 0,
  ms: 1,
  reply: {
    text: '',
    acts: [],
    usage: { input: 3, cachedInput: 1, cacheWrite: 0, output: 2, reasoning: 0 },
    requestId: null,
    model: 'm',
  },
});
const visit = (agent: string, mail: string[]): Entry => ({
  k: 'visit',
  agent,
  outcome: 'ok',
  mail,
  sent: 0,
  refused: 0,
  held: 0,
  told: 0,
  notes: [],
});
const mail = (id: string, to: string, thread: string, task?: string): Entry => ({
  k: 'sent',
  message: {
    id,
    from: 'x',
    to: [to],
    turn: 1,
    kind: 'message',
    subject: '',
    priority: 'normal',
    thread,
    hops: 0,
    ...(task ? { task } : {}),
    path: '',
    body: '',
  },
});
const settle = (key: string, amount: number): Entry => ({
  k: 'request',
  request: { ask: 'settle-doubt', by: 'human', key, amount },
  time: 0,
});

const spent = (heading: Heading, lines: Entry[]) =>
  Object.fromEntries([...spendingBy(heading, lines)].map(([name, cost]) => [name, Math.round(cost.spent * 1e6)]));

function ledger(lines: Entry[]): number {
  const state = emptyState();
  for (const line of lines) apply(state, line);
  return state.money.org.spent;
}

describe('spending by what only the history knows', () => {
  const story: Entry[] = [
    open(1),
    mail('m1', 'a', 't1', 'T1'),
    mail('m2', 'a', 't2'),
    mail('m3', 'b', 't1', 'T1'),
    commit(1),
    open(2, 1),
    intent(2, 'a'),
    intent(2, 'b'),
    reply(2, 'b', 7),
    reply(2, 'a', 5),
    visit('a', ['m1', 'm2']),
    visit('b', ['m3']),
    commit(2),
    { k: 'done', turn: 2 },
    open(3, 2),
    intent(3, 'a'),
    { k: 'recovered', turn: 3, again: [], doubt: ['3.a.1.1'] },
    intent(3, 'a', 2),
    reply(3, 'a', 11, 2),
    visit('a', []),
    commit(3),
    settle('3.a.1.1', 40),
  ];

  it('puts each charge where it belongs, and settled doubts where the call was', () => {
    expect(spent('turn', story)).toEqual({ 2: 12, 3: 51 });
    expect(spent('day', story)).toEqual({ '1970-01-02': 12, '1970-01-03': 51 });
    expect(spent('thread', story)).toEqual({ t1: 10, t2: 2, '(none)': 51 });
    expect(spent('task', story)).toEqual({ T1: 10, '(none)': 53 });
    expect(spendingBy('turn', story).get('2')).toEqual({ spent: 0.000012, calls: 2, tokens_in: 8, tokens_out: 4 });
  });

  it.each(HEADINGS)('by %s sums up to the ledger at every line', (heading) => {
    for (let end = 0; end <= story.length; end++) {
      const committed = story.slice(0, story.slice(0, end).findLastIndex((line) => line.k === 'commit') + 1);
      const whole = end === story.length ? story : committed;
      const total = Object.values(spent(heading, story.slice(0, end))).reduce((sum, micro) => sum + micro, 0);
      expect(total).toBe(ledger(whole));
    }
  });

  it('leaves out a turn that is not committed, and what was before a reset of the credits', () => {
    expect(spent('turn', [...story, open(4), intent(4, 'a'), reply(4, 'a', 9)])).toEqual(spent('turn', story));
    const reset: Entry = {
      k: 'request',
      request: { ask: 'reset', by: 'human', scope: 'credits', archive: '' },
      time: 0,
    };
    expect(spent('turn', [...story, reset])).toEqual({});
    expect(
      spent('turn', [...story, reset, open(4), intent(4, 'a'), reply(4, 'a', 9), visit('a', []), commit(4)]),
    ).toEqual({ 4: 9 });
  });
});
