import { expect, it } from 'vitest';
import { decidedText, heldText } from '../../../src/core/journal/texts-rules-1.ts';
import { HELD } from '../entries.ts';
import { letter } from '../world.ts';

const { k: _, ...held } = HELD;

/** Paragraphs below the front matter. */
function paragraphs(text: string): string[] {
  return text.replace(/^---\n[\s\S]*?\n---\n/, '').split('\n\n');
}

it('a held act of rules 1 is told as it was then', () => {
  expect(heldText(held)).toBe(`---
id: A-1-a-1
turn: 1
agent: a
tool: shell
rule: ask
contacts: [human]
decision: null
note: null
by: null
---
a wants to use shell. It waits because of: ask.

\`\`\`json
{
  "command": "ls"
}
\`\`\`

It had read (\`lemming read ID\` shows it):

- 000001-human-01 from human: "Hello"

Asked: human. It waits until somebody answers.

Answer here: write \`decision: approve\` or \`decision: deny\` above, and a \`note:\` for the agent if you like; the next turn reads it. Or: \`lemming approve A-1-a-1\`, \`lemming deny A-1-a-1\`, both with \`--note TEXT\`. An approved act is judged again and done once.
`);
});

it('so are reasons, prices and causes', () => {
  const because = 'It read a page.';
  const first = (more: object) => paragraphs(heldText({ ...held, ...more }))[0];
  expect(first({ because })).toBe('a wants to use shell. It read a page.');
  expect(first({ because, rule: 'taint' })).toBe('a wants to use shell. It waits because of: taint. It read a page.');

  const left = [
    { of: 'a', left: 2_500_000 },
    { of: '@crew', left: 10_000_000 },
  ];
  const priced = paragraphs(heldText({ ...held, spent: 30_000, price: { cost: 20_000, left } }));
  expect(priced).toContain('By then a had spent 0.03 credits in all.');
  expect(priced).toContain('Done, it costs 0.02 credits. Left by then: 2.5 of a, 10 of @crew.');
  expect(heldText(held)).not.toMatch(/spent|costs/);

  const cause = Array.from({ length: 12 }, (_, i) => ({ ...letter({ n: i + 1 }) }));
  const named = (n: number) => heldText({ ...held, cause: cause.slice(0, n) }).match(/^- .*$/gm);
  expect(named(12)?.slice(9)).toEqual(['- 000001-human-10 from human: "Hello"', '- and 2 more']);
  expect([named(10)?.length, named(0)]).toEqual([10, null]);
});

it('so are who is asked, what may be approved for ever, and what was tried', () => {
  expect(heldText({ ...held, contacts: [] })).toContain('Asked: nobody who is there. It waits');
  expect(heldText({ ...held, always: 'shell agent:a' })).toContain(
    '`lemming approve A-1-a-1 --always` also approves all that fits "shell agent:a".',
  );
  const shown = paragraphs(heldText({ ...held, over: 'h', shows: 'As it would be.' }));
  expect([shown[1], shown.join().includes('"command"')]).toEqual(['As it would be.', false]);
});

it('so is the answer', () => {
  const decided = { k: 'decided', id: held.id, by: 'human', outcome: 'done', held } as const;
  const last = (more: { decision: 'approved' | 'denied'; note: string }) =>
    paragraphs(decidedText({ ...decided, ...more })).slice(-2);
  expect(last({ decision: 'approved', note: 'fine' })).toEqual([
    'Approved by human: "fine"',
    'What came of it: "done"\n',
  ]);
  expect(last({ decision: 'denied', note: '' })[0]).toBe('Denied by human.');
});

it('a line that holds its text is told by it', () => {
  expect(heldText({ ...held, text: 'as today' })).toBe('as today');
});
