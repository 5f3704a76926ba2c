import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { run as runTurns } from '../../../src/engine/turn/run.ts';
import { exists, lemming, put, textOf, turns, untilIdle } from '../people/world.ts';
import { scratchOrg } from '../world.ts';

const DUCKS = [
  { name: 'facts', title: 'Collect facts', assignee: 'a' },
  { name: 'page', title: 'Write the page', assignee: 'b', needs: ['facts'] },
];
const acts = (tool: string, input: object) => ({ reply: { acts: [{ tool, input }] } });
const plans = (input: object) => ({ when: { task: 'ducks' }, ...acts('propose_plan', input) });
const DONE = { when: { task: '/^/' }, ...acts('complete_task', { result: 'Done.' }) };

function org(rules: object[] = [plans({ tasks: DUCKS })], more: object = {}): string {
  const edges = { human: ['boss', 'a'], boss: ['human', 'a', 'b'], a: ['boss', 'human'], b: ['boss'] };
  return scratchOrg({ edges, rules: [...rules, DONE], ...more });
}

/** An editor that does what a shell line says with the file in $1. */
function editor(root: string, script: string): { env: Record<string, string> } {
  const path = join(root, 'editor.sh');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { env: { EDITOR: path, VISUAL: '' } };
}

interface Row {
  id: string;
  title: string;
  status: string;
  goal: string | null;
}
const tasksIn = async (root: string, ...more: string[]): Promise<Row[]> =>
  (await lemming(root, ['task', 'list', ...more, '--json'])).data.tasks;
const titles = async (root: string) => (await tasksIn(root)).map(({ title }) => title);

describe('a plan that waits', () => {
  it('is shown again by its id as a tree, and approved', async () => {
    const root = org();
    const first = await lemming(root, ['plan', 'About ducks']);
    for (const part of ['facts (a): "Collect facts"\n└─ page (b): "Write the page"', 'lemming plan A-1-boss-1 --edit'])
      expect(first.out).toContain(part);
    expect((await lemming(root, ['plan', 'A-1-boss-1', '--json'])).data).toMatchObject({
      id: 'about-ducks',
      status: 'proposed',
    });
    const { data } = await lemming(root, ['plan', 'A-1-boss-1', '--yes', '--json']);
    expect([data.status, data.approval]).toEqual(['approved', 'A-1-boss-1']);
    await untilIdle(root);
    expect(await titles(root)).toEqual(['About ducks', 'Collect facts', 'Write the page']);
    expect((await lemming(root, ['plan', 'A-1-boss-1'])).err).toContain('No plan waits under the id A-1-boss-1');
  });

  it('is approved as it was saved in the editor', async () => {
    const root = org();
    await lemming(root, ['plan', 'About ducks']);
    const change = editor(root, "sed -i 's/Collect facts/Collect ten facts/' $1");
    const { data, out } = await lemming(root, ['plan', 'A-1-boss-1', '--edit', '--json'], change);
    expect([data.status, data.tasks[0].title]).toEqual(['approved', 'Collect ten facts']);
    expect(out).not.toContain('waits');
    await turns(root, 1);
    expect(await titles(root)).toContain('Collect ten facts');
    const answered = textOf(root, 'org/approvals/answered/A-1-boss-1.md');
    for (const part of ['"Collect facts"', 'In this form:', '"Collect ten facts"']) expect(answered).toContain(part);
  });

  it.each([
    ["sed -i 's/assignee: a$/assignee: nobody/' $1", 'facts: there is no agent nobody'],
    [
      "printf 'tasks:\\n  - {name: a, needs: [b]}\\n  - {name: b, needs: [a]}\\n' > $1",
      'The needs form a circle: a → b → a',
    ],
    ['echo nonsense > $1', 'There is no plan in it'],
    ["printf 'tasks: []\\n' > $1", 'The plan has no tasks'],
  ])('is not approved when what was saved cannot be carried out: %s', async (script, why) => {
    const root = org();
    const { exit, err } = await lemming(root, ['plan', 'About ducks', '--edit'], editor(root, script));
    expect(exit).toBe(2);
    expect(err).toContain(`The plan was not taken: ${why}`);
    await turns(root, 1);
    expect(await titles(root)).toEqual(['About ducks']);
  });

  it('stays as it is when the file is emptied, even with --yes', async () => {
    const root = org();
    const { data } = await lemming(root, ['plan', 'About ducks', '--edit', '--yes', '--json'], editor(root, ': > $1'));
    expect(data.status).toBe('proposed');
  });
});

