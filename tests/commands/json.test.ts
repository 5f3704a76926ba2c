import { expect, it } from 'vitest';
import { commandFiles } from '../../scripts/commands.ts';
import { leavesOf } from '../../src/commands/leaves.ts';
import { lemming, office, put, untilIdle } from './people/world.ts';
import { scratchOrg } from './world.ts';

/** What a reader needs beside its name. A new one that needs something is named here. */
const ARGS: Record<string, string[]> = {
  'agent show': ['manager'],
  completion: ['bash'],
  inspect: ['manager'],
  memory: ['manager'],
  outbox: ['manager'],
  prompt: ['manager'],
  search: ['Hello'],
  show: ['000001-human-01'],
  'skill show': ['planning'],
  'task estimate': ['plan'],
  'task history': ['plan'],
  'task show': ['plan'],
  'tool show': ['shell'],
  'workflow show': ['nightly'],
  'workflow status': ['nightly-2'],
  watch: ['--once'],
};

function withSkill(root: string): string {
  put(root, 'org/skills/planning/SKILL.md', '---\nname: planning\ndescription: How to plan.\n---\nThink first.\n');
  put(root, 'org/tasks/plan.md', '---\ntitle: Plan\n---\n');
  put(
    root,
    'org/workflows/nightly.yaml',
    'version: 1\nowner: manager\non: { every: 1 }\nsteps:\n  - { id: rest, wait: { turns: 1000 } }\n',
  );
  return root;
}

const readers = (await commandFiles())
  .flatMap(({ command }) => leavesOf(command))
  .flatMap(({ name, reads }) => (reads ? name : []));

it.each(readers)('%s --json prints one object, and nothing but it', async (name) => {
  const root = withSkill(office());
  await lemming(root, ['send', 'manager', 'Hello']);
  await untilIdle(root);
  if (name === 'workflow status') await lemming(root, ['run', '--turns', '1']);
  const { exit, out } = await lemming(root, [...name.split(' '), ...(ARGS[name] ?? []), '--json']);
  expect([0, 1]).toContain(exit);
  expect(JSON.parse(out)).toBeTypeOf('object');
  expect(Array.isArray(JSON.parse(out))).toBe(false);
});

/** Readers that are about mail of a person, or name somebody's. */
const NEEDS_MAIL = ['show', 'read', 'workflow status'];

it.each(readers.filter((name) => !NEEDS_MAIL.includes(name)))('%s works where there is no person', async (name) => {
  const root = withSkill(scratchOrg({ edges: { manager: [] } }));
  const { exit, out } = await lemming(root, [...name.split(' '), ...(ARGS[name] ?? []), '--json']);
  expect([name, [0, 1].includes(exit), JSON.parse(out)]).toEqual([name, true, expect.any(Object)]);
});

/** Keys under which an amount of money stands. */
const MONEY =
  /^(cost|costs|over|spent|granted|left|reserved?|in_doubt|price|unpaid|saved|thread_spent|per_turn|per_day|cap|soft|grant|amount|budget|least|most)$/;

/** Every amount in what was printed, with its place. */
function amountsIn(value: unknown, place = ''): [string, number][] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]): [string, number][] => {
    const here = `${place}.${key}`;
    return typeof inner === 'number' && MONEY.test(key) ? [[here, inner]] : amountsIn(inner, here);
  });
}

it('money is credits everywhere: no amount of an organisation that has 1 credit is above 1', async () => {
  const hold = { tool: 'write_file', input: { path: 'x', content: 'y' } };
  const root = scratchOrg({
    edges: { human: ['a'], a: ['human'] },
    resumes: { a: { tools: ['ask:write_file', 'read_file'] } },
    org: { tools: { prices: { write_file: 0.03 } } },
    models: { default: { provider: 'scripted', script: 'org/script.yaml', price: { per_call: 0.03 } } },
    credits: { org: { cap: 0.9 }, agents: { a: { grant: 1, soft: 0.5, per_turn: 0.5, per_day: 0.8 } } },
    rules: [{ when: { agent: 'a' }, reply: { acts: [hold] } }],
  });
  await lemming(root, ['send', 'a', 'Hello']);
  await untilIdle(root);
  const lines = [
    ...readers.map((name) => [
      ...name.split(' '),
      ...(ARGS[name] ?? []).map((word) => (word === 'manager' ? 'a' : word)),
    ]),
    ['show', '1'],
    ['show', '1.a'],
    ['show', '1.a.1.1'],
    ['show', 'A-1-a-1'],
    ['costs', '--by', 'thread'],
    ['run', '--dry-run'],
    ['run', '--until-idle'],
    ['top-up', 'a', '0.5'],
  ];
  for (const line of lines) {
    const { out } = await lemming(root, [...line, '--json']);
    const amounts = amountsIn(JSON.parse(out));
    expect([line.join(' '), amounts.filter(([, amount]) => amount > 2)]).toEqual([line.join(' '), []]);
  }
  const { out } = await lemming(root, ['approvals', '--json']);
  expect(JSON.parse(out).approvals).toMatchObject([{ spent: 0.03, thread_spent: 0.03, price: { cost: 0.03 } }]);
});

it('a fault is an object as well', async () => {
  const { exit, out } = await lemming(office(), ['inspect', 'nobody', '--json']);
  expect(exit).toBe(6);
  expect(JSON.parse(out)).toMatchObject({ ok: false, faults: [{ code: 'not-found', remedy: expect.any(String) }] });
});
