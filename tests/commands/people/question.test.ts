import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOrg } from '../../../src/app/read-org.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { readFilter } from '../../../src/views/screen/filter.ts';
import { approvalsPane } from '../../../src/views/screen/panes/approvals-pane.ts';
import type { ScreenSnapshot } from '../../../src/views/screen/snapshot.ts';
import { scratchOrg } from '../world.ts';
import { lemming, turns, untilIdle } from './world.ts';

const DRINKS = { question: 'Which drink?', options: ['Tea', 'Coffee'], context: 'For the meeting.' };

/** An organisation in which the waiter has asked, and greets in each later visit. */
async function asking(input: object = DRINKS): Promise<string> {
  const root = scratchOrg({
    edges: { human: ['waiter'], waiter: ['human'] },
    resumes: { waiter: { tools: ['request_approval', 'ask:write_file'], schedule: { every: 50 } } },
    rules: [
      { when: { from: 'human' }, reply: { acts: [{ tool: 'request_approval', input }] } },
      { reply: { acts: [{ tool: 'send_message', input: { to: 'human', body: 'I go on.' } }] } },
    ],
  });
  await lemming(root, ['send', 'waiter', '--priority', 'urgent', 'Order drinks.']);
  await untilIdle(root);
  return root;
}

const ID = 'A-1-waiter-1';
const prompt = async (root: string) => (await lemming(root, ['show', '2.waiter'])).out;

describe('a question', () => {
  it('is listed with its options, and how to answer it', async () => {
    const root = await asking();
    expect((await lemming(root, ['approvals'])).out).toContain(
      '  question: Which drink?\n  context:\n    For the meeting.\n  options:\n    1. "Tea"\n    2. "Coffee"\n  answer with lemming approve A-1-waiter-1 --option N',
    );
    expect((await lemming(root, ['approvals', '--json'])).data.approvals).toMatchObject([
      { id: ID, options: ['Tea', 'Coffee'], free_text: false },
    ]);
    const { config, state } = readOrg({ machine: realMachine, root, env: {} });
    const pane = approvalsPane(
      { config, state, requests: [], present: new Map() } as unknown as ScreenSnapshot,
      readFilter('', []),
    );
    const shown = pane
      .detail(0)
      .map(({ spans }) => spans.map(({ text }) => text).join(''))
      .join('\n');
    expect(shown).toContain('1. Tea\n2. Coffee\n\nTo approve it, give an option, and a note if you like.');
  });

  it.each([['Coffee'], ['2'], ['coffee']])(
    'is answered with --option %s: its agent is called at once and told which',
    async (option) => {
      const root = await asking();
      const { data } = await lemming(root, ['approve', ID, '--option', option, '--note', 'Hot.', '--json']);
      expect(data).toMatchObject({ decision: 'approve', said: 'Coffee' });
      const [made] = await untilIdle(root);
      expect(made).toMatchObject({ turn: 2, visits: [{ agent: 'waiter', outcome: 'ok', sent: 1 }] });
      expect(await prompt(root)).toContain('human answered A-1-waiter-1 "Which drink?": "Coffee". Note: "Hot."');
      expect((await lemming(root, ['approvals', '--answered'])).out).toMatch(
        /A-1-waiter-1 +waiter +request_approval +Coffee/,
      );
      expect((await lemming(root, ['replay', '--recompute', '--json'])).data).toMatchObject({ identical: true });
    },
  );

  it('names its options when none is the given one; nothing is answered then', async () => {
    const root = await asking();
    const { exit, err } = await lemming(root, ['approve', ID, '--option', 'Cofee']);
    expect([exit, err]).toEqual([2, expect.stringContaining('Its options are: 1 "Tea", 2 "Coffee".')]);
    expect(err).toContain('Did you mean "Coffee"?');
    expect((await lemming(root, ['approve', ID, '--answer', 'Milk'])).err).toContain('does not ask for a text');
    expect((await lemming(root, ['approve', ID, '--option', '1', '--answer', 'Milk'])).exit).toBe(2);
    expect((await lemming(root, ['approvals', '--json'])).data.approvals).toMatchObject([{ answer: null }]);
  });

  it('that is approved without an option says so, to the person and to the agent', async () => {
    const root = await asking();
    expect((await lemming(root, ['approve', ID])).out).toContain('You named no option.');
    await turns(root, 1);
    expect(await prompt(root)).toContain('Yes, without naming an option. The options were: "Tea", "Coffee".');
  });

  it('may be answered with a text where it asks for one', async () => {
    const root = await asking({ question: 'A title?', free_text: true });
    expect((await lemming(root, ['approvals'])).out).toContain(
      'answer with lemming approve A-1-waiter-1 --answer TEXT',
    );
    expect((await lemming(root, ['approve', ID, '--answer', 'Bread at home'])).out).toContain(
      'Answered: "Bread at home".',
    );
    await turns(root, 1);
    expect(await prompt(root)).toContain('human answered A-1-waiter-1 "A title?": "Bread at home".');
  });

  it('is answered in the chat', async () => {
    const root = await asking();
    const { err } = await lemming(root, ['chat', 'waiter'], {
      stdin: `/option\n/option ${ID} Milk\n/option ${ID} 2\n`,
    });
    expect(err).toMatch(/A-1-waiter-1 +waiter +request_approval +Which drink\? \/ 1 Tea \/ 2 Coffee/);
    expect(err).toContain('Its options are: 1 "Tea", 2 "Coffee".');
    expect(err).toContain('Answered: "Coffee". waiter is told in the next turn.');
    const text = await asking({ question: 'A title?', free_text: true });
    const said = await lemming(text, ['chat', 'waiter'], { stdin: `/answer ${ID} Bread at home\n` });
    expect(said.err).toContain('Answered: "Bread at home".');
  });

  it('asked while one talks, says how to answer it; the answer brings the reply', async () => {
    const root = await asking();
    await lemming(root, ['deny', ID]);
    await untilIdle(root);
    const { turn } = (await lemming(root, ['status', '--json'])).data;
    const id = `A-${turn + 1}-waiter-1`;
    const { err, out } = await lemming(root, ['chat', 'waiter'], { stdin: `Order again.\n/option ${id} Tea\n` });
    expect(err).toContain(`waiter asks: Which drink? (1 Tea / 2 Coffee). Answer with /option ${id} N`);
    expect(out).toContain('waiter: I go on.');
  });
});

