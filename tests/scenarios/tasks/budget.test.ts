import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import type { State } from '../../../src/core/model/state.ts';
import { budgetWait } from '../../../src/core/money/work-budget.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { Crash } from '../../../src/testing/memory-disk.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { spendingBy } from '../../../src/views/money/costs.ts';
import { type Act, CALL, type Mind, Org, PRICED, say, textOf } from '../../regression/org.ts';

const AGENTS = ['a', 'b', 'c', 'd'];
const EDGES = {
  human: AGENTS,
  ...Object.fromEntries(AGENTS.map((name) => [name, ['human', ...AGENTS.filter((other) => other !== name)]])),
};
const GRANTS = { agents: Object.fromEntries(AGENTS.map((name) => [name, { grant: 100 }])) };
const RESUME = { tools: ['create_task', 'calculate'], capabilities: ['work'] };
const RESUMES = Object.fromEntries(AGENTS.map((name) => [name, RESUME]));

const complete = (result: string): Act => ({ tool: 'complete_task', input: { result } });
const goOn: Act = { tool: 'calculate', input: { expression: '1 + 1' } };
const task = (title: string, head: string) => `---\ntitle: ${title}\n${head}---\nDo it.\n`;
const path = (id: string) => `org/tasks/${id}.md`;

function org(mind: Mind, more: object = {}): Org {
  return new Org({ edges: EDGES, resumes: RESUMES, models: PRICED, credits: GRANTS, ...more }, mind);
}

async function replayed(made: Org): Promise<void> {
  const { host, provider } = made.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(made.disk, [])) await recompute.take(group);
  expect(recompute.divergence).toBeNull();
}

/** Credits that models were paid in visits of tasks, by the line of the visit: task → micro-credits. */
function spentOn(entries: readonly Entry[]): Map<string, number> {
  const spent = new Map<string, number>();
  let open = new Map<string, number>();
  for (const entry of entries) {
    if (entry.k === 'open') open = new Map();
    if (entry.k === 'reply') open.set(entry.agent, (open.get(entry.agent) ?? 0) + entry.cost);
    if (entry.k === 'visit' && entry.task)
      spent.set(entry.task, (spent.get(entry.task) ?? 0) + (open.get(entry.agent) ?? 0));
  }
  return spent;
}

const notices = (made: Org) => made.lines('notice').flatMap(({ to, text }) => (to === 'human' ? [text] : []));

