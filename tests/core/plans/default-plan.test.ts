import { expect, it } from 'vitest';
import { defaultPlan } from '../../../src/core/plans/default-plan.ts';
import { checkPlan } from '../../../src/core/plans/plan.ts';
import { configOf } from '../world.ts';

const assignees = (edges: Record<string, string[]>, resumes = {}) =>
  defaultPlan(configOf({ edges, resumes }), 'human', 'boss', 'A page').map(({ assignee }) => assignee);

it('the plan that needs no model is one that can be carried out, and says the goal in each task', () => {
  const plan = defaultPlan(configOf({ edges: { human: ['boss', 'a'], boss: [], a: [] } }), 'human', 'boss', 'A page');
  expect(checkPlan(plan, () => false)).toMatchObject({ repairs: [] });
  for (const { body } of plan) expect(body).toContain('A page');
});

it('its work goes to somebody besides the planner who can write files, or to the first, or to the planner', () => {
  const edges = { human: ['boss', 'a', 'b'], boss: [], a: [], b: [], c: [] };
  expect(assignees(edges)).toEqual(['boss', 'a', 'boss']);
  expect(assignees(edges, { b: { tools: ['write_file'] }, c: { tools: ['write_file'] } })).toEqual([
    'boss',
    'b',
    'boss',
  ]);
  expect(assignees({ human: ['boss'], boss: [], a: [] })).toEqual(['boss', 'boss', 'boss']);
});
