import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inOrder, type ReadPlan, readPlan } from '../../../src/core/plans/plan.ts';
import { cycleFrom } from '../../../src/core/tasks/cycle.ts';
import { PLAN_TASKS } from '../../../src/schema/records/plan.ts';
import { FULL } from '../../campaign/thin.ts';

const A = { id: 'a', title: 'First' };
const B = { id: 'b', title: 'Second', needs: ['a'] };

function read(given: unknown): ReadPlan {
  const found = readPlan(given, parse);
  if ('why' in found) throw new Error(found.why);
  return found;
}
/** id: needs, in the order of the plan. */
const shape = (given: unknown) => read(given).plan.tasks.map(({ id, needs }) => `${id}: ${needs.join(' ')}`.trim());
const why = (given: unknown) => {
  const found = readPlan(given, parse);
  return 'why' in found ? found.why : 'it was read';
};

describe('a plan is read', () => {
  it('as its schema says', () => {
    const { plan, repaired } = read({ goal: 'A page', tasks: [{ ...A, budget: 0.5, assignee: 'coder' }, B] });
    expect(repaired).toEqual([]);
    expect(plan.goal).toBe('A page');
    expect(plan.tasks[0]).toEqual({
      id: 'a',
      title: 'First',
      body: '',
      assignee: 'coder',
      needs: [],
      ensures: [],
      priority: 'normal',
      retries: 2,
      budget: 500_000,
    });
  });

  const json = JSON.stringify({ goal: 'x', tasks: [A, B] });
  const yaml = 'goal: x\ntasks:\n  - { id: a, title: First }\n  - id: b\n    title: Second\n    needs: [a]\n';
  it.each([
    ['JSON', json],
    ['YAML', yaml],
    ['a bare list', JSON.stringify([A, B])],
    ['a bare list of YAML', '- { id: a, title: First }\n- { id: b, title: Second, needs: a }\n'],
    ['JSON in a fence', `Here is my plan:\n\n\`\`\`json\n${json}\n\`\`\`\nShall I begin?`],
    ['YAML in a fence that is not closed', `Sure!\n~~~yaml\n${yaml}`],
    ['a second fence', `Run \`\`\`sh\nls\n\`\`\` and\n\`\`\`\nls\n\`\`\`\n\`\`\`\n${yaml}\`\`\``],
    ['JSON between sentences', `The plan is ${json}, I hope you like it.`],
    ['a list between sentences', `Tasks: ${JSON.stringify([A, B])} and that is all`],
    ['YAML between sentences', `I propose this.\n\n${yaml}\nTell me what you think!`],
    ['a plan in a plan', { plan: { goal: 'x', tasks: [A, B] } }],
    ['a list in plan', { goal: 'x', plan: [A, B] }],
    ['steps', { steps: [A, B] }],
    ['tasks by their ids', { tasks: { a: { title: 'First' }, b: { title: 'Second', needs: ['a'] } } }],
    ['tasks as a text', { goal: 'x', tasks: `\`\`\`\n${JSON.stringify([A, B])}\n\`\`\`` }],
    ['a plan as a text', { plan: json }],
  ])('from %s', (_, given) => {
    expect(shape(given)).toEqual(['a:', 'b: a']);
  });

  it('with the names that others use for its fields', () => {
    const { plan, repaired } = read([
      { id: 1, name: 'First', description: 'Do it.', agent: 'coder', colour: 'red' },
      { name: 'Second one', depends_on: ['1', { id: 1 }], owner: null, needs: '' },
      { id: 'Third!', title: 3, dependencies: 'Second one, 1', body: 'Kept.', details: 'Not this.' },
    ]);
    expect(plan.tasks.map(({ id, title, body, assignee, needs }) => [id, title, body, assignee, needs])).toEqual([
      ['task-1', 'First', 'Do it.', 'coder', []],
      ['second-one', 'Second one', '', undefined, ['task-1']],
      ['third', '3', 'Kept.', undefined, ['second-one', 'task-1']],
    ]);
    expect(repaired).toEqual([
      '"colour" was left out, because a task has no such field',
      'second-one needs task-1 once',
    ]);
  });

  it('without what cannot be meant, which is told', () => {
    const { plan, repaired } = read({
      tasks: [A, 7, {}, A, { ...B, needs: ['a', 'b', 'a', null, true] }, 'Third', { id: 'third' }],
    });
    expect(plan.tasks.map(({ id, needs }) => [id, needs])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['third', []],
    ]);
    expect(repaired).toEqual([
      'an entry that is no task was left out',
      'an entry that is no task was left out',
      'an entry that is no task was left out',
      'a stood there twice',
      'b does not need itself',
      'b needs a once',
    ]);
  });

  it('with ids of its own for tasks that have none', () => {
    expect(
      shape([
        { title: 'Same', body: 'One' },
        { title: 'Same', body: 'Two' },
        { title: 'Same', body: 'One' },
      ]),
    ).toEqual(['same:', 'same-2:']);
    expect(shape([{ id: 'x' }])).toEqual(['x:']);
  });

  it('with needs that lie outside of it, where they have the form of an id', () => {
    expect(shape([{ ...A, needs: ['schema', 'T-3-boss-1'] }])).toEqual(['a: schema T-3-boss-1']);
  });
});

