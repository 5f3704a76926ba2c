import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { run as runTurns } from '../../../src/engine/turn/run.ts';
import { exists, lemming, put, textOf, turns, untilIdle } from '../people/world.ts';
import { scratchOrg } from '../world.ts';

const propose = (tasks: object[], goal = 'Ducks') => ({
  reply: {
    acts: [
      { tool: 'propose_plan', input: { goal, tasks } },
      { tool: 'done', input: {} },
    ],
  },
});
const DUCKS = [
  { id: 'facts', title: 'Collect facts', assignee: 'a' },
  { id: 'page', title: 'Write the page', assignee: 'b', needs: ['facts'] },
];
const complete = { when: { task: '/^/' }, reply: { acts: [{ tool: 'complete_task', input: { result: 'Done.' } }] } };

function org(rules: object[] = [{ when: { agent: 'boss', body: 'ducks' }, ...propose(DUCKS) }], more: object = {}) {
  return scratchOrg({
    edges: { human: ['boss', 'a'], boss: ['human', 'a', 'b'], a: ['boss', 'human'], b: ['boss'] },
    resumes: { a: { tools: ['read_file'] } },
    rules: [...rules, complete],
    ...more,
  });
}

/** An editor that does what a shell line says with the file in $1. */
function editor(root: string, script: string): { env: Record<string, string> } {
  const path = join(root, 'editor.sh');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { env: { EDITOR: path, VISUAL: '' } };
}

const TREE = 'facts Collect facts [a]\n└─ page Write the page [b]';
const tasksIn = async (root: string) => (await lemming(root, ['task', '--json'])).data.tasks as { id: string }[];

describe('lemming plan', () => {
  it('asks whoever plans, makes turns until the plan is there, and shows it', async () => {
    const root = org();
    const { data, exit } = await lemming(root, ['plan', 'A page about ducks', '--json']);
    expect(exit).toBe(0);
    expect(data).toEqual({
      goal: 'Ducks',
      source: 'planner',
      planner: 'boss',
      state: 'proposed',
      id: 'A-1-boss-1',
      plan: { goal: 'Ducks', tasks: DUCKS },
      cost: null,
      repaired: [],
      tasks: [],
      answer: null,
      spent: 0,
    });
    const { out } = await lemming(root, ['plan', 'A-1-boss-1']);
    for (const part of [
      'Goal: Ducks',
      TREE,
      '2 tasks.',
      'The plan waits as A-1-boss-1',
      'lemming plan A-1-boss-1 --edit',
    ])
      expect(out).toContain(part);
    await turns(root, 1);
    expect(await tasksIn(root)).toEqual([]);

    const yes = await lemming(root, ['plan', 'A-1-boss-1', '--yes', '--json']);
    expect(yes.data.state).toBe('approved');
    await untilIdle(root);
    expect(await tasksIn(root)).toMatchObject([
      { title: 'Ducks', status: 'completed', by: 'human' },
      { title: 'Collect facts', status: 'completed' },
      { title: 'Write the page', status: 'completed' },
    ]);
    expect((await lemming(root, ['plan', 'A-1-boss-1'])).err).toContain('No plan waits under the id A-1-boss-1');
  });

  it('approves at once with --yes', async () => {
    const root = org();
    const { data, out } = await lemming(root, ['plan', 'About ducks', '--yes', '--json']);
    expect(data.state).toBe('approved');
    expect(out).not.toContain('waits as');
    await turns(root, 1);
    expect(await tasksIn(root)).toHaveLength(3);
  });

  it('plans a goal of the organisation, which its tasks carry', async () => {
    const root = org(undefined, { files: { 'org/goals/birds.md': '---\ntitle: Birds\n---\nAll about ducks.\n' } });
    expect((await lemming(root, ['plan', 'birds', '--yes'])).exit).toBe(0);
    await turns(root, 1);
    for (const { id } of await tasksIn(root)) expect(textOf(root, `org/tasks/${id}.md`)).toContain('goal: birds');
  });

  it('ends with 1 when nothing was proposed, and shows what was written instead', async () => {
    const asks = {
      tool: 'send_message',
      input: { to: 'human', kind: 'request', reply_to: '{id}', body: 'Which ones?' },
    };
    const root = org([
      { when: { agent: 'boss', body: 'ducks' }, reply: { acts: [asks] } },
      { when: { agent: 'boss', body: 'swans' }, ...propose([{ id: 'x', title: 'X', assignee: 'gone' }]) },
    ]);
    const answered = await lemming(root, ['plan', 'About ducks', '--json']);
    expect([answered.exit, answered.data.state, answered.data.answer]).toEqual([1, 'answered', 'Which ones?']);
    const none = await lemming(root, ['plan', 'About swans', '--json']);
    expect([none.exit, none.data.state, none.data.plan]).toEqual([1, 'none', null]);
  });

  it('stops when --max-cost is used up', async () => {
    const root = org([{ when: { agent: 'boss', body: 'ducks' }, reply: { text: 'propose_plan, later.' } }], {
      models: { default: { provider: 'scripted', script: 'org/script.yaml', price: { per_call: 1 } } },
      credits: { agents: { boss: { grant: 9 } } },
    });
    const { exit, data, out } = await lemming(root, ['plan', 'ducks', '--max-cost', '0.5', '--json']);
    expect([exit, data?.state]).toEqual([7, 'none']);
    expect(out).toContain('"spent"');
  });

  it('waits for the turns of an engine that runs', async () => {
    const root = org();
    let isReady = () => {};
    const ready = new Promise<void>((done) => {
      isReady = done;
    });
    const over = new AbortController();
    const engine = withEngine({ machine: realMachine, root, env: {} }, 'run', async (one, clock) => {
      isReady();
      while (!over.signal.aborted) {
        await runTurns(one, clock, { turns: 1, signal: over.signal, told: () => {} });
        await new Promise((done) => setImmediate(done));
      }
    });
    await ready;
    const { data, err } = await lemming(root, ['plan', 'About ducks', '--json']);
    over.abort();
    await engine;
    expect([data.state, data.spent]).toEqual(['proposed', null]);
    expect(err).toContain('Waiting for lemming run');
  });

  it('is refused where nobody may be written to', async () => {
    const root = scratchOrg({ edges: { human: [], a: ['human'] } });
    expect((await lemming(root, ['plan', 'ducks'])).err).toContain('There is no agent to whom human may write');
  });
});

