import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lemming, put, textOf, turns, untilIdle } from '../people/world.ts';
import { scratchOrg } from '../world.ts';

const [WHOLE, FACTS, PAGE] = ['T-2-boss-1', 'T-2-boss-2', 'T-2-boss-3'];
const propose = (input: object) => ({
  reply: {
    acts: [
      { tool: 'propose_plan', input },
      { tool: 'done', input: {} },
    ],
  },
});
const PLAN = {
  goal: 'Ducks',
  tasks: [
    { id: 'facts', title: 'Collect facts', body: 'Ten facts.', assignee: 'a' },
    { id: 'page', title: 'Write the page', assignee: 'b', needs: ['facts'] },
  ],
};
const CHANGE = {
  tasks: [{ id: 'extra', title: 'Extra', assignee: 'b' }],
  change: [{ id: PAGE, title: 'Write two pages' }],
};
const note = { tool: 'update_task', input: { note: 'Going on.' } };
const EDGES = { human: ['boss', 'a'], boss: ['human', 'a', 'b'], a: ['boss', 'human'], b: ['boss'] };

/** `facts` goes on for ever, so that the page does not begin. */
function org(change: object = CHANGE, rules: object[] = []) {
  return scratchOrg({
    edges: EDGES,
    org: { limits: { task_visits: 50 } },
    rules: [
      ...rules,
      { when: { agent: 'boss', subject: 'Change the plan' }, ...propose(change) },
      { when: { agent: 'boss', body: 'ducks' }, ...propose(PLAN) },
      { when: { task: '/facts/' }, reply: { acts: [note] } },
      { when: { task: '/^/' }, reply: { acts: [{ tool: 'complete_task', input: { result: 'Done.' } }] } },
    ],
    files: { 'org/goals/birds.md': '---\ntitle: Birds\n---\nAll about ducks.\n' },
  });
}

async function planned(root: string, goal = 'About ducks'): Promise<void> {
  await lemming(root, ['plan', goal, '--yes']);
  await turns(root, 2);
}

/** An editor that does what a shell line says with the file in $1. */
function editor(root: string, script: string): { env: Record<string, string> } {
  const path = join(root, 'editor.sh');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { env: { EDITOR: path, VISUAL: '' } };
}
/** One that leaves this text. */
const writes = (root: string, yaml: string) => editor(root, `cat > $1 <<'END'\n${yaml}\nEND`);
const taskIn = async (root: string, id: string) => (await lemming(root, ['task', 'show', id, '--json'])).data;

