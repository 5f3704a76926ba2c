import { describe, expect, it } from 'vitest';
import type { Held } from '../../../src/core/model/entry.ts';
import { plansAsked, setTask, type Task } from '../../../src/core/model/state/tasks.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import { notePlanAnswer, notePlanWish } from '../../../src/core/plans/asked.ts';
import { alikeTo, likelyCost, spreadOf } from '../../../src/core/plans/likely.ts';
import { readPlan } from '../../../src/core/plans/plan.ts';
import { previewPlan } from '../../../src/core/plans/preview.ts';
import { costText, showPlan } from '../../../src/core/plans/show.ts';
import { stagePlan } from '../../../src/core/plans/stage.ts';
import { judgeEdit } from '../../../src/core/tasks/edit.ts';
import { TASK } from '../entries.ts';
import { configOf, letter, sceneOf } from '../world.ts';

const CONFIG = configOf({ edges: { human: ['boss'], boss: ['a', 'human'], a: ['boss'] } });

function withTasks(...tasks: Partial<Task>[]): State {
  const state = emptyState();
  for (const task of tasks) setTask(state.tasks, { ...TASK, ...task });
  return state;
}

function planOf(tasks: object[], goal = 'Poems') {
  const read = readPlan({ goal, tasks });
  if ('why' in read) throw new Error(read.why);
  return read;
}
const ONE = planOf([{ id: 'x', title: 'X', assignee: 'a' }]);
const APPROVED = { id: 'A-1-boss-1' } as Held;

describe('the tasks of a plan', () => {
  const staged = (more: object, plan = ONE) => {
    const scene = sceneOf(CONFIG, 'boss', { draft: emptyDraft(), approved: APPROVED, ...more });
    const { ok, text } = stagePlan(plan, scene);
    return {
      ok,
      text,
      tasks: scene.draft.tasks.flatMap((act) => ('task' in act ? act.task : [])),
      acts: scene.draft.tasks,
    };
  };

  it('are made once: another time their keys are taken', () => {
    const state = withTasks({ id: 'old', key: 'A-1-boss-1/x' });
    expect(staged({ state })).toMatchObject({ ok: false, text: expect.stringContaining('belongs to old') });
  });

  it('are parts of a task of the person who asked, or of whoever plans', () => {
    const from = (...names: string[]) =>
      names.map((name, n) => letter({ from: name, n: n + 1, subject: `From ${name}` }));
    expect(staged({ given: from('human', 'a') }).tasks[0]).toMatchObject({ by: 'human', title: 'Poems' });
    expect(staged({ given: from('a') }).tasks[0]).toMatchObject({ by: 'boss', assignee: 'boss', status: 'blocked' });
    const nameless = planOf([{ id: 'x', assignee: 'a' }], '');
    expect(staged({ given: from('human') }, nameless).tasks[0]).toMatchObject({ title: 'From human' });
    expect(staged({}, nameless)).toMatchObject({ ok: true, tasks: [{ title: 'A plan' }, { title: 'x' }] });
  });

  it('are parts of the task of the visit, or of the one that waits for the approval, with its goal', () => {
    const whole = { ...TASK, id: 'whole', assignee: 'boss', status: 'running' as const, goal: 'birds' };
    const state = withTasks(whole);
    expect(staged({ state, task: state.tasks.all.get('whole'), approved: undefined }).ok).toBe(false);
    notePlanWish(state, letter({ to: ['boss'], asks: 'plan' }));
    expect(staged({ state, task: state.tasks.all.get('whole'), approved: undefined })).toMatchObject({
      tasks: [{ parent: 'whole', goal: 'birds', key: '2-boss/x' }],
    });
    const waiting = withTasks({ ...whole, status: 'blocked', waits: ['A-1-boss-1'] }, { id: 'y', assignee: 'boss' });
    expect(staged({ state: waiting }).acts.at(-1)).toMatchObject({ id: 'whole', fields: { status: 'blocked' } });
    const ended = withTasks({ ...whole, status: 'failed', waits: ['A-1-boss-1'] });
    expect(staged({ state: ended }).tasks).toHaveLength(2);
  });

  it('carry the goal of the mail that led to the plan', () => {
    const state = emptyState();
    const first = letter({ n: 1, to: ['boss'], asks: 'plan:birds' });
    notePlanWish(state, first);
    notePlanWish(state, letter({ n: 2, to: ['boss'], asks: 'plan:fish' }));
    expect(staged({ state, given: [first] }).tasks.map(({ goal }) => goal)).toEqual(['birds', 'birds']);
    expect(staged({ state }).tasks.map(({ goal }) => goal)).toEqual(['fish', 'fish']);
  });
});