describe('approved for a while', () => {
  const asked = () => asking();
  it.each([
    [['--for', 'soon'], '--for takes a time such as 30m, 2h or 3d, not "soon".'],
    [['--for', '3 turns'], '--for takes a time'],
    [['--turns', '0'], '--turns takes a whole number from 1 on, not "0".'],
    [['--times', '1.5'], '--times takes a whole number'],
  ])('%j is refused, and nothing is answered', async (flags, words) => {
    const root = await asked();
    const { exit, err } = await lemming(root, ['approve', ID, '--always', ...flags]);
    expect([exit, err]).toEqual([2, expect.stringContaining(words)]);
    expect((await lemming(root, ['approvals', '--json'])).data.approvals).toMatchObject([{ answer: null }]);
  });

  it('needs --always', async () => {
    expect((await lemming(await asked(), ['approve', ID, '--times', '5'])).err).toContain('Add --always.');
  });

  it('ends by itself: policies lists it with what is left, and then the same is held again', async () => {
    const root = scratchOrg({
      edges: { human: ['clerk'], clerk: ['human'] },
      resumes: { clerk: { tools: ['ask:write_file'] } },
      rules: [
        {
          when: { from: 'human' },
          reply: { acts: [{ tool: 'write_file', input: { path: 'log.txt', content: '{turn}\n' } }] },
        },
      ],
    });
    const again = async (n: number) => {
      await lemming(root, ['send', 'clerk', 'Write.']);
      await turns(root, n);
    };
    await again(1);
    const first = 'A-1-clerk-1';
    const { data, err } = await lemming(root, [
      'approve',
      first,
      '--always',
      '--times',
      '2',
      '--turns',
      '20',
      '--json',
    ]);
    expect(data, err).toMatchObject({ until: { uses: 2, of: first, turn: 21 } });
    expect(readFileSync(join(root, 'org/org.yaml'), 'utf8')).toContain(
      'policies: [{ act: "write_file agent:clerk path:log.txt", do: always, until: { turn: 21, uses: 2, of: A-1-clerk-1 } }]',
    );
    await again(2);
    const list = async () => (await lemming(root, ['policies'])).out;
    expect(await list()).toMatch(/1 +write_file agent:clerk path:log.txt +always +Until turn 21, for 1 of 2 actions/);
    await again(1);
    expect((await lemming(root, ['approvals', '--json'])).data.approvals).toEqual([]);
    expect(await list()).toMatch(/always +ended/);
    await again(1);
    expect((await lemming(root, ['approvals', '--json'])).data.approvals).toHaveLength(1);
    const { policies } = (await lemming(root, ['policies', '--json'])).data;
    expect(policies).toMatchObject([{ ended: true, uses_left: 0 }]);
    expect((await lemming(root, ['replay', '--recompute', '--json'])).data).toMatchObject({ identical: true });
    expect((await lemming(root, ['validate'])).exit).toBe(0);
  });

  it('of a time says until when', async () => {
    const root = scratchOrg({
      edges: { human: ['clerk'], clerk: ['human'] },
      resumes: { clerk: { tools: ['ask:write_file'] } },
      rules: [
        { when: { from: 'human' }, reply: { acts: [{ tool: 'write_file', input: { path: 'a', content: '' } }] } },
      ],
    });
    await lemming(root, ['send', 'clerk', 'Write.']);
    await turns(root, 1);
    const { out } = await lemming(root, ['approve', 'A-1-clerk-1', '--always', '--for', '2h']);
    expect(out).toMatch(/Until \d{4}-\d\d-\d\d \d\d:\d\d UTC, these need no approval: write_file agent:clerk path:a\./);
  });
});
