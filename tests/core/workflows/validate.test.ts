import { describe, expect, it } from 'vitest';
import { readInputs } from '../../../src/core/workflows/file/inputs.ts';
import { validateWorkflow, type WorkflowSurroundings } from '../../../src/core/workflows/file/validate.ts';
import { readYaml } from '../../../src/disk/yaml/yaml.ts';
import { type WorkflowDraft, type WorkflowFile, workflowFile } from '../../../src/schema/records/workflow.ts';
import { fileOf, type StepDraft, work } from './world.ts';

const AROUND: WorkflowSurroundings = {
  agents: new Set(['a', 'writer', 'human']),
  people: new Set(['human']),
  workflows: new Map(),
  flawOfCron: (pattern) => (pattern === 'soon' ? 'soon is no time' : null),
};

function validated(steps: StepDraft[], more: Partial<WorkflowDraft> = {}, workflows = new Map<string, WorkflowFile>()) {
  return validateWorkflow('flow', fileOf(steps, more), { ...AROUND, workflows });
}

function flaws(...all: Parameters<typeof validated>): string[] {
  return validated(...all).flaws.map(
    ({ code, path, message, nearest }) => `${code} ${path.join('.')}: ${message}${nearest ? ` (${nearest}?)` : ''}`,
  );
}

const said = (...all: Parameters<typeof validated>): string => flaws(...all).join('\n');

describe('a workflow is valid', () => {
  it('when all that it names is there; what cannot be taken back is listed', () => {
    const child = fileOf([work('x')], { inputs: { topic: { type: 'string' }, n: { type: 'integer', default: 1 } } });
    const steps: StepDraft[] = [
      work('list', {
        do: 'List {{inputs.topic}} for {{run.id}}.',
        approve: 'human',
        ensures: [{ file: '{{run.id}}.md' }],
      }),
      work('each', {
        needs: ['list'],
        foreach: { in: 'steps.list.result', max: 3 },
        do: '{{item.name}} {{number}}',
        with: { all: '{{steps.list.result}}' },
        compensate: { agent: 'writer', do: 'Take {{steps.each.result}} back: {{item}}' },
      }),
      { id: 'answer', wait: { mail: { from: 'a' } }, needs: ['each'] },
      { id: 'ok', wait: { approval: { by: 'human', text: 'Well? {{steps.each.result}}' } }, needs: ['answer'] },
      { id: 'child', workflow: 'child', with: { topic: '{{steps.ok.result}}' }, needs: ['ok'] },
      work('send', { needs_any: ['ok'], when: "steps.ok.result != 'no'", compensate: 'none' }),
      work('fixed', { foreach: { in: ['{{inputs.topic}}', 'b'], max: 2 } }),
    ];
    const on = { mail: { from: ['a'] }, cron: '0 9 * * *', with: { topic: '{{mail.body}}' } };
    const more = { inputs: { topic: { type: 'string' as const } }, owner: 'a', on };
    expect(validated(steps, more, new Map([['child', child]]))).toEqual({ flaws: [], irreversible: ['send'] });
  });
});

