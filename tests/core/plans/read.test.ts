import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkPlan } from '../../../src/core/plans/plan.ts';
import { type ReadPlan, readPlan } from '../../../src/core/plans/read.ts';
import { cycleFrom } from '../../../src/core/tasks/cycle.ts';
import { PLAN_TASKS } from '../../../src/schema/records/plan.ts';
import { FULL } from '../../campaign/thin.ts';

const A = { name: 'a', title: 'First' };
const B = { name: 'b', title: 'Second', needs: ['a'] };

function read(given: unknown): ReadPlan {
  const found = readPlan(given, parse);
  if ('why' in found) throw new Error(found.why);
  return found;
}
/** name: needs, in the order of the plan. */
const shape = (given: unknown) => read(given).plan.tasks.map(({ name, needs }) => `${name}: ${needs.join(' ')}`.trim());
const why = (given: unknown) => {
  const found = readPlan(given, parse);
  return 'why' in found ? found.why : 'it was read';
};

describe('a plan is read', () => {
  it('as its schema says', () => {
    const { plan, repairs } = read({ tasks: [{ ...A, budget: 0.5, assignee: 'coder' }, B], cancel: ['T-1-a-1'] });
    expect(repairs).toEqual([]);
    expect(plan).toEqual({
      tasks: [
        { name: 'a', title: 'First', body: '', assignee: 'coder', needs: [], budget: 500_000 },
        { name: 'b', title: 'Second', body: '', needs: ['a'] },
      ],
      cancel: ['T-1-a-1'],
      change: [],
    });
    expect(read({ tasks: [], change: [{ id: 'T-1-a-1', title: 'Other' }] }).plan.change).toEqual([
      { id: 'T-1-a-1', title: 'Other' },
    ]);
  });

  const json = JSON.stringify({ goal: 'x', tasks: [A, B] });
  const yaml = 'goal: x\ntasks:\n  - { name: a, title: First }\n  - name: b\n    title: Second\n    needs: [a]\n';
  it.each([
    ['JSON', json],
    ['YAML', yaml],
    ['a bare list', JSON.stringify([A, B])],
    ['a bare list of YAML', '- { name: a, title: First }\n- { name: b, title: Second, needs: a }\n'],
    ['JSON in a fence', `Here is my plan:\n\n\`\`\`json\n${json}\n\`\`\`\nShall I begin?`],
    ['YAML in a fence that is not closed', `Sure!\n~~~yaml\n${yaml}`],
    ['a second fence', `Run \`\`\`sh\nls\n\`\`\` and\n\`\`\`\nls\n\`\`\`\n\`\`\`\n${yaml}\`\`\``],
    ['JSON between sentences', `The plan is ${json}, I hope you like it.`],
    ['a list between sentences', `Tasks: ${JSON.stringify([A, B])} and that is all`],
    ['YAML between sentences', `I propose this.\n\n${yaml}\nTell me what you think!`],
    ['a plan in a plan', { plan: { goal: 'x', tasks: [A, B] } }],
    ['a list in plan', { goal: 'x', plan: [A, B] }],
    ['steps', { steps: [A, B] }],
    ['tasks by their names', { tasks: { a: { title: 'First' }, b: { title: 'Second', needs: ['a'] } } }],
    ['tasks as a text', { goal: 'x', tasks: `\`\`\`\n${JSON.stringify([A, B])}\n\`\`\`` }],
    ['a plan as a text', { plan: json }],
    [
      'ids',
      [
        { id: 'a', title: 'First' },
        { id: 'b', name: 'Second', depends_on: ['a'] },
      ],
    ],
  ])('from %s', (_, given) => {
    expect(shape(given)).toEqual(['a:', 'b: a']);
  });

  it('under the names that others use for its fields', () => {
    const { plan, repairs } = read([
      { id: 1, name: 'First', description: 'Do it.', agent: 'coder', colour: 'red' },
      { title: 'Second one', depends_on: ['1', { id: 1 }], owner: null, needs: '' },
      { id: 'Third!', title: 3, dependencies: 'Second one, 1', body: 'Kept.', details: 'Not this.' },
    ]);
    expect(plan.tasks).toEqual([
      { name: 'task-1', title: 'First', body: 'Do it.', assignee: 'coder', needs: [] },
      { name: 'second-one', title: 'Second one', body: '', needs: ['task-1', 'task-1'] },
      { name: 'third', title: '3', body: 'Kept.', needs: ['Second one', 'task-1'] },
    ]);
    expect(repairs).toEqual(['"colour" was left out, because a task has no such field']);
  });

  it('without what cannot be meant, which is told', () => {
    const { plan, repairs } = read({ tasks: [A, 7, {}, A, 'Third', { name: 'third' }] });
    expect(plan.tasks.map(({ name }) => name)).toEqual(['a', 'third']);
    expect(repairs).toEqual([
      'an entry that is no task was left out',
      'an entry that is no task was left out',
      'an entry that is no task was left out',
      'a stood there twice',
    ]);
  });

  it('with names of its own for tasks that have none', () => {
    const same = (body: string) => ({ title: 'Same', body });
    expect(shape([same('One'), same('Two'), same('One')])).toEqual(['same:', 'same-2:']);
    expect(shape([{ id: 'x' }])).toEqual(['x:']);
  });
});