describe('lemming replan', () => {
  it('asks the agent of the plan, shows what would change, and approves it with --yes', async () => {
    const root = org();
    await planned(root);
    const { data, out, exit } = await lemming(root, ['replan', '--note', 'Two pages, please.', '--json']);
    expect(exit).toBe(0);
    expect(data).toMatchObject({
      goal: '',
      source: 'planner',
      planner: 'boss',
      state: 'proposed',
      plan: CHANGE,
      spent: 0,
    });
    const mail = await lemming(root, ['history', '--json']);
    const asked = (mail.data.messages as { subject: string; body: string }[]).find(({ subject }) =>
      subject.startsWith('Change the plan: Ducks'),
    );
    expect(asked?.body).toContain('What has changed:\n\nTwo pages, please.');

    const again = await lemming(root, ['replan', WHOLE]);
    for (const part of ['Added:\nextra Extra [b]', `Changed:\n${PAGE} Write the page`, '  + title: Write two pages'])
      expect(again.out).toContain(part);
    expect(again.out).toContain(`lemming approve ${data.id}`);
    const refused = await lemming(root, ['replan', '--note', 'More.']);
    expect([refused.exit, refused.err]).toEqual([
      4,
      expect.stringContaining(`A change of this plan waits already as ${data.id}`),
    ]);

    const yes = await lemming(root, ['replan', '--yes']);
    expect(yes.out).toContain('Approved. The next turn carries it out');
    await turns(root, 1);
    expect((await taskIn(root, PAGE)).title).toBe('Write two pages');
    expect(out).not.toContain('undefined');
  });

  it('finds the plan by its task, a part of it, or its goal', async () => {
    const root = org();
    await planned(root, 'birds');
    for (const name of [WHOLE, PAGE, 'birds'])
      expect((await lemming(root, ['replan', name, '--json'])).data.id).toMatch(/^A-4-boss-/);
    await planned(root, 'About other ducks');
    const two = await lemming(root, ['replan']);
    expect([two.exit, two.err]).toEqual([2, expect.stringContaining('More than one plan is open.')]);
    expect(two.err).toContain(`${WHOLE} "Ducks"`);
    expect((await lemming(root, ['replan', 'birds', '--json'])).data.id).toMatch(/^A-4-boss-/);
  });

  it.each([
    ['nowhere', 6, 'There is no task nowhere'],
    ['birds', 6, 'No plan of the goal birds is open.'],
    [undefined, 6, 'No plan is open. [not-found] Make one with lemming plan GOAL'],
  ])('has no plan to change under %s', async (name, code, said) => {
    const root = org();
    const { exit, err } = await lemming(root, ['replan', ...(name ? [name] : [])]);
    expect([exit, err]).toEqual([code, expect.stringContaining(said)]);
  });

  it('says what becomes of a plan that is no task yet', async () => {
    const root = org();
    await lemming(root, ['plan', 'About ducks']);
    expect((await lemming(root, ['replan'])).err).toContain(
      'A plan waits as A-1-boss-1: change it with lemming plan A-1-boss-1 --edit',
    );
    await lemming(root, ['approve', 'A-1-boss-1']);
    expect((await lemming(root, ['replan'])).err).toContain('The plan A-1-boss-1 becomes tasks in the next turn');
  });

  it('does not change what has ended, nor asks an agent about work that no agent has planned', async () => {
    const root = org();
    put(root, 'org/tasks/one.md', '---\ntitle: One\nassignee: a\n---\n');
    await untilIdle(root);
    expect((await lemming(root, ['replan', 'one'])).err).toContain('one is completed, so its plan cannot be changed');
    put(root, 'org/tasks/two.md', '---\ntitle: Two\nassignee: a\nneeds: [three]\n---\n');
    put(root, 'org/tasks/three.md', '---\ntitle: Three\nassignee: human\n---\n');
    for (const [name, why] of [
      ['two', 'two has not begun'],
      ['three', 'no agent works on three'],
    ] as const) {
      const { exit, err } = await lemming(root, ['replan', name]);
      expect([exit, err]).toEqual([4, expect.stringContaining(why)]);
      expect(err).toContain(`lemming replan ${name} --static`);
    }
  });

  it('approves the changes as they were saved, and refuses what cannot be carried out', async () => {
    const root = org();
    await planned(root);
    const bad = await lemming(root, ['replan', '--edit'], writes(root, `cancel: [${FACTS}]`));
    expect([bad.exit, bad.err]).toEqual([
      2,
      expect.stringContaining('only a task that has not begun can be cancelled'),
    ]);
    const edit = writes(root, `change: [{ id: ${PAGE}, budget: 2 }]`);
    const { data } = await lemming(root, ['replan', '--edit', '--json'], edit);
    expect([data.state, data.plan]).toEqual(['approved', { goal: '', tasks: [], change: [{ id: PAGE, budget: 2 }] }]);
    await turns(root, 1);
    expect(await taskIn(root, PAGE)).toMatchObject({ title: 'Write the page', budget: 2 });
  });

  it('ends with 1 when nothing is to change', async () => {
    const says = { tool: 'send_message', input: { to: 'human', reply_to: '{id}', body: 'It is good as it is.' } };
    const root = org(CHANGE, [{ when: { agent: 'boss', subject: 'Change the plan' }, reply: { acts: [says] } }]);
    await planned(root);
    const { exit, data } = await lemming(root, ['replan', '--json']);
    expect([exit, data.state, data.answer]).toEqual([1, 'answered', 'It is good as it is.']);
  });
});