describe('a workflow is refused', () => {
  it('for names in its conditions that stand for nothing', () => {
    expect(
      flaws([work('x', { ensures: [{ run: ['test', '{{inputs.none}}'] }, { file: '{{steps.x.result}}' }] })]),
    ).toEqual([
      'unknown-name steps.0.ensures: There is no input none, which inputs.none names',
      'unknown-name steps.0.ensures: steps.x.result is not known there: x does not come before; add it to needs',
    ]);
  });

  it('for names that are not there', () => {
    expect(
      flaws([
        work('draft', { agent: 'writr' }),
        work('test', { needs: ['draf'], compensate: { agent: 'nobody', do: 'x' } }),
        { id: 'wait', wait: { approval: { by: 'a', text: 'x' } }, needs_any: ['test'] },
        { id: 'mail', wait: { mail: { from: 'x1' } } },
        work('ask', { approve: ['writer'] }),
        { id: 'child', workflow: 'chld' },
      ]),
    ).toEqual([
      'unknown-name steps.0.agent: There is no agent writr (writer?)',
      'unknown-name steps.1.needs.0: There is no step draf (draft?)',
      'unknown-name steps.1.compensate.agent: There is no agent nobody',
      'unknown-name steps.2.wait.approval.by: There is no person a',
      'unknown-name steps.3.wait.mail.from: There is no agent x1',
      'unknown-name steps.4.approve: There is no person writer',
      'unknown-name steps.5.workflow: There is no workflow chld',
    ]);
  });

  it('for steps of one name, circles, and steps that can never begin', () => {
    expect(
      flaws([
        work('a', { needs: ['c'] }),
        work('b', { needs: ['a'] }),
        work('c', { needs_any: ['b'] }),
        work('d', { needs: ['c'] }),
        work('self', { needs: ['self'] }),
        work('d'),
      ]),
    ).toEqual([
      'duplicate-name steps.5.id: There are two steps d: steps[3] has that id',
      'invalid-value steps.0.needs: The needs of steps form a circle: a → c → b → a',
      'invalid-value steps.4.needs: The needs of steps form a circle: self → self',
    ]);
    expect(said([work('a', { needs: ['a'] }), work('d', { needs: ['a'] })])).toContain(
      'steps.1.needs: The step d can never begin: a, which comes before it, is in a circle',
    );
  });

  it('for on: without an owner, times that are none, and inputs that are not given', () => {
    expect(
      flaws([work('x')], {
        inputs: { topic: { type: 'string' }, n: { type: 'integer' } },
        on: { cron: 'soon', mail: { from: 'b1' }, with: { n: 'x', tpic: 1 } },
      }),
    ).toEqual([
      'missing-key owner: A workflow with on: needs an owner: the seat as which its runs act',
      'unknown-name on.mail.from: There is no agent b1',
      'invalid-value on.cron: soon is no time',
      'invalid-value on.with.n: n: expected a whole number',
      'unknown-name on.with.tpic: There is no input tpic (topic?)',
      'missing-key on.with: The input topic has no default: give it in with',
    ]);
    expect(said([work('x')], { owner: 'nobody', on: { every: 3 } })).toContain('There is no agent nobody');
  });

  it('for templates and conditions that name nothing', () => {
    const steps = [
      work('a', { do: '{{inputs.topc}} {{topic}} {{steps.b.result}} {{steps.a}} {{mail.body}} {{item}} {{run.x}} {{' }),
      work('b', { needs: ['a'], when: 'a is b', with: { x: '{{steps.aa.result}}' } }),
      work('c', { when: "'x' == 'x'", foreach: { in: ['1', '2'], max: 1 } }),
      work('d', { foreach: { in: 'files', max: 1 }, when: 'steps.d.result' }),
      work('e', { foreach: { in: 'inputs.files', max: 1 } }),
    ];
    expect(flaws(steps, { inputs: { topic: { type: 'string' } } })).toEqual([
      'invalid-value steps.0.do: A {{ is not closed, or holds more than a name',
      'unknown-name steps.0.do: There is no input topc, which inputs.topc names (topic?)',
      'unknown-name steps.0.do: "topic" names nothing: expected inputs.NAME, steps.ID.result or steps.ID.status',
      'unknown-name steps.0.do: steps.b.result is not known there: b does not come before; add it to needs',
      'unknown-name steps.0.do: steps.a says nothing: expected steps.a.result or .status',
      'unknown-name steps.0.do: mail.body stands for something only with on: mail',
      'unknown-name steps.0.do: item stands for something only in do, with and compensate of a step with foreach',
      'unknown-name steps.0.do: There is no part of a run x, which run.x names',
      `invalid-value steps.1.when: The condition cannot be read: "a" is no value: put a text into quotes, as 'a'`,
      'unknown-name steps.1.with: There is no step aa, which steps.aa.result names (a?)',
      'invalid-value steps.2.when: The condition names nothing, so it never changes',
      'invalid-value steps.2.foreach.in: The list has 2 items, but max is 1',
      'unknown-name steps.3.when: steps.d.result is not known there: d does not come before; add it to needs',
      'unknown-name steps.3.foreach.in: "files" names nothing: expected inputs.NAME, steps.ID.result or steps.ID.status',
      'unknown-name steps.4.foreach.in: There is no input files, which inputs.files names',
    ]);
    const on = { mail: { from: 'a' }, with: { topic: '{{inputs.x}} {{mail.text}} {{item}}' } };
    expect(flaws([work('x')], { inputs: { topic: { type: 'string' } }, owner: 'a', on })).toEqual([
      'unknown-name on.with: inputs.x is not known before a run begins: only mail can be named here',
      'unknown-name on.with: There is no part of mail text, which mail.text names',
      'unknown-name on.with: item stands for something only in do, with and compensate of a step with foreach',
    ]);
  });

  it('for a child whose inputs do not fit, and for workflows that start each other', () => {
    const child = fileOf([{ id: 'back', workflow: 'flow' }], { inputs: { n: { type: 'integer' } } });
    const workflows = new Map([['child', child]]);
    expect(flaws([work('w'), { id: 'x', workflow: 'child', with: { m: 1 } }], {}, workflows)).toEqual([
      'unknown-name steps.1.with.m: There is no input m',
      'missing-key steps.1.workflow: The input n has no default: give it in with',
      'invalid-value steps.1.workflow: The workflows start each other in a circle: flow → child → flow',
    ]);
    const other = fileOf([{ id: 'gone', workflow: 'nothing' }]);
    expect(flaws([{ id: 'x', workflow: 'child' }], {}, new Map([['child', other]]))).toEqual([]);
  });

  it('for inputs that contradict themselves', () => {
    const inputs = {
      a: { type: 'string', minimum: 1, items: 'string' },
      b: { type: 'integer', default: 11, maximum: 10, enum: [1, 'x'] },
    } as const;
    expect(flaws([work('x')], { inputs: inputs as unknown as WorkflowDraft['inputs'] & object })).toEqual([
      'invalid-value inputs.a.minimum: a: minimum says nothing about a value of type string',
      'invalid-value inputs.a.items: a: items says nothing about a value of type string',
      'invalid-value inputs.b.enum: b: expected a whole number',
      'invalid-value inputs.b.default: b: expected at most 10',
    ]);
  });
});