describe('who was asked for a plan', () => {
  const asked = (...ids: [n: number, asks?: string][]) => {
    const state = emptyState();
    for (const [n, asks = 'plan'] of ids) notePlanWish(state, letter({ n, to: ['boss'], asks }));
    return state;
  };
  const held = (tool: string, ...cause: number[]) =>
    ({ agent: 'boss', tool, cause: cause.map((n) => letter({ n })) }) as unknown as Held;
  const left = (state: State, turn = 1) => plansAsked(state.tasks, 'boss', turn).map(({ mail }) => mail.slice(-2));

  it('is known until a plan is approved, or for fifty turns', () => {
    const state = asked([1], [2]);
    notePlanAnswer(state, held('send_message', 1), true);
    expect(left(state)).toEqual(['01', '02']);
    notePlanAnswer(state, held('propose_plan', 1), true);
    expect(left(state)).toEqual(['02']);
    expect([left(state, 51), left(state, 52)]).toEqual([['02'], []]);
    state.clock.turn = 20;
    notePlanAnswer(state, held('propose_plan', 2), false);
    expect(left(state, 71)).toEqual(['02']);
    notePlanAnswer(state, held('propose_plan', 2), true);
    expect(state.tasks.planning.size).toBe(0);
    notePlanAnswer(state, held('propose_plan', 2), true);
    notePlanWish(state, letter());
    expect(state.tasks.planning.size).toBe(0);
  });
});

describe('what a plan is likely to cost', () => {
  const done = (id: string, cost: number, more: Partial<Task> = {}) => ({
    id,
    cost,
    status: 'completed' as const,
    ...more,
  });

  it('is known by completed tasks that are like its own, and by their budgets', () => {
    const state = withTasks(
      done('p', 100, { capability: 'poems' }),
      done('q', 300, { capability: 'poems' }),
      done('r', 1000, { assignee: 'b' }),
      { id: 's', cost: 9999, status: 'failed' },
    );
    const of = (...tasks: object[]) => likelyCost(state.tasks, planOf(tasks).plan);
    expect(of({ id: 'x', capability: 'poems' })).toEqual({ least: 100, most: 300, samples: 3 });
    expect(of({ id: 'x', assignee: 'b' })).toEqual({ least: 1000, most: 1000, samples: 3 });
    expect(of({ id: 'x' }, { id: 'y', assignee: 'c', budget: 0.0002 })).toEqual({ least: 500, most: 1200, samples: 3 });
    expect(likelyCost(emptyState().tasks, ONE.plan)).toBeNull();
    expect(alikeTo({ assignee: null, capability: null }, [], () => TASK).basis).toBe('none');
    expect(spreadOf([])).toBeNull();
  });

  it('is said in words', () => {
    expect(costText(null)).toContain('is not known');
    expect(costText({ least: 1_000_000, most: 2_000_000, samples: 2 })).toBe(
      'Likely cost: 1 to 2 credits, by 2 completed tasks.',
    );
    expect(costText({ least: 1_000_000, most: 1_000_000, samples: 1 })).toBe(
      'Likely cost: 1 credit, by 1 completed task.',
    );
  });
});

it('a plan is shown as a tree, with what was mended', () => {
  const { plan, repaired } = planOf([
    { id: 'b', title: 'Second', needs: ['a', 'a', 'elsewhere'], capability: 'poems' },
    { id: 'a', title: 'First\nof two', assignee: 'a' },
    { id: 'c', title: 'Third' },
  ]);
  expect(showPlan(plan, null, repaired)).toBe(
    [
      'Goal: Poems',
      'a First of two [a]\n└─ b Second [whoever has poems, after elsewhere]\nc Third [whoever plans]',
      '3 tasks. What it costs is not known, because no task is completed yet.',
      'Mended: b needs a once.',
    ].join('\n\n'),
  );
  const nameless = planOf([{ id: 'x' }], '');
  expect(previewPlan(nameless, sceneOf(CONFIG, 'boss'))).toMatch(/^x x \[whoever plans\]\n\n1 task\. /);
});

it('a person may take the goal from a task', () => {
  const task = { ...TASK, goal: 'birds' };
  const { goal: _, ...fields } = task;
  const judged = judgeEdit(configOf({ edges: { human: ['a'], a: [] } }), withTasks(task).tasks, task, [], {
    by: 'human',
    fields,
    history: [],
  });
  expect(judged).toMatchObject({ changed: ['goal'] });
  expect('task' in judged && 'goal' in judged.task).toBe(false);
});