describe('a plan is refused', () => {
  it.each([
    ['when there is none', 'I have no idea.', 'There is no plan'],
    ['when it is a number', 7, 'There is no plan'],
    ['when it holds something else', { colour: 'red', tasks: 7 }, 'There is no plan'],
    ['when its text holds none', { tasks: 'later' }, 'There is no plan'],
    ['when its text holds something else', { tasks: '{"colour": "red"}' }, 'There is no plan'],
    ['when its tasks are nothing', { tasks: {} }, 'There is no plan'],
    ['when it is wrapped too often', { plan: { plan: { plan: { plan: { plan: [A] } } } } }, 'There is no plan'],
    [
      'with too many tasks',
      { tasks: Array.from({ length: PLAN_TASKS + 1 }, (_, i) => ({ id: `t${i}` })) },
      'at most 100',
    ],
    ['when two tasks have one name', [A, { ...A, title: 'Other' }], 'Two tasks of the plan are called "a"'],
    ['without a title', [{ needs: [] }], 'title'],
    ['with a title that is none', [{ id: 'a', title: ['x'] }], 'tasks.0.title must be a text'],
    ['with a need that is none', [{ ...A, needs: ['x'.repeat(300)] }], 'tasks.0.needs.0 must be'],
    ['with an unknown priority', [{ ...A, priority: 'soon' }], 'tasks.0.priority must be one of'],
    ['with a deadline that is none', [{ ...A, deadline: 'soon' }], '12 turns'],
  ])('%s', (_, given, said) => {
    expect(why(given)).toContain(said);
  });

  it('with the reason of its first reading', () => {
    expect(why('```\n[{"id": "a", "priority": "soon"}]\n```\nor {"tasks": 3}')).toContain('priority');
  });

  it('when its text refers to itself without end', () => {
    expect(why('tasks: &a [*a]')).toContain('There is no plan');
  });
});