describe('a goal of the organisation', () => {
  it('is planned by its name; its tasks carry it and are listed by it', async () => {
    const root = org([plans({ tasks: DUCKS })], {
      files: { 'org/goals/birds.md': '---\ntitle: All about ducks\n---\nTen pages.\n' },
    });
    await lemming(root, ['plan', 'birds', '--yes']);
    await lemming(root, ['task', 'create', 'Something else', '--assignee', 'a']);
    await turns(root, 1);
    expect(await tasksIn(root, '--goal', 'birds')).toMatchObject([
      { title: 'All about ducks', goal: 'birds' },
      { title: 'Collect facts', goal: 'birds' },
      { title: 'Write the page', goal: 'birds' },
    ]);
    expect(textOf(root, 'org/tasks/all-about-ducks.md')).toContain('Ten pages.');
    expect((await lemming(root, ['task', 'show', 'all-about-ducks'])).out).toContain('birds');
    expect((await lemming(root, ['task', 'list', '--goal', 'bird'])).err).toContain('There is no goal "bird"');
    expect((await lemming(root, ['task', 'create', 'X', '--goal', 'bird'])).err).toContain('There is no goal "bird"');
    put(root, 'org/goals/fish.md', '---\ntitle: Fish\n---\n');
    expect(await tasksIn(root, '--goal', 'fish')).toEqual([]);
  });
});

describe('a model that cannot plan', () => {
  it.each([{ provider: 'simulated' }, { provider: 'scripted' }])(
    '%j is not asked: the plan is shown',
    async (model) => {
      const root = org([], { models: { default: model } });
      const { data, err, out } = await lemming(root, ['plan', 'About ducks', '--json']);
      expect([data.status, data.id, out.includes('--yes')]).toEqual(['shown', null, false]);
      expect(err).toContain('The model of boss cannot plan');
      expect(exists(root, 'org/tasks')).toBe(false);
      expect((await lemming(root, ['plan', 'About ducks'])).out).toContain('Nothing was created. Add --yes');
      const made = await lemming(root, ['plan', 'About ducks', '--yes', '--json']);
      expect(made.data.tasks.map(({ name }: { name: string }) => name)).toEqual([
        'about-ducks-outline',
        'about-ducks-work',
        'about-ducks-review',
      ]);
    },
  );

  it('its plan is changed in the editor, and created as it was saved', async () => {
    const root = org();
    const save = (text: string) => editor(root, `cat > $1 <<'END'\n${text}\nEND`);
    const tasks = '[{ id: one, title: One, body: "## History", assignee: a, budget: 0.5 }, { id: two, needs: [one] }]';
    const run = (text: string) => lemming(root, ['plan', 'Ducks', '--static', '--edit', '--json'], save(text));
    const { data } = await run(`tasks: ${tasks}`);
    expect(data.tasks).toMatchObject([{ name: 'ducks-one' }, { name: 'ducks-two', needs: ['ducks-one'] }]);
    expect(textOf(root, 'org/tasks/ducks-one.md')).toMatch(/budget: 0.5[\s\S]*### History/);
    for (const [text, why] of [
      ['tasks: [{ name: x, assignee: b }]', 'x: the chart does not let human write to b'],
      ['tasks: [{ name: x, assignee: zoe }]', 'x: there is no agent zoe'],
      ['tasks: [{ name: x, ensures: [{ file: y }] }]', 'x: write ensures into its file'],
      ['tasks: [{ name: x, needs: [z] }]', 'x needs "z", which is neither in the plan nor a task'],
      ['{ tasks: [], cancel: [one] }', 'it has no tasks'],
    ])
      expect((await run(text as string)).err).toContain(why);
    expect((await run('')).data.status).toBe('shown');
  });
});

describe('an engine that runs', () => {
  it('makes the turns for which the command waits', async () => {
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
        await new Promise((done) => setTimeout(done, 20));
      }
    });
    await ready;
    const { data } = await lemming(root, ['plan', 'About ducks', '--json']);
    over.abort();
    await engine;
    expect([data.status, data.spent]).toEqual(['proposed', 0]);
  });

  it('is not needed to say that nobody goes on: a question stands in the way', async () => {
    const ask = { when: { task: 'ducks' }, ...acts('send_message', { to: 'human', kind: 'request', body: 'Which?' }) };
    const root = org([ask, { when: { task: 'never' }, ...acts('propose_plan', {}) }]);
    const { exit, err } = await lemming(root, ['plan', 'About ducks']);
    expect(exit).toBe(4);
    expect(err).toContain('No plan is proposed yet: task about-ducks goes on');
    expect(err.match(/^Turn /gm)?.length).toBeLessThan(5);
  });
});