describe('the budget of a task', () => {
  it('is never passed: the task waits, a person is told once what raises it, and a raise by command lets it go on', async () => {
    const made = org(({ n }) => (n < 3 ? [goOn] : 'Thinking.')).withFile(
      path('x'),
      task('X', 'assignee: a\nbudget: 0.025\n'),
    );
    const first = await made.run();
    expect(first.end).toBe('idle');
    expect(made.prompts).toHaveLength(2);
    expect(made.lines('visit')).toMatchObject([
      { task: 'x', outcome: 'cut', reason: 'credits', blame: 'budget', budget: 'task x', need: CALL },
    ]);
    expect(made.read(path('x'))).toMatch(
      /cost: 0.02\n[\s\S]*waits for its budget: its next call could cost 0.01 credits, but 0.005 of the budget of task x is left/,
    );
    await made.run();
    expect(made.prompts).toHaveLength(2);
    expect(notices(made)).toEqual([
      'Task x waits: its next call could cost 0.01 credits, but 0.005 of the budget of task x is left. Raise it: lemming task budget x 0.1',
    ]);
    await made.ask({ ask: 'task', by: 'human', id: 'x', do: 'budget', budget: 60_000, note: 'Go on.' });
    await made.run();
    expect(made.read(path('x'))).toMatch(/budget: 0.06[\s\S]*cost: 0.06[\s\S]*human: budget of 0.06 credits: Go on./);
    await replayed(made);
  });

  it('is never passed by a first call; an edit of its file raises it as well', async () => {
    const made = org(() => [complete('Done.')]).withFile(path('x'), task('X', 'assignee: a\nbudget: 0.005\n'));
    await made.run();
    expect(made.prompts).toEqual([]);
    expect(made.lines('visit')).toMatchObject([{ agent: 'a', task: 'x', outcome: 'skipped', need: CALL }]);
    expect(made.read(path('x'))).toContain('status: assigned');
    made.withFile(path('x'), (made.read(path('x')) ?? '').replace('budget: 0.005', 'budget: 0.01'));
    await made.run();
    expect(made.read(path('x'))).toMatch(/status: completed[\s\S]*cost: 0.01/);
    await replayed(made);
  });

  it('keeps nobody from mail: the visit is made without the task', async () => {
    const made = org((prompt) => {
      expect(textOf(prompt)).not.toContain('<task id="x"');
      return [say('human', 'Hello.')];
    }).withFile(path('x'), task('X', 'assignee: a\nbudget: 0.005\n'));
    made.drop('a', 'Hello?');
    await made.run();
    expect(made.lines('visit')).toMatchObject([{ agent: 'a', outcome: 'ok' }]);
    expect(made.lines('visit')[0]?.task).toBeUndefined();
    expect(made.read(path('x'))).toContain('waits for its budget');
    made.drop('a', 'And now?');
    await made.run();
    expect(textOf(made.prompts[1])).toContain('x "X" (yours: its next call could cost');
  });

  it('cuts a visit that also has mail, which waits, and says so', async () => {
    const made = org(() => [goOn]).withFile(path('x'), task('X', 'assignee: a\nbudget: 0.01\n'));
    made.drop('a', 'Hello?');
    await made.turns(1);
    expect(made.lines('visit')).toMatchObject([{ outcome: 'cut', budget: 'task x', mail: ['000001-human-01'] }]);
    const told = made.lines('notice').map(({ to, text }) => [to, text] as const);
    expect(told.find(([to]) => to === 'a')?.[1]).toContain('the budget of task x could not pay for your next reply');
    expect(told.find(([, text]) => text.includes('comes in a later visit'))?.[0]).toBe('human');
    await made.turns(1);
    expect(made.lines('visit')[1]).toMatchObject({ mail: ['000001-human-01'] });
    expect(made.lines('visit')[1]?.task).toBeUndefined();
  });

  it('covers what its parts cost', async () => {
    const made = org(({ agent, turn }) => {
      if (agent === 'a' && turn === 1)
        return [{ tool: 'create_task', input: { title: 'Part', body: 'Do.', assignee: 'b' } }];
      return agent === 'b' ? [complete('Part.')] : 'Thinking.';
    }).withFile(path('x'), task('X', 'assignee: a\nbudget: 0.035\n'));
    await made.run();
    expect([...spentOn(made.journal()).values()].reduce((sum, cost) => sum + cost, 0)).toBe(30_000);
    expect(made.read(path('x'))).toContain('0.005 of the budget of task x is left');
  });

  it('of a part is bound by that of the task above it', async () => {
    const made = org(({ agent }) =>
      agent === 'a' ? [{ tool: 'create_task', input: { title: 'Part', body: 'Do.', assignee: 'b' } }] : [],
    ).withFile(path('x'), task('X', 'assignee: a\nbudget: 0.015\n'));
    await made.run();
    expect(made.prompts.map(({ agent }) => agent)).toEqual(['a']);
    expect(made.read(path('T-1-a-1'))).toContain('of the budget of task x is left');
  });

  it('counts a call in doubt until somebody settles it', async () => {
    let kills = true;
    const made = org(() => {
      if (kills) made.disk.plan = () => 'crash-before';
      return 'Thinking.';
    }).withFile(path('x'), task('X', 'assignee: a\nbudget: 0.025\n'));
    made.repeatable = false;
    await expect(made.turns(1)).rejects.toBeInstanceOf(Crash);
    kills = false;
    made.restart();
    await made.run();
    expect(made.read(path('x'))).toContain('cost: 0.01\n');
    expect(made.read(path('x'))).toContain('0.005 of the budget of task x is left');
    await made.ask({ ask: 'settle-doubt', by: 'human', key: '1.a.1.1', amount: 4_000 });
    await made.run();
    expect(made.read(path('x'))).toContain('cost: 0.024\n');
    expect(spendingBy('task', made.journal()).get('x')).toMatchObject({ spent: 0.024 });
    await replayed(made);
  });
});