describe('what a plan changes is read', () => {
  const FACTS = 'T-2-boss-2';
  const changed = (given: unknown) => {
    const { plan, repaired } = read(given);
    return { change: plan.change, cancel: plan.cancel, tasks: plan.tasks.map(({ id }) => id), repaired };
  };

  it.each<[string, unknown, object]>([
    ['with the fields that change', { change: [{ id: FACTS, title: 'X', needs: [] }] }, { title: 'X', needs: [] }],
    [
      'with other names for them',
      { change: [{ id: FACTS, name: 'X', after: 'T-2-boss-3' }] },
      { title: 'X', needs: ['T-2-boss-3'] },
    ],
    ['by their ids', { change: { [FACTS]: { body: 'Y', budget: 1 } } }, { body: 'Y', budget: 1_000_000 }],
    ['alone, without a list', { change: { id: FACTS, title: 'X' } }, { title: 'X' }],
    [
      'among the new tasks, where the id can only be that of a task',
      { tasks: [{ id: FACTS, title: 'X' }] },
      { title: 'X' },
    ],
    ['in a plan in a plan', { plan: { change: [{ id: FACTS, title: 'X' }] } }, { title: 'X' }],
    ['in tasks that are a text', { tasks: JSON.stringify({ change: [{ id: FACTS, title: 'X' }] }) }, { title: 'X' }],
    ['in YAML', `tasks: []\nchange:\n  - id: ${FACTS}\n    title: X\n`, { title: 'X' }],
    [
      'twice, which is meant once',
      {
        change: [
          { id: FACTS, title: 'X' },
          { id: FACTS, title: 'X' },
        ],
      },
      { title: 'X' },
    ],
    ['without what says nothing', { change: [{ id: FACTS, title: 'X', body: '', assignee: null }] }, { title: 'X' }],
  ])('%s', (_, given, fields) => {
    expect(changed(given)).toMatchObject({ change: [{ id: FACTS, ...fields }], cancel: [], tasks: [] });
  });

  it('with needs that are titles of new tasks, and not itself', () => {
    const given = {
      tasks: [A],
      change: [{ id: FACTS, needs: ['First', FACTS, 'schema'] }],
      cancel: 'b, T-2-boss-3, b',
    };
    expect(changed(given)).toEqual({
      change: [{ id: FACTS, needs: ['a', 'schema'] }],
      cancel: ['b', 'T-2-boss-3'],
      tasks: ['a'],
      repaired: [`${FACTS} does not need itself`],
    });
    expect(changed({ cancel: [{ id: FACTS }] }).cancel).toEqual([FACTS]);
  });

  it.each([
    [
      'two different changes',
      {
        change: [
          { id: FACTS, title: 'X' },
          { id: FACTS, title: 'Y' },
        ],
      },
      'is changed twice',
    ],
    [
      'what is cancelled as well',
      { change: [{ id: FACTS, title: 'X' }], cancel: [FACTS] },
      'is both changed and cancelled',
    ],
    ['a change without an id', { change: [{ title: 'X' }] }, 'id'],
    ['an unknown need', { change: [{ id: FACTS, needs: ['A!! or so'] }] }, 'is no task of the plan'],
    ['what is no id', { cancel: ['A!! or so'] }, 'cancel.0 must be the id of a task'],
    ['nothing at all', { goal: 'x', change: [], cancel: [] }, 'The plan has no tasks.'],
  ])('and refused with %s', (_, given, said) => {
    expect(why(given)).toContain(said);
  });
});

