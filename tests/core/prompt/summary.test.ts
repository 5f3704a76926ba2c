import { expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import { summaryOrder } from '../../../src/core/prompt/summary.ts';
import { HELD, intent, opened, replied } from '../entries.ts';
import { configOf, resumeOf, sent, stateOf } from '../world.ts';

const EDGES = { human: ['a'], a: ['b', 'human'], b: ['a'] };

function asked(entries: Entry[], edges: Record<string, string[]> = EDGES, more: object = {}): string[] {
  const config = configOf({ edges, ...more });
  return summaryOrder(config, stateOf(...entries), resumeOf(config, 'a'))
    .trimEnd()
    .split('\n');
}

it('gives the facts since the last summary: what was done, is open, was spent, and waits', () => {
  const answer: Entry = {
    k: 'answer',
    turn: 2,
    id: 'A-1-b-9',
    decision: 'deny',
    by: 'human',
    note: '',
    hash: 'h',
    text: '',
  };
  const lines: Entry[] = [
    opened(1),
    sent({ from: 'b', to: ['a'], kind: 'report', subject: 'Old' }),
    opened(4),
    intent(),
    replied({ cost: 1_000_000 }),
    { k: 'summarised' },
    { k: 'commit', turn: 4, lock: 1 },
    opened(6),
    intent(),
    replied({ cost: 250_000 }),
    sent({ from: 'b', n: 2, to: ['a'], kind: 'report', subject: 'Built <it>' }),
    sent({ from: 'b', n: 3, to: ['a'], subject: 'Chat' }),
    { k: 'wrote', agent: 'b', path: 'org/shared/status.md', text: 'x', was: null },
    { k: 'wrote', agent: 'b', path: 'agents/b/memory/x.md', text: 'x', was: null },
    HELD,
    { ...HELD, id: 'A-1-b-9' },
    answer,
    opened(8),
    intent(),
    replied({ cost: 999 }),
  ];
  expect(asked(lines)).toEqual([
    'A summary is due. Send human one message of kind report: what happened since turn 4, what is open, and what needs a decision. If they know all of it already, call done instead. From the journal:',
    '- Reports: 1.',
    '  - turn 6, b to a: 000001-b-02 "Built \\u003cit\\u003e"',
    '- Shared files written: shared/status.md.',
    '- Open: a has 3 unread messages.',
    '- Spent since turn 4: 1.25 credits.',
    '- Waiting for a person: A-1-a-1 shell ls since turn 1.',
  ]);
});

it('says so when there is nothing, and names the last reports of many', () => {
  expect(asked([], { a: ['b'] })).toEqual([
    'A summary is due. Send the owner one message of kind report: what happened so far, what is open, and what needs a decision. If they know all of it already, call done instead. From the journal:',
    '- Reports: none.',
    '- Open: no agent has unread mail.',
    '- Spent so far: 0 credits.',
    '- Waiting for a person: nothing.',
  ]);
  const edges = { human: ['a'], ...Object.fromEntries(['a', 'b', 'c'].map((name) => [name, ['human']])) };
  const reports = ['a', 'b', 'c'].flatMap((from) =>
    Array.from({ length: 6 }, (_, i) => sent({ from, n: i + 1, to: ['human'], kind: 'report' })),
  );
  const lines = asked([opened(1), ...reports], edges);
  expect(lines[1]).toBe('- Reports: 18; the last 12 of them.');
  expect(lines.filter((line) => line.startsWith('  - '))).toHaveLength(12);
  const one = asked([opened(1), sent({ to: ['a'] })]);
  expect(one).toContain('- Open: a has 1 unread message.');
});

it('says nothing of money to a model whose replies are reused: a second run costs less', () => {
  const models = { default: { provider: 'scripted', cache: {} } };
  expect(asked([opened(1)], EDGES, { models }).join()).not.toContain('credits');
});