describe('the schema', () => {
  const faultsOf = (step: string): string[] =>
    readYaml(workflowFile(), `version: 1\nsteps:\n  - ${step}\n`, 'org/workflows/x.yaml').faults.map(
      ({ code, line, message }) => `${code} ${line}: ${message}`,
    );

  it.each([
    ['{ id: a }', 'expected one of agent, capability, wait, workflow in a step'],
    ['{ id: a, agent: b, workflow: c, do: x }', 'expected one of agent, capability, wait, workflow in a step'],
    ['{ id: a, agent: b }', 'expected do in the step'],
    ['{ id: a, workflow: b, do: c }', 'expected no do beside workflow'],
    ['{ id: a, workflow: b, ensures: [{ file: x }] }', 'expected no ensures beside workflow'],
    ['{ id: a, wait: { turns: 1 }, foreach: { in: inputs.x, max: 2 } }', 'expected no foreach beside wait'],
    ['{ id: a, wait: { turns: 1 }, compensate: none }', 'expected no compensate beside wait'],
    ['{ id: a, wait: { turns: 1 }, ensures: [{ file: x }] }', 'expected no ensures beside wait'],
    ['{ id: a, wait: { turns: 1 }, approve: human }', 'expected no approve beside wait'],
    ['{ id: a, wait: {} }', 'expected one of mail, approval, turns'],
    ['{ id: a, agent: b, do: x, foreach: { in: inputs.x } }', 'The key "max" is missing in steps[0].foreach'],
    ['{ id: a, agent: b, do: x, timeout: 12turns }', 'expected a time such as 12 turns'],
    ['{ id: A b, agent: b, do: x }', 'expected the id of a step'],
    ['{ id: a, agent: b, do: x, compensate: undoo }', 'compensate'],
  ])('refuses %s', (step, message) => expect(faultsOf(step).join('\n')).toContain(message));

  it('takes on: only with something that starts a run', () => {
    const text = 'version: 1\nowner: a\non: { zone: UTC }\nsteps: [{ id: a, agent: a, do: x }]\n';
    expect(readYaml(workflowFile(), text, 'f').faults[0]?.message).toContain('expected mail, every or cron');
  });
});

describe('the inputs of a run', () => {
  const file = fileOf([work('x')], {
    inputs: {
      topic: { type: 'string', maxLength: 5 },
      n: { type: 'integer', minimum: 2, maximum: 3, default: 2 },
      list: { type: 'array', items: 'string', maxItems: 2, default: [] },
      size: { type: 'string', enum: ['small', 'large'], default: 'small' },
      some: { type: 'number', enum: [1, 2], default: 1 },
      yes: { type: 'boolean', default: false },
    },
  });
  const read = (given: Record<string, unknown>) => readInputs(file, given as never);

  it('are those that are given, and defaults', () => {
    expect(read({ topic: 'x', yes: true, list: ['a'] })).toEqual({
      inputs: { topic: 'x', n: 2, list: ['a'], size: 'small', some: 1, yes: true },
    });
  });

  it.each([
    [{}, 'The input topic is missing'],
    [{ topic: 1 }, 'topic: expected a text'],
    [{ topic: 'xxxxxx' }, 'topic: expected at most 5 characters'],
    [{ topic: 'x', n: 1 }, 'n: expected at least 2'],
    [{ topic: 'x', n: 4 }, 'n: expected at most 3'],
    [{ topic: 'x', n: 2.5 }, 'n: expected a whole number'],
    [{ topic: 'x', list: 'a' }, 'list: expected a list'],
    [{ topic: 'x', list: ['a', 1] }, 'list: item 2: expected a text'],
    [{ topic: 'x', list: ['a', 'b', 'c'] }, 'list: expected at most 2 items'],
    [{ topic: 'x', size: 'huge' }, 'size: expected one of small, large'],
    [{ topic: 'x', some: 3 }, 'some: expected one of 1, 2'],
    [{ topic: 'x', yes: 'no' }, 'yes: expected true or false'],
    [{ topic: 'x', sise: 'small' }, 'There is no input sise'],
  ])('%j is refused', (given, message) => expect(JSON.stringify(read(given))).toContain(message));
});
