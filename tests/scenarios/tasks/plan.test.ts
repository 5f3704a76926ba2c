import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/model/call.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, type Mind, Org, PRICED, resultsIn, textOf } from '../../regression/org.ts';

const EDGES = { human: ['boss', 'a'], boss: ['human', 'a', 'b'], a: ['boss', 'human'], b: ['boss'] };
const PLAN: { goal: string; tasks: Record<string, Json>[] } = {
  goal: 'A page about ducks',
  tasks: [
    { id: 'facts', title: 'Collect facts', body: 'Ten facts about ducks.', assignee: 'a' },
    { id: 'page', title: 'Write the page', assignee: 'b', needs: ['facts'] },
    { id: 'picture', title: 'Draw a duck', capability: 'drawing' },
  ],
};
const propose = (plan: Json = PLAN): Act => ({ tool: 'propose_plan', input: plan });
const complete = (result: string): Act => ({ tool: 'complete_task', input: { result } });
const done: Act = { tool: 'done', input: {} };
const path = (id: string) => `org/tasks/${id}.md`;

/** The boss proposes when it is asked for a plan; everybody completes every task. */
const MIND: Mind = ({ agent, task, mail, n }) => {
  if (n > 1) return [done];
  if (task) return [complete(`${agent} did ${task}.`), done];
  return agent === 'boss' && mail.some(({ body }) => body.includes('ducks')) ? [propose(), done] : [done];
};

function org(mind: Mind = MIND, more: object = {}): Org {
  return new Org({ edges: EDGES, resumes: { a: { capabilities: ['drawing'] } }, ...more }, mind);
}

const asks = (made: Org, head: Record<string, Json> = { asks: 'plan' }) =>
  made.drop('boss', 'A page about ducks', head);
const approve = (made: Org, id: string, more: object = {}) =>
  made.ask({ ask: 'approve', by: 'human', id, note: '', ...more });
const tools = (made: Org, i: number) => made.prompts[i]?.tools.map(({ name }) => name);