describe('a plan is refused', () => {
  it.each([
    ['when there is none', 'I have no idea.', 'There is no plan'],
    ['when it is a number', 7, 'There is no plan'],
    ['when it holds something else', { colour: 'red', tasks: 7 }, 'There is no plan'],
    ['when its text holds none', { tasks: 'later' }, 'There is no plan'],
    ['when it is wrapped too often', { plan: { plan: { plan: { plan: { plan: [A] } } } } }, 'There is no plan'],
    ['without tasks', { goal: 'x', tasks: [] }, 'has no tasks'],
    ['when they are no tasks', { tasks: { a: 'First' } }, 'has no tasks'],
    ['with a goal that is none', { goal: 7, tasks: [A] }, 'goal must be a text'],
    ['with too many', { tasks: Array.from({ length: PLAN_TASKS + 1 }, (_, i) => ({ id: `t${i}` })) }, 'at most 100'],
    ['when two tasks have one id', [A, { ...A, title: 'Other' }], 'Two tasks have the id a'],
    ['with an unknown need', [A, { ...B, needs: ['A!! or so'] }], 'b needs "A!! or so", which is no task'],
    [
      'with a need that was mistyped',
      [{ id: 'Data model' }, { ...B, needs: ['Dita moodel'] }],
      'did you mean Data model?',
    ],
    [
      'when two tasks have the title that is meant',
      [
        { ...A, title: 'X y' },
        { id: 'c', title: 'X y' },
        { ...B, needs: ['X y'] },
      ],
      'did you mean',
    ],
    ['without a title', [{ needs: [] }], 'title'],
    ['with a title that is none', [{ id: 'a', title: ['x'] }], 'tasks.0.title must be a text'],
    ['with an unknown priority', [{ ...A, priority: 'soon' }], 'tasks.0.priority must be one of'],
    ['with a deadline that is none', [{ ...A, deadline: 'soon' }], '12 turns'],
    ['when tasks need each other', [{ ...A, needs: ['b'] }, B], 'The needs form a loop: a → b → a.'],
  ])('%s', (_, given, said) => {
    expect(why(given)).toContain(said);
  });

  it('with the reason of its first reading', () => {
    expect(why('```\n[{"id": "a", "needs": ["x y"]}]\n```\nor {"tasks": []}')).toContain('a needs "x y"');
  });

  it('when its text refers to itself without end', () => {
    expect(why('tasks: &a [*a]')).toContain('There is no plan');
  });
});

it('the tasks of a plan stand after all that they need', () => {
  const { plan } = read([
    { id: 'd', needs: ['b', 'c'] },
    { id: 'b', needs: ['a', 'elsewhere'] },
    { id: 'c', needs: ['a'] },
    { id: 'a' },
  ]);
  expect(inOrder(plan.tasks).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
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
/** What is to become of tasks that are there. */
const someChange = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.array(fc.oneof(fc.record({ id: word }), mistakes, word), { maxLength: 4 }) },
  { weight: 1, arbitrary: odd },
);
/** Whatever a model may write: plans with mistakes of every kind, as values and as texts. */
const somePlan = fc
  .record({
    change: someChange,
    cancel: someChange,
    goal: rarely<unknown>(odd, 'x', 12),
    tasks: fc.oneof(
      { weight: 12, arbitrary: someTasks },
      { weight: 1, arbitrary: fc.dictionary(word, mistakes) },
      { weight: 1, arbitrary: odd },
    ),
    form: fc.constantFrom('value', 'json', 'fence', 'prose', 'list', 'cut', 'plan'),
    cut: fc.nat(400),
  })
  .map(({ goal, tasks, change, cancel, form, cut }): unknown => {
    const whole = { goal, tasks, change, cancel };
    const text = JSON.stringify(whole);
    switch (form) {
      case 'value':
        return whole;
      case 'list':
        return tasks;
      case 'plan':
        return { plan: whole };
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
    fc.assert(
      fc.property(somePlan, (given) => {
        const found = readPlan(given, parse);
        if ('why' in found) return found.why.length > 0;
        plans++;
        const { tasks, change, cancel } = found.plan;
        expect(tasks.length + change.length + cancel.length).toBeGreaterThan(0);
        const known = [...change.map(({ id }) => id), ...cancel];
        expect(new Set(known).size).toBe(known.length);
        for (const one of [...tasks, ...change]) expect(one.needs ?? []).not.toContain(one.id);
        const ids = new Set(tasks.map(({ id }) => id));
        const needs = new Map(tasks.map((task) => [task.id, task.needs]));
        expect(ids.size).toBe(tasks.length);
        expect(tasks.length).toBeLessThanOrEqual(PLAN_TASKS);
        for (const { id } of tasks) expect(cycleFrom(id, (one) => needs.get(one) ?? [])).toBeNull();
        expect(new Set(inOrder(tasks))).toEqual(new Set(tasks));
        // What was read once is read the same again.
        const stated = JSON.parse(JSON.stringify(found.plan, (key, value) => (key === 'budget' ? value / 1e6 : value)));
        expect(readPlan(stated)).toEqual({ plan: found.plan, repaired: [] });
        return true;
      }),
      { numRuns: FULL ? 10_000 : 500 },
    );
    expect(plans).toBeGreaterThan(50);
  });
});
