import { expect, it } from 'vitest';
import type { Config } from '../../../src/core/model/config.ts';
import { defaultPlan } from '../../../src/core/plans/default-plan.ts';
import { readPlan } from '../../../src/core/plans/plan.ts';

/** An organisation of a person and agents to whom they may write. */
function config(...named: (string | [name: string, tool: string])[]): Config {
  const tools = new Map(named.map((one) => (typeof one === 'string' ? [one, 'shell'] : one)));
  const agents = [...tools.keys()];
  const end = { all: true, names: new Set<string>() };
  const all = ['human', ...agents];
  return {
    org: { tasks: { planner: null } },
    order: all,
    agents: new Map(
      all.map((name) => [
        name,
        { name, person: name === 'human', tools: [tools.get(name) ?? 'shell'], schedule: { every: 1, offset: 0 } },
      ]),
    ),
    units: new Map(),
    sendTo: new Map(all.map((name) => [name, end])),
    readFrom: new Map(all.map((name) => [name, end])),
  } as unknown as Config;
}
const who = (made: Config) => defaultPlan(made, 'human', 'A page')?.tasks.map(({ assignee }) => assignee);

it('gives all of it to whoever plans when there is nobody else, and is none without an agent', () => {
  expect(who(config('a'))).toEqual(['a', 'a', 'a']);
  expect(who(config('a', 'b'))).toEqual(['a', 'b', 'a']);
  expect(who(config())).toBeUndefined();
});

it('gives the work to those who can write files, side by side, else to others that have tools', () => {
  expect(who(config('a', 'b', ['c', 'write_file']))).toEqual(['a', 'c', 'a']);
  expect(who(config('a', ['b', 'write_file'], ['c', 'write_file']))).toEqual(['a', 'b', 'c', 'a']);
  expect(who(config('a', 'b', 'c', 'd', 'e'))).toEqual(['a', 'b', 'c', 'd', 'a']);
  const ids = (made: Config) => defaultPlan(made, 'human', 'A page')?.tasks.map(({ id }) => id);
  expect(ids(config('a', 'b'))).toEqual(['outline', 'work', 'check']);
  expect(ids(config('a', 'b', 'c'))).toEqual(['outline', 'part-b', 'part-c', 'check']);
});

it('is read from tasks that are a text, and not from a text without tasks', () => {
  expect(readPlan({ goal: 'g', tasks: '[{"id": "a", "title": "A"}]' })).toMatchObject({
    plan: { goal: 'g', tasks: [{ id: 'a' }] },
  });
  for (const tasks of ['"words"', '{"x": 1}', '[1]'])
    expect(readPlan({ tasks })).toMatchObject({ why: expect.stringContaining('There is no plan in it') });
});