describe('a plan', () => {
  it('is held, shown as a tree, and made when it is approved; its result comes to the person who asked', async () => {
    const made = org();
    asks(made);
    await made.turns(1);
    const [held] = made.lines('held');
    expect(held).toMatchObject({ id: 'A-1-boss-1', tool: 'propose_plan', rule: 'held-tool', contacts: ['human'] });
    expect(made.lines('visit')[0]).not.toHaveProperty('owes'); // the person answers next
    expect(held?.shows).toContain(
      'facts Collect facts [a]\n└─ page Write the page [b]\npicture Draw a duck [whoever has drawing]',
    );
    expect(made.read('org/approvals/A-1-boss-1.md')).toContain('Goal: A page about ducks');
    expect(made.paths(/^org\/tasks\//)).toEqual([]);

    await approve(made, 'A-1-boss-1');
    await made.turns(1);
    expect(made.paths(/^org\/tasks\//).sort()).toEqual([1, 2, 3, 4].map((n) => path(`T-2-boss-${n}`)));
    const whole = made.read(path('T-2-boss-1')) ?? '';
    for (const line of ['title: A page about ducks', 'status: blocked', 'assignee: boss'])
      expect(whole).toContain(line);
    const page = made.read(path('T-2-boss-3')) ?? '';
    for (const line of ['needs: [T-2-boss-2]', 'parent: T-2-boss-1', 'key: A-1-boss-1/page', 'assignee: b'])
      expect(page).toContain(line);
    expect(made.lines('decided')[0]?.outcome).toBe(
      'Created T-2-boss-2 (facts), T-2-boss-3 (page), T-2-boss-4 (picture). They are parts of T-2-boss-1, which comes to you when they have ended.',
    );

    const { tasks } = await made.run();
    expect([...tasks.values()]).toEqual(['completed', 'completed', 'completed', 'completed']);
    const worked = made.lines('visit').flatMap(({ agent, task }) => (task ? [[agent, task]] : []));
    expect(worked).toEqual([
      ['a', 'T-2-boss-2'],
      ['a', 'T-2-boss-4'],
      ['b', 'T-2-boss-3'],
      ['boss', 'T-2-boss-1'],
    ]);
    const last = textOf(made.visits('boss').at(-1));
    expect(last).toContain('<result task="T-2-boss-3" from="b" title="Write the page">\nb did T-2-boss-3.\n</result>');
    expect(made.messages('boss')).toMatchObject([{ to: ['human'], subject: 'Completed: A page about ducks' }]);
    // nobody told the boss of each part
    expect(made.messages('a')).toEqual([]);
  });

  it('is described only to those who were asked for one, until it is approved', async () => {
    const made = org();
    made.drop('boss', 'Hello');
    await made.turns(1);
    asks(made);
    await made.turns(1);
    await approve(made, 'A-2-boss-1');
    await made.run();
    const described = made
      .visits('boss')
      .map(({ turn, tools }) => [turn, tools.some(({ name }) => name === 'propose_plan')]);
    expect(described).toEqual([
      [1, false],
      [2, true],
      [expect.any(Number), false],
    ]);
    expect(
      made.prompts.filter(({ agent }) => agent !== 'boss').flatMap(({ tools }) => tools.map(({ name }) => name)),
    ).not.toContain('propose_plan');
  });

  it('may be proposed by those whose resume lists it, and by nobody else who was not asked', async () => {
    const mind: Mind = ({ n }) => (n > 1 ? [done] : [propose()]);
    const made = org(mind, { resumes: { boss: { tools: ['propose_plan'] }, a: { capabilities: ['drawing'] } } });
    made.drop('boss', 'Hello');
    made.drop('a', 'Hello');
    await made.turns(1);
    expect(tools(made, 0)).toContain('propose_plan');
    expect(made.lines('held').map(({ agent }) => agent)).toEqual(['boss']);
    const refused = made.prompts.find(({ agent, n }) => agent === 'a' && n === 2);
    expect(resultsIn(refused)[0]?.text).toBe('Refused (plan): Nobody has asked you for a plan.');
  });

  it('ends the visit that proposes it, and wakes whoever proposed it when all of it has ended', async () => {
    const made = org((prompt) => {
      const { agent, task, mail, n } = prompt;
      return agent === 'boss' && !task && mail.length > 0 && n === 1 ? [propose()] : MIND(prompt);
    });
    asks(made);
    await made.turns(1);
    expect(made.prompts).toHaveLength(1);
    await approve(made, 'A-1-boss-1');
    await made.run();
    const [, whole, ...more] = made.visits('boss');
    expect([whole?.task, more]).toEqual(['T-2-boss-1', []]);
    expect(textOf(whole)).toContain('## Earlier mail that you wrote or were given\n<mail id="000001-human-01"');
    const { host, provider } = made.ports();
    const recompute = new Recompute(TOOLS, { host, provider });
    for (const group of readJournal(made.disk, [])) await recompute.take(group);
    expect(recompute.divergence).toBeNull();
  });

  it.each([{ note: 'Mind the drawing.' }, { edited: { goal: 'Ducks', tasks: [PLAN.tasks[0] as Json] } }])(
    'tells whoever proposed it when the person who approved it added %j',
    async (more) => {
      const made = org();
      asks(made);
      await made.turns(1);
      await approve(made, 'A-1-boss-1', more);
      await made.turns(2);
      expect(textOf(made.visits('boss')[1])).toContain('human approved your propose_plan');
    },
  );

  it('that was denied goes back with the note, and may be proposed otherwise', async () => {
    let proposals = 0;
    const made = org((prompt) => {
      if (prompt.agent !== 'boss' || prompt.n > 1 || prompt.task) return MIND(prompt);
      return [propose({ ...PLAN, goal: `Goal ${++proposals}` }), done];
    });
    asks(made);
    await made.turns(1);
    await made.ask({ ask: 'deny', by: 'human', id: 'A-1-boss-1', note: 'No picture, please.' });
    await made.turns(1);
    expect(textOf(made.visits('boss').at(-1))).toContain('No picture, please.');
    expect(made.paths(/^org\/tasks\//)).toEqual([]);
    expect(made.lines('held').map(({ id }) => id)).toEqual(['A-1-boss-1', 'A-2-boss-1']);
    await approve(made, 'A-2-boss-1');
    await made.turns(1);
    expect(made.read(path('T-3-boss-1'))).toContain('title: Goal 2');
  });

  it('is approved as a person has changed it, and judged in that form', async () => {
    const made = org();
    asks(made);
    await made.turns(1);
    const [facts] = PLAN.tasks;
    await approve(made, 'A-1-boss-1', { edited: { goal: 'Ducks', tasks: [{ ...facts, title: 'Collect more' }] } });
    await made.turns(1);
    expect(made.read(path('T-2-boss-2'))).toContain('title: Collect more');
    expect(made.paths(/^org\/tasks\//)).toHaveLength(2);
    expect(made.read('org/approvals/answered/A-1-boss-1.md')).toContain('"title": "Collect more"');

    asks(made);
    await made.turns(1);
    await approve(made, 'A-3-boss-1', { edited: { tasks: [{ id: 'x', title: 'X', assignee: 'nobody' }] } });
    await made.turns(1);
    expect(made.lines('decided').at(-1)?.outcome).toContain('x: there is no agent "nobody"');
    expect(made.paths(/^org\/tasks\//)).toHaveLength(2);
  });

  it('that cannot be carried out is refused before anybody is asked', async () => {
    const plans: Json[] = [
      {
        tasks: [
          { id: 'x', title: 'X', needs: ['y'] },
          { id: 'y', title: 'Y', needs: ['x'] },
        ],
      },
      { tasks: [{ id: 'x', title: 'X', assignee: 'human2' }] },
      { tasks: [{ id: 'x', title: 'X', capability: 'dancing' }] },
      { tasks: [{ id: 'x', title: 'X', needs: ['gone'] }] },
    ];
    const made = org(({ n }) => (plans[n - 1] ? [propose(plans[n - 1])] : [done]));
    asks(made);
    await made.turns(1);
    const told = made.prompts.flatMap((prompt) => resultsIn(prompt).map(({ text }) => text));
    expect(told).toEqual([
      expect.stringContaining('The needs form a loop: x → y → x.'),
      expect.stringContaining('x: there is no agent "human2"'),
      expect.stringContaining('x: nobody to whom boss may write has the capability "dancing"'),
      expect.stringContaining('x: there is no task "gone"'),
    ]);
    expect(made.lines('held')).toEqual([]);
  });

  it('for a task makes parts of it, for which the task waits', async () => {
    const mind: Mind = ({ agent, task, n, parts }) => {
      if (n > 1) return [done];
      if (agent === 'boss' && task === 'ducks' && !JSON.stringify(parts).includes('<result')) return [propose(), done];
      return task ? [complete(`${agent} did ${task}.`), done] : [done];
    };
    const resumes = { boss: { tools: ['propose_plan'] }, a: { capabilities: ['drawing'] } };
    const made = org(mind, { resumes }).withFile(path('ducks'), '---\ntitle: Ducks\nassignee: boss\n---\n');
    await made.turns(1);
    expect(made.read(path('ducks'))).toMatch(/status: blocked[\s\S]*waits for A-1-boss-1/);
    await approve(made, 'A-1-boss-1');
    await made.turns(1);
    expect(made.read(path('T-2-boss-1'))).toContain('parent: ducks');
    expect(made.read(path('ducks'))).toContain(
      'boss: the plan created T-2-boss-1 (facts), T-2-boss-2 (page), T-2-boss-3 (picture)',
    );
    await made.run();
    expect(made.read(path('ducks'))).toContain('status: completed');
  });

  it('carries the goal for which it was asked', async () => {
    const made = org();
    asks(made, { asks: 'plan:birds' });
    await made.turns(1);
    await approve(made, 'A-1-boss-1');
    await made.turns(1);
    for (const n of [1, 2, 3, 4]) expect(made.read(path(`T-2-boss-${n}`))).toContain('goal: birds');
  });

  it('shows what it is likely to cost, by what was completed', async () => {
    const made = org(MIND, { models: PRICED, credits: { agents: { a: { grant: 9 }, boss: { grant: 9 } } } }).withFile(
      path('x'),
      '---\ntitle: X\nassignee: a\n---\n',
    );
    await made.run();
    asks(made);
    await made.turns(1);
    expect(made.lines('held')[0]?.shows).toContain('3 tasks. Likely cost: 0.03 credits, by 1 completed task.');
  });

  it('is made once, wherever the process dies while it is made, and replays the same', async () => {
    for (const n of [1, 3, 6, 9, 12, 15, 20, 26]) {
      const made = org();
      asks(made);
      await made.turns(1);
      await approve(made, 'A-1-boss-1');
      await made.dies(n, () => made.turns(1));
      await made.run();
      const titles = made.paths(/^org\/tasks\//).map((file) => /title: (.*)/.exec(made.read(file) ?? '')?.[1]);
      expect(titles.sort()).toEqual(['A page about ducks', 'Collect facts', 'Draw a duck', 'Write the page']);
      expect(made.lines('decided')).toHaveLength(1);
    }
    const made = org();
    asks(made);
    await made.turns(1);
    await approve(made, 'A-1-boss-1');
    await made.run();
    const { host, provider } = made.ports();
    const recompute = new Recompute(TOOLS, { host, provider });
    for (const group of readJournal(made.disk, [])) await recompute.take(group);
    expect(recompute.divergence).toBeNull();
  });
});