describe('lemming plan --edit', () => {
  it('approves the plan as it was saved', async () => {
    const root = org();
    const changed = "sed -i 's/Collect facts/Collect ten facts/' $1";
    const { data } = await lemming(root, ['plan', 'About ducks', '--edit', '--json'], editor(root, changed));
    expect([data.state, data.plan.tasks[0].title]).toEqual(['approved', 'Collect ten facts']);
    await turns(root, 1);
    expect((await tasksIn(root)).map((task) => (task as { title?: string }).title)).toContain('Collect ten facts');
  });

  it.each([
    ["sed -i 's/assignee: a/assignee: nobody/' $1", 'facts: there is no agent "nobody"'],
    ["sed -i 's/^goal:/    needs: [page]\\ngoal:/; s/assignee: a$/needs: [page]/' $1", 'loop'],
    ['echo nonsense > $1', 'There is no plan'],
  ])('refuses what cannot be carried out, and approves nothing: %s', async (script, why) => {
    const root = org();
    const { exit, err } = await lemming(root, ['plan', 'About ducks', '--edit'], editor(root, script));
    expect(exit).toBe(2);
    expect(err).toContain('The plan was not taken');
    if (why !== 'loop') expect(err).toContain(why);
    await turns(root, 1);
    expect(await tasksIn(root)).toEqual([]);
    expect((await lemming(root, ['plan', 'A-1-boss-1', '--json'])).data.state).toBe('proposed');
  });

  it('leaves the plan as it is when the file is emptied', async () => {
    const root = org();
    const { data, out } = await lemming(root, ['plan', 'About ducks', '--edit', '--json'], editor(root, ': > $1'));
    expect(data.state).toBe('proposed');
    expect(out).toContain('facts');
  });
});

describe('lemming plan --static', () => {
  it('shows a plan of the chart, and creates its tasks with --yes', async () => {
    const root = org();
    const shown = await lemming(root, ['plan', 'Tip calculator!', '--static']);
    expect(shown.exit).toBe(0);
    for (const part of [
      'outline Outline: Tip calculator! [boss]',
      '└─ work Work: Tip calculator! [a]',
      'Nothing was created. Add --yes',
    ])
      expect(shown.out).toContain(part);
    const made = await lemming(root, ['plan', 'Tip calculator!', '--static', '--yes', '--json']);
    expect(made.data).toMatchObject({ source: 'default', state: 'created', planner: null });
    const ids = ['tip-calculator-outline', 'tip-calculator-work', 'tip-calculator-check'];
    expect(made.data.tasks).toEqual(ids);
    await untilIdle(root);
    expect((await tasksIn(root)).map((task) => [task.id, (task as { status?: string }).status])).toEqual(
      [...ids].sort().map((id) => [id, 'completed']),
    );
    expect((await lemming(root, ['plan', 'Tip calculator!', '--static', '--yes', '--json'])).data.tasks).toEqual(
      ids.map((id) => id.replace('calculator-', 'calculator-2-')),
    );
  });

  it('is what a model that cannot plan is spared, and says so', async () => {
    for (const models of [{ default: { provider: 'simulated' } }, { default: { provider: 'scripted' } }]) {
      const root = org(undefined, { models });
      const { data, err } = await lemming(root, ['plan', 'About ducks', '--json']);
      expect([data.source, data.state]).toEqual(['default', 'shown']);
      expect(err).toContain('cannot plan, so this plan is made from the chart alone');
      expect(exists(root, 'agents/human/outbox')).toBe(false);
    }
  });

  it('is changed in the editor', async () => {
    const root = org();
    const plan =
      '[{ id: one, title: "About ## History", body: "## History", assignee: a, budget: 0.5 }, { id: two, title: Two, needs: [one], assignee: boss }]';
    const edit = editor(root, `cat > $1 <<'END'\ngoal: "12"\ntasks: ${plan}\nEND`);
    const { data } = await lemming(root, ['plan', 'ducks', '--static', '--edit', '--json'], edit);
    expect(data.tasks).toEqual(['plan-one', 'plan-two']);
    expect(textOf(root, 'org/tasks/plan-one.md')).toContain('budget: 0.5');
    expect(textOf(root, 'org/tasks/plan-two.md')).toContain('needs: [plan-one]');
    const left = await lemming(root, ['plan', 'ducks', '--static', '--edit', '--json'], editor(root, ': > $1'));
    expect(left.data.state).toBe('shown');
  });

  it('carries a goal of the organisation', async () => {
    const root = org();
    put(root, 'org/goals/birds.md', '---\ntitle: Birds\n---\n');
    await lemming(root, ['plan', 'birds', '--static', '--yes']);
    expect(textOf(root, 'org/tasks/birds-outline.md')).toContain('goal: birds');
  });
});
