import { describe, expect, it } from 'vitest';
import { agentState } from '../../../src/core/model/state/staff.ts';
import type { Engine } from '../../../src/engine/turn/engine.ts';
import { Org, say, textOf } from '../../regression/org.ts';

const QUESTION = { question: 'Ship on Friday?', options: ['Friday', 'Monday'], context: 'The tests are red.' };
const PLAN = {
  edges: { human: ['a'], a: ['human'] },
  resumes: { a: { tools: ['request_approval', 'ask:write_file'], schedule: { when: 'always' } } },
};

function asking(policies: object[] = []): Org {
  return new Org({ ...PLAN, org: { policies } }, ({ turn }) =>
    turn === 1 ? [{ tool: 'request_approval', input: QUESTION }] : undefined,
  );
}

it.each(['approve', 'deny'] as const)(
  'a question waits for a person, whose answer (%s) comes with the next visit',
  async (ask) => {
    const org = asking();
    await org.turns(2);
    const file = org.read('org/approvals/A-1-a-1.md') ?? '';
    for (const words of [
      'a wants to use request_approval. A person decides about each request_approval.',
      'It asks: "Ship on Friday?"',
      'The tests are red.',
      '1. "Friday"',
      'Asked: human.',
    ])
      expect(file).toContain(words);
    await org.ask({ ask, by: 'human', id: 'A-1-a-1', note: 'Monday' });
    await org.turns(1);
    const said = textOf(org.prompts.at(-1));
    expect(said).toContain(
      `human answered A-1-a-1 "Ship on Friday?": ${ask === 'deny' ? 'No' : 'Yes, without naming an option'}. Note: "Monday".`,
    );
    expect(said).toContain('Monday');
  },
);

describe('a question with options', () => {
  const FILE = 'org/approvals/A-1-a-1.md';
  const told = (org: Org) => textOf(org.visits('a').at(-1));

  it.each([
    ['its number', 'option: 2'],
    ['its text', 'option: Monday'],
    ['its text and a decision', 'option: monday\ndecision: approve'],
  ])('is answered in its file by %s, and the agent is told which one', async (_what, line) => {
    const org = asking();
    await org.turns(1);
    org.disk.put(FILE, `---\n${line}\nnote: Tests first.\n---\n`);
    await org.turns(1);
    expect(org.lines('answer')).toMatchObject([{ decision: 'approve', said: 'Monday', note: 'Tests first.' }]);
    expect(org.lines('decided')).toMatchObject([{ decision: 'approved', said: 'Monday', outcome: 'Monday' }]);
    expect(told(org)).toContain('human answered A-1-a-1 "Ship on Friday?": "Monday". Note: "Tests first."');
    expect(org.read('org/approvals/answered/A-1-a-1.md')).toContain('\noption: Monday\n');
  });

  it.each([
    ['one that there is not', 'option: Sunday', 'Its options are: 1 "Friday", 2 "Monday".'],
    ['one, and a denial', 'option: Friday\ndecision: deny', 'A denial cannot have an option or a text'],
    ['a text that was not asked for', 'answer: Later', 'does not ask for a text'],
  ])('answered in its file by %s is told, and goes on waiting', async (_what, line, words) => {
    const org = asking();
    await org.turns(1);
    org.disk.put(FILE, `---\n${line}\n---\n`);
    await org.turns(1);
    expect(org.lines('aside')).toMatchObject([{ path: FILE, detail: expect.stringContaining(words) }]);
    expect(org.lines('decided')).toEqual([]);
    org.disk.put(FILE, '---\noption: 1\n---\n');
    await org.turns(1);
    expect(told(org)).toContain('"Ship on Friday?": "Friday".');
  });

  it('is answered whatever became of the tool or the policies meanwhile', async () => {
    const org = asking();
    await org.turns(1);
    org.disk.put('agents/a/resume.md', '---\ntools: []\nschedule: { when: always }\n---\nYou work.\n');
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '', said: 'Friday' });
    await org.turns(1);
    expect(told(org)).toContain('"Ship on Friday?": "Friday".');
    expect(org.lines('decided')).toMatchObject([{ outcome: 'Friday' }]);
  });

  it('may ask for a text', async () => {
    const org = new Org(PLAN, ({ turn }) =>
      turn === 1 ? [{ tool: 'request_approval', input: { question: 'A title?', free_text: true } }] : undefined,
    );
    await org.turns(1);
    org.disk.put(FILE, '---\nanswer: |\n  Bread\n  at home\n---\n');
    await org.turns(1);
    expect(told(org)).toContain('human answered A-1-a-1 "A title?": "Bread\\nat home".');
  });
});

it('a policy cannot answer a question for ever, but may choose who is asked, or deny', async () => {
  const always = asking([{ act: '*', do: 'always' }]);
  await always.turns(1);
  expect(always.lines('held')).toMatchObject([{ rule: 'held-tool' }]);
  const asked = asking([{ act: 'request_approval', do: { ask: ['human'] } }]);
  await asked.turns(1);
  expect(asked.lines('held')).toMatchObject([{ rule: 'policy request_approval' }]);
  const denied = asking([{ act: 'request_approval', do: 'deny' }]);
  await denied.turns(1);
  expect(denied.lines('held')).toEqual([]);
});

it('the file of a held write shows what changes and what the agent has spent; a key in it is struck out', async () => {
  const org = new Org(
    {
      ...PLAN,
      models: { default: { provider: 'mind', price: { per_call: 0.01 } } },
      credits: { agents: { a: { grant: 1 } } },
    },
    ({ turn }) =>
      turn === 2
        ? [{ tool: 'write_file', input: { path: 'x.txt', content: 'one\n2\nthree\n' } }]
        : [say('human', 'Hi.')],
  );
  org.env = { SOME_API_KEY: 'sk-1234567890abcdef' };
  org.disk.put('agents/a/workspace/x.txt', 'one\ntwo\nsk-1234567890abcdef\n');
  await org.turns(2);
  const file = org.read('org/approvals/A-2-a-1.md') ?? '';
  expect(file).toContain('The change of "x.txt":\n\n```diff\n one\n-two\n-[SOME_API_KEY]\n+2\n+three\n```');
  expect(file).toContain('a had spent 0.02 credits');
  expect(agentState((await org.look((engine: Engine) => engine)).state.staff, 'a').spent).toBe(20_000);
});