describe('lemming replan', () => {
  const again = {
    tasks: [{ name: 'check', title: 'Check it', assignee: 'a', needs: ['T-2-boss-2'] }],
    change: [{ id: 'T-2-boss-2', title: 'Write two pages' }],
  };
  /** The boss proposes a plan; once that is approved it proposes the change. Nobody does the work. */
  const rules = [
    { when: { task: 'ducks', result: '/./' }, reply: { text: 'So be it.' } },
    { when: { task: 'ducks', turn: 1 }, ...acts('propose_plan', { tasks: DUCKS }) },
    { when: { task: 'ducks', turn: 4 }, ...acts('propose_plan', again) },
    { when: { task: '/^/' }, reply: { text: 'Later.' } },
  ];

  it('shows what changes, and carries it out when it is approved', async () => {
    const root = org(rules, { files: { 'org/goals/birds.md': '---\ntitle: Of ducks\n---\n' } });
    expect((await lemming(root, ['replan'])).err).toContain('No plan is open');
    await lemming(root, ['plan', 'birds', '--yes']);
    await turns(root, 2);
    const { out, exit } = await lemming(root, ['replan', 'birds', 'Two pages']);
    expect(exit).toBe(0);
    for (const part of [
      'check (a, after T-2-boss-2): "Check it"',
      'T-2-boss-2 "Write the page"\n  - title: Write the page\n  + title: Write two pages',
    ])
      expect(out).toContain(part);
    expect(textOf(root, 'org/tasks/of-ducks.md')).toContain('The plan must change: Two pages');
    await lemming(root, ['plan', 'A-4-boss-1', '--yes']);
    await turns(root, 1);
    expect(textOf(root, 'org/tasks/T-2-boss-2.md')).toMatch(
      /title: Write two pages[\s\S]*boss: the plan changed title/,
    );
    expect((await tasksIn(root, '--goal', 'birds')).map(({ id }) => id)).toContain('T-5-boss-1');
  });

  it('needs to be told which plan, where several are open', async () => {
    const root = org(rules);
    for (const id of ['one', 'two'])
      put(root, `org/tasks/${id}.md`, `---\ntitle: ${id}\nassignee: boss\nkey: plan/${id}\n---\n`);
    put(root, 'org/tasks/plain.md', '---\ntitle: Plain\nassignee: boss\n---\n');
    const which = await lemming(root, ['replan']);
    expect(which.err).toContain('More than one plan is open');
    expect(which.err).toContain('one, two');
    expect((await lemming(root, ['replan', 'plain'])).err).toContain('Task plain has no plan');
    expect((await lemming(root, ['replan', 'nothing'])).err).toContain('There is no task nothing');
  });
});