const word = fc.constantFrom(
  't0',
  't1',
  't3',
  'd e',
  'A',
  '',
  'Two words',
  '1',
  'T-1-a-1',
  '__proto__',
  'constructor',
  '日本',
);
const odd = fc.oneof(word, fc.integer(), fc.constant(null), fc.boolean(), fc.jsonValue({ maxDepth: 2 }));
/** One time in so many what is given, otherwise `usual`. */
function rarely<T>(given: fc.Arbitrary<T>, usual: T | null, oneIn: number): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 1, arbitrary: given }, { weight: oneIn - 1, arbitrary: fc.constant(usual) });
}
/** What may stand in the place of a field, or beside it. */
const mistakes = fc.record(
  {
    id: fc.oneof(word, fc.integer({ min: 0, max: 5 })),
    title: odd,
    name: word,
    needs: fc.oneof(fc.array(fc.oneof(word, fc.record({ id: word })), { maxLength: 4 }), word, odd),
    depends_on: fc.array(word, { maxLength: 3 }),
    assignee: odd,
    capability: word,
    budget: odd,
    priority: fc.constantFrom('high', 'medium', 'soon'),
    deadline: fc.constantFrom('3 turns', 'never'),
    ['__proto__']: odd,
  },
  { requiredKeys: [] },
);
const fine = fc.record({ back: fc.array(fc.nat(4), { maxLength: 3 }), priority: fc.constantFrom('high', 'low') });
const entry = fc.record({
  fine,
  mistake: rarely(mistakes, null, 8),
  other: rarely(odd, null, 30),
});
/** Tasks that need earlier ones, with mistakes in some of them. */
const someTasks = fc.array(entry, { maxLength: 8 }).map((entries) =>
  entries.map(({ fine: { back, priority }, mistake, other }, i): unknown => {
    if (other !== null) return other;
    const needs = back.flatMap((far) => (i - 1 - far >= 0 ? `t${i - 1 - far}` : []));
    return { id: `t${i}`, title: `Task ${i}`, needs, priority, ...mistake };
  }),
);
/** Whatever a model may write: plans with mistakes of every kind, as values and as texts. */
const somePlan = fc
  .record({
    goal: rarely<unknown>(odd, 'x', 12),
    tasks: fc.oneof(
      { weight: 12, arbitrary: someTasks },
      { weight: 1, arbitrary: fc.dictionary(word, mistakes) },
      { weight: 1, arbitrary: odd },
    ),
    form: fc.constantFrom('value', 'json', 'fence', 'prose', 'list', 'cut', 'plan'),
    cut: fc.nat(400),
  })
  .map(({ goal, tasks, form, cut }): unknown => {
    const text = JSON.stringify({ goal, tasks });
    switch (form) {
      case 'value':
        return { goal, tasks };
      case 'list':
        return tasks;
      case 'plan':
        return { plan: { goal, tasks } };
      case 'fence':
        return `Well:\n\`\`\`json\n${text}\n\`\`\`\nGood?`;
      case 'prose':
        return `I think ${text} is it.`;
      case 'cut':
        return text.slice(0, cut);
      default:
        return text;
    }
  });

describe('whatever a model writes', () => {
  it('is refused with a reason, or is a plan without loops, of which every need is known or elsewhere', () => {
    let plans = 0;
    let good = 0;
    fc.assert(
      fc.property(somePlan, (given) => {
        const found = readPlan(given, parse);
        if ('why' in found) return found.why.length > 0;
        plans++;
        const checked = checkPlan(found.plan.tasks, (id) => id === 'T-1-a-1');
        if ('why' in checked) return checked.why.length > 0;
        good++;
        const { tasks } = checked;
        const names = new Set(tasks.map(({ name }) => name));
        const needs = new Map(tasks.map((task) => [task.name, task.needs]));
        expect(names.size).toBe(tasks.length);
        expect(tasks.length).toBeLessThanOrEqual(PLAN_TASKS);
        for (const { name } of tasks) expect(cycleFrom(name, (one) => needs.get(one) ?? [])).toBeNull();
        for (const need of tasks.flatMap((task) => task.needs))
          expect(names.has(need) || need === 'T-1-a-1').toBe(true);
        // What was read once is read the same again.
        const again = readPlan({ tasks: found.plan.tasks.map(({ budget: _, ...task }) => task) });
        expect('why' in again ? again.why : again.plan.tasks.map((task) => task.needs)).toEqual(
          found.plan.tasks.map((task) => task.needs),
        );
        return true;
      }),
      { numRuns: FULL ? 10_000 : 500 },
    );
    expect([plans > 100, good > 50]).toEqual([true, true]);
  });
});