describe('the budget of a run', () => {
  const flow = (steps: string, head = '') => `version: 1\n${head}steps:\n${steps}`;
  const begin = { ask: 'run-workflow', by: 'human', workflow: 'flow', run: 'r1', inputs: {} } as const;

  function stateOf(made: Org): State {
    const engine = made.open();
    engine.close();
    return engine.state;
  }

  it('is shared by visits of one turn on tasks of the run, which take turns when it cannot pay all of them', async () => {
    const steps = AGENTS.map((agent) => `  - { id: s${agent}, agent: ${agent}, do: Do. }\n`).join('');
    const made = org(({ turn }) => (turn < 4 ? 'Thinking.' : [complete('ok')])).withFile(
      'org/workflows/flow.yaml',
      flow(steps, 'budget: 0.025\n'),
    );
    await made.ask(begin);
    await made.run();
    const spent = [...spentOn(made.journal()).values()].reduce((sum, cost) => sum + cost, 0);
    expect(spent).toBe(20_000);
    expect(stateOf(made).runs.all.get('r1')?.status).toBe('running');
    const told = notices(made).filter((text) => text.includes('waits'));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/0.005 of the budget of run r1 is left. Raise it: lemming workflow budget r1 0.\d+$/);
    await made.ask({ ask: 'run', by: 'human', id: 'r1', do: 'budget', budget: 1_000_000 });
    await made.run();
    expect(stateOf(made).runs.all.get('r1')).toMatchObject({ budget: 1_000_000, status: 'completed' });
    await replayed(made);
  });

  it('holds for child runs and for what takes a run back', async () => {
    const made = org((prompt) => {
      const text = textOf(prompt);
      return text.includes('take back') ? [complete('back')] : text.includes('Fail') ? 'Hm.' : [complete('ok')];
    })
      .withFile(
        'org/workflows/flow.yaml',
        flow(
          '  - { id: x, workflow: child }\n  - { id: y, agent: b, needs: [x], retries: 0, timeout: 1 turns, do: Fail. }\n',
        ),
      )
      .withFile(
        'org/workflows/child.yaml',
        flow('  - { id: z, agent: a, do: Z, compensate: { do: "Take it back." } }\n'),
      );
    await made.ask({ ...begin, budget: 25_000 });
    await made.turns(12);
    expect(stateOf(made).runs.all.get('r1')).toMatchObject({ status: 'compensating', budget: 25_000 });
    expect([...spentOn(made.journal()).values()].reduce((sum, cost) => sum + cost, 0)).toBe(20_000);
    await made.ask({ ask: 'run', by: 'human', id: 'r1', do: 'budget', budget: 100_000 });
    await made.turns(8);
    expect(stateOf(made).runs.all.get('r1')).toMatchObject({ status: 'compensated' });
  });
});

/** A random plan: tasks with budgets, some with parts, and a run whose steps are worked on at once. */
const plans = fc.record({
  prices: fc.record({ per_call: fc.integer({ min: 1, max: 30 }), dear: fc.integer({ min: 1, max: 80 }) }),
  budget: fc.integer({ min: 1, max: 200 }),
  child: fc.option(fc.integer({ min: 1, max: 100 }), { nil: null }),
  tasks: fc.array(
    fc.record({ agent: fc.nat(AGENTS.length - 1), budget: fc.option(fc.integer({ min: 1, max: 150 }), { nil: null }) }),
    { maxLength: 4 },
  ),
  seed: fc.nat(),
});