describe('lemming replan --static', () => {
  it('opens what has not begun, and writes the files as they were saved', async () => {
    const root = org();
    await planned(root, 'birds');
    const seen = await lemming(root, ['replan', '--static'], editor(root, `cp $1 ${root}/seen.yaml; : > $1`));
    expect(seen.out).toContain('Nothing was changed.');
    const opened = textOf(root, 'seen.yaml');
    expect(opened).toContain(
      `change:\n  - id: ${PAGE}\n    title: Write the page\n    assignee: b\n    needs:\n      - ${FACTS}`,
    );
    expect(opened).not.toContain(`id: ${FACTS}\n`);

    const edit = writes(
      root,
      `tasks: [{ id: check, title: Check it, assignee: boss, budget: 1, body: Look. }]
change: [{ id: ${PAGE}, title: Write it, needs: [${FACTS}, check], body: All of it. }]`,
    );
    const { data, out } = await lemming(root, ['replan', '--static', '--json'], edit);
    expect([data.source, data.state, data.tasks]).toEqual(['default', 'created', ['plan-check']]);
    expect(out).toContain('Write it');
    expect(textOf(root, 'org/tasks/plan-check.md')).toContain(`parent: ${WHOLE}`);
    await turns(root, 1);
    expect(await taskIn(root, PAGE)).toMatchObject({
      title: 'Write it',
      needs: [FACTS, 'plan-check'],
      body: 'All of it.',
    });
    expect(await taskIn(root, 'plan-check')).toMatchObject({ status: 'completed', goal: 'birds', budget: 1 });

    const gone = await lemming(root, ['replan', '--static'], writes(root, `cancel: [${PAGE}]`));
    expect(gone.out).toContain(`Cancelled:\n${PAGE} Write it`);
    await turns(root, 1);
    expect((await taskIn(root, PAGE)).status).toBe('cancelled');
  });

  it('takes what a task needs for its plan, where it has no parts, and is all there is without a model', async () => {
    const root = org();
    await lemming(root, ['plan', 'Geese', '--static', '--yes']);
    await turns(root, 1);
    put(root, 'org/models.yaml', 'version: 1\nmodels: { default: { provider: simulated } }\n');
    const edit = editor(
      root,
      `cp $1 ${root}/seen.yaml; sed -i 's/title: "Check.*/title: Look at it/; s/title: Check.*/title: Look at it/' $1`,
    );
    const { data, exit } = await lemming(root, ['replan', 'geese-check', '--static', '--json'], edit);
    expect([exit, data.state]).toEqual([0, 'created']);
    expect(textOf(root, 'seen.yaml')).toContain('id: geese-work');
    expect((await taskIn(root, 'geese-check')).title).toBe('Look at it');
  });

  it.each([
    ['a loop', `change: [{ id: ${PAGE}, needs: [x] }]\ntasks: [{ id: x, title: X, needs: [${PAGE}] }]`, 'circle'],
    ['an unknown agent', `change: [{ id: ${PAGE}, assignee: nobody }]`, 'there is no agent "nobody"'],
    ['a task that has begun', `change: [{ id: ${FACTS}, title: X }]`, 'only a task that has not begun can be changed'],
    [
      'a need that is cancelled',
      `cancel: [${PAGE}]\ntasks: [{ id: x, title: X, needs: [${PAGE}] }]`,
      'which the plan cancels',
    ],
    ['a task that is nowhere', 'cancel: [gone]', 'there is no task "gone"'],
    ['a part that nobody can do', `tasks: [{ id: x, title: X, capability: dancing }]`, 'the capability "dancing"'],
  ])('refuses %s, and writes nothing', async (_, yaml, said) => {
    const root = org();
    await planned(root);
    const before = textOf(root, `org/tasks/${PAGE}.md`);
    const { exit, err } = await lemming(root, ['replan', '--static'], writes(root, yaml));
    expect([exit, err]).toEqual([2, expect.stringContaining(said)]);
    expect(textOf(root, `org/tasks/${PAGE}.md`)).toBe(before);
  });

  it('is what a model that cannot plan is spared, and says so', async () => {
    const root = org();
    await planned(root);
    put(root, 'org/models.yaml', 'version: 1\nmodels: { default: { provider: simulated } }\n');
    const { err, data } = await lemming(root, ['replan', '--json'], editor(root, ': > $1'));
    expect(err).toContain('The model of boss (simulated) cannot plan, so you change the tasks yourself.');
    expect(data.state).toBe('shown');
  });
});