/** Micro-credits. */
const milli = (amount: number) => amount * 1000;

/** What an agent does, by chance: it goes on, creates a part, or completes the work. */
function mindOf(seed: number): Mind {
  return ({ agent, turn, n }) => {
    const chance = (seed + turn * 31 + n * 17 + agent.charCodeAt(0) * 7) % 6;
    if (chance === 0) return [complete('Done.')];
    if (chance === 1 && turn < 4)
      return [{ tool: 'create_task', input: { title: `Part ${turn}`, body: 'Do.', capability: 'work' } }];
    return chance === 2 ? 'Thinking.' : [goOn];
  };
}

/** Whatever a task, or the key of one, belongs to: its own budget, those above it, those of its runs. */
function scopesOf(state: State, id: string): string[] {
  const scopes: string[] = [];
  let one = state.tasks.all.get(id);
  for (let up = one; up; up = state.tasks.all.get(up.parent ?? '')) {
    scopes.push(up.id);
    one = up;
  }
  for (let run = one?.key?.split('/')[1]; run; run = state.runs.all.get(run)?.key?.split('/')[1]) scopes.push(run);
  return scopes;
}

it('is never passed by random runs and tasks, at any concurrency, and all of it that a call fits into is used', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async ({ prices, budget, child, tasks, seed }) => {
      const files: string[] = [];
      for (const concurrency of [1, 64]) {
        const made = org(mindOf(seed), {
          models: {
            default: { provider: 'mind', price: { per_call: prices.per_call / 1000 } },
            dear: { provider: 'mind', price: { per_call: prices.dear / 1000 } },
          },
          resumes: { ...RESUMES, b: { ...RESUME, model: 'dear' } },
          org: { limits: { concurrency, steps: 4 } },
        })
          .withFile(
            'org/workflows/flow.yaml',
            `version: 1\nsteps:\n${AGENTS.map((agent) => `  - { id: s${agent}, agent: ${agent}, do: Do. }\n`).join('')}  - { id: sub, workflow: child }\n`,
          )
          .withFile(
            'org/workflows/child.yaml',
            `version: 1\n${child === null ? '' : `budget: ${child / 1000}\n`}steps:\n  - { id: y, agent: c, do: Y. }\n`,
          );
        for (const [i, one] of tasks.entries())
          made.withFile(
            path(`t${i}`),
            task(
              `T${i}`,
              `assignee: ${AGENTS[one.agent]}\n${one.budget === null ? '' : `budget: ${one.budget / 1000}\n`}`,
            ),
          );
        await made.ask({
          ask: 'run-workflow',
          by: 'human',
          workflow: 'flow',
          run: 'r1',
          inputs: {},
          budget: milli(budget),
        });
        await made.run();
        await made.look(({ state }) => {
          const spent = new Map<string, number>();
          for (const [id, cost] of spentOn(made.journal()))
            for (const scope of scopesOf(state, id)) spent.set(scope, (spent.get(scope) ?? 0) + cost);
          const limits = new Map<string, number | null>([
            ...[...state.tasks.all.values()].map((one): [string, number | null] => [one.id, one.budget]),
            ...[...state.runs.all.values()].map((one): [string, number | null] => [one.id, one.budget]),
          ]);
          for (const [scope, cost] of spent) expect(cost, scope).toBeLessThanOrEqual(limits.get(scope) ?? Infinity);
          for (const one of state.tasks.all.values())
            if (one.need !== undefined && one.status === 'running') expect(budgetWait(state, one)).not.toBeNull();
        });
        await replayed(made);
        files.push(
          JSON.stringify(
            [...made.disk.files((file) => /^org\/(tasks|runs)\//.test(file))].map(([name, bytes]) => [
              name,
              String(bytes),
            ]),
          ),
        );
      }
      expect(files[0]).toBe(files[1]);
    }),
    { numRuns: 15 },
  );
}, 60_000);
