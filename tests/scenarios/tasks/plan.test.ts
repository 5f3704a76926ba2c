import { describe, expect, it } from 'vitest';
import type { Prompt } from '../../../src/core/model/call.ts';
import { planBody } from '../../../src/core/plans/stage.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, Org, textOf } from '../../regression/org.ts';

const EDGES = { human: ['boss'], boss: ['human', 'a', 'b'], a: ['boss'], b: ['boss'] };
const ROOT = 'org/tasks/goal.md';

const propose = (tasks: object[], cancel: string[] = []): Act => ({
  tool: 'propose_plan',
  input: { tasks, cancel } as never,
});
const complete = (result: string): Act => ({ tool: 'complete_task', input: { result } });
const TWO = [
  { name: 'use', title: 'Use it', assignee: 'b', needs: ['make'] },
  { name: 'make', title: 'Make it', body: 'Make a thing.', assignee: 'a' },
];

/** The boss does what `plans` says of its visits, one after the other; the others complete what they get. */
function org(plans: (Act[] | undefined)[], head = '') {
  let visit = 0;
  const made = new Org({ edges: EDGES }, (prompt: Prompt) =>
    prompt.agent === 'boss' ? plans[visit++] : [complete(`${prompt.agent} did it`), { tool: 'done', input: {} }],
  );
  return made.withFile(
    ROOT,
    `---\ntitle: A thing\nassignee: boss\nkey: plan/thing\n${head}---\n${planBody('A thing.')}\n`,
  );
}

const answer = (ask: 'approve' | 'deny', note = '') => ({ ask, by: 'human', id: 'A-1-boss-1', note }) as const;

describe('a plan', () => {
  it('is held, shown as a tree, and its tasks are created when a person approves it; their results come back', async () => {
    const made = org([[propose(TWO)], [], [complete('All is well.')]]);
    await made.run();
    const [held] = made.lines('held');
    expect(held).toMatchObject({ tool: 'propose_plan', agent: 'boss', contacts: ['human'] });
    expect(held?.shows).toBe(
      'make (a): "Make it"\n└─ use (b): "Use it"\n\n2 tasks. No task is completed yet: nothing is known of the cost.',
    );
    expect(made.paths(/^org\/tasks\//)).toEqual([ROOT]);
    await made.ask(answer('approve'));
    await made.run();
    expect(made.paths(/^org\/tasks\/T/)).toEqual(['org/tasks/T-2-boss-1.md', 'org/tasks/T-2-boss-2.md']);
    expect(made.read('org/tasks/T-2-boss-2.md')).toMatch(/needs: \[T-2-boss-1\]\nparent: goal\nkey: goal\/use/);
    const last = textOf(made.visits('boss').at(-1));
    expect(last).toContain('a did it');
    expect(last).toContain('b did it');
    expect(made.read(ROOT)).toMatch(/status: completed[\s\S]*result: All is well\./);
    const { host, provider } = made.ports();
    const recompute = new Recompute(TOOLS, { host, provider });
    for (const group of readJournal(made.disk, [])) await recompute.take(group);
    expect(recompute.divergence).toBeNull();
  });

  it('that a person denies goes back with their note', async () => {
    const made = org([[propose(TWO)], [complete('Then not.')]]);
    await made.run();
    await made.ask(answer('deny', 'Too small.'));
    await made.run();
    expect(textOf(made.visits('boss')[1])).toContain('Too small.');
    expect(made.paths(/^org\/tasks\/T/)).toEqual([]);
  });

  it.each([
    [
      [
        { name: 'x', title: 'X' },
        { name: 'x', title: 'Y' },
      ],
      'Two tasks of the plan are called "x"',
    ],
    [[{ name: 'x', title: 'X', needs: ['y'] }], 'x needs "y", which is neither in the plan nor a task'],
    [[{ name: 'make', title: 'X', needs: ['mak'] }], 'did you mean make?'],
    [
      [
        { name: 'x', title: 'X', needs: ['y'] },
        { name: 'y', title: 'Y', needs: ['x'] },
      ],
      'The needs form a circle: x → y → x.',
    ],
    [[{ name: 'x', title: 'X', assignee: 'zoe' }], 'x: there is no agent zoe'],
    [[{ name: 'x', title: 'X', capability: 'none' }], 'nobody to whom you may write has the capability "none"'],
    [[{ name: 'x', title: 'X', needs: ['goal'] }], 'x cannot need goal, of which it is a part.'],
  ])('%j is judged before a person sees it', async (tasks, text) => {
    const made = org([[propose(tasks)]]);
    await made.turns(1);
    const refused = made.lines('visit')[0]?.refusals?.[0]?.text;
    expect(refused).toContain(text);
    expect(made.lines('held')).toHaveLength(0);
  });

  it('can be changed: what has not begun is cancelled, whoever works on it in that turn, and the rest added', async () => {
    const last = [{ name: 'last', title: 'Last', assignee: 'b', needs: ['T-2-boss-1'] }];
    const made = org([[propose(TWO)], [propose(last, ['T-2-boss-2'])], [], [complete('ok')]]);
    await made.turns(1);
    await made.ask(answer('approve'));
    await made.turns(1);
    await made.ask({ ask: 'task', by: 'human', id: 'goal', do: 'start', note: 'Something else.' });
    await made.turns(1);
    const held = made.lines('held').at(-1);
    expect(held?.shows).toContain('No longer needed: T-2-boss-2');
    await made.ask({ ask: 'approve', by: 'human', id: held?.id as string, note: '' });
    await made.run();
    expect(made.lines('visit').map(({ agent, task }) => [agent, task])).toContainEqual(['b', 'T-2-boss-2']);
    expect(made.read('org/tasks/T-2-boss-2.md')).toContain('status: cancelled');
    expect(made.read('org/tasks/T-4-boss-1.md')).toMatch(/status: completed[\s\S]*needs: \[T-2-boss-1\]/);
    expect(made.read(ROOT)).toContain('status: completed');
  });

  it('can change what is to be done by tasks that have not begun, in their files', async () => {
    const change = { id: 'T-2-boss-2', body: 'Use it twice.', priority: 'high' };
    const next: Act = { tool: 'propose_plan', input: { tasks: [], change: [change] } };
    const made = org([[propose(TWO)], [next], [], [complete('ok')]]);
    await made.turns(1);
    await made.ask(answer('approve'));
    await made.turns(1);
    await made.ask({ ask: 'task', by: 'human', id: 'goal', do: 'start', note: 'Twice.' });
    await made.turns(1, { only: 'boss' });
    const held = made.lines('held').at(-1);
    expect(held?.shows).toBe(
      'Changed:\nT-2-boss-2 "Use it"\n  + body: Use it twice.\n  - priority: normal\n  + priority: high',
    );
    await made.ask({ ...answer('approve'), id: held?.id as string });
    await made.turns(1, { only: 'boss' });
    expect(made.read('org/tasks/T-2-boss-2.md')).toMatch(
      /priority: high[\s\S]*---\nUse it twice\.\n\n## History[\s\S]*boss: the plan changed priority, body/,
    );
  });

  it('names its tool among those of a visit that may use it, and of no other', async () => {
    const unknown: Act = { tool: 'make_plan', input: {} };
    const made = org([[unknown], [complete('ok')]]);
    made.drop('boss', 'Hello');
    await made.turns(1);
    const told = (of: Org) => of.lines('visit')[0]?.refusals?.[0]?.text ?? '';
    expect(told(made)).toMatch(/^You have no tool "make_plan"\. Yours: .*propose_plan/);
    const plain = new Org({ edges: EDGES }, () => [unknown]);
    plain.drop('boss', 'Hello');
    await plain.turns(1);
    expect(told(plain)).not.toContain('propose_plan');
  });

  it('is not carried out when its task has ended, or what it cancels has begun', async () => {
    const made = org([[propose(TWO)], [propose([], ['T-2-boss-1'])]]);
    await made.turns(1);
    await made.ask(answer('approve'));
    await made.ask({ ask: 'task', by: 'human', id: 'goal', do: 'cancel', note: '' });
    await made.turns(2);
    expect(made.lines('decided')[0]?.outcome).toContain('goal is cancelled already.');
    const other = org([[propose(TWO)], [], [propose([], ['T-2-boss-1'])]]);
    await other.turns(1);
    await other.ask(answer('approve'));
    await other.turns(2);
    await other.ask({ ask: 'task', by: 'human', id: 'goal', do: 'start', note: '' });
    await other.turns(1);
    expect(JSON.stringify(other.lines('visit'))).toContain('only what has not begun can be cancelled');
  });

  it('is made once, wherever the process dies while it is made', async () => {
    for (let n = 1; n <= 31; n += 3) {
      const made = org([[propose(TWO)], [], [complete('All is well.')]]);
      await made.turns(1);
      await made.ask(answer('approve'));
      await made.dies(n, () => made.turns(1));
      await made.run();
      const titles = made.paths(/^org\/tasks\//).map((path) => /title: (.*)/.exec(made.read(path) ?? '')?.[1]);
      expect([n, ...titles.sort()]).toEqual([n, 'A thing', 'Make it', 'Use it']);
      expect(made.lines('decided')).toHaveLength(1);
    }
  });

  it('is carried out as the person changed it, and judged in that form', async () => {
    const other = { name: 'other', title: 'Other', assignee: 'b' };
    const made = org([[propose(TWO)], []]);
    await made.turns(1);
    await made.ask({ ...answer('approve'), edited: { tasks: [other] } });
    await made.turns(1);
    expect(made.read('org/tasks/T-2-boss-1.md')).toMatch(/title: Other[\s\S]*key: goal\/other/);
    expect(made.paths(/^org\/tasks\/T/)).toHaveLength(1);
    expect(made.lines('decided')[0]?.outcome).toContain('human changed it before. Created T-2-boss-1.');
    expect(made.read('org/approvals/answered/A-1-boss-1.md')).toContain('In this form:');
    const bad = org([[propose(TWO)], []]);
    await bad.turns(1);
    await bad.ask({ ...answer('approve'), edited: { tasks: [{ ...other, assignee: 'zoe' }] } });
    await bad.turns(1);
    expect(bad.lines('decided')[0]?.outcome).toContain('other: there is no agent zoe');
    expect(bad.paths(/^org\/tasks\/T/)).toEqual([]);
  });

  it('is the only thing that is done in another form than it was shown', async () => {
    const wish = { tool: 'hire_agent', input: { name: 'tess', template: 'tester', credits: 0 } };
    const template = '---\nrole: Tries\ntools: []\n---\nTry.\n';
    const made = new Org(
      {
        edges: EDGES,
        resumes: { boss: { tools: ['hire_agent'] } },
        files: { 'org/templates/tester.md': template },
      },
      ({ n }) => (n === 1 ? [wish] : []),
    );
    made.drop('boss', 'Hire.');
    await made.turns(1);
    await made.ask({ ...answer('approve'), edited: { ...wish.input, name: 'other' } });
    await made.turns(1);
    expect(made.lines('hired').map(({ agent }) => agent)).toEqual(['tess']);
  });

  it('gives work to whoever has a capability', async () => {
    const made = new Org({ edges: EDGES, resumes: { a: { capabilities: ['art'] } } }, (prompt) =>
      prompt.agent === 'boss' ? [propose([{ name: 'x', title: 'X', capability: 'art' }])] : [complete('x')],
    ).withFile(ROOT, `---\ntitle: A\nassignee: boss\nkey: plan/a\n---\n${planBody('A')}\n`);
    await made.turns(1);
    await made.ask(answer('approve'));
    await made.turns(3);
    expect(made.read('org/tasks/T-2-boss-1.md')).toMatch(/status: completed[\s\S]*capability: art/);
  });

  it('is proposed only for a task that wants one, and cancels only parts of it', async () => {
    const plain = new Org({ edges: EDGES }, () => [propose(TWO)]).withFile(
      'org/tasks/x.md',
      '---\ntitle: X\nassignee: boss\n---\nX\n',
    );
    await plain.turns(1);
    expect(plain.prompts[0]?.tools.map(({ name }) => name)).not.toContain('propose_plan');
    expect(plain.lines('visit')[0]?.refusals?.[0]?.text).toContain('You work on no task that wants a plan');
    const made = org([[propose([], ['other'])]]);
    await made.turns(1);
    expect(made.prompts[0]?.tools.map(({ name }) => name)).toContain('propose_plan');
    expect(made.lines('visit')[0]?.refusals?.[0]?.text).toContain('"other" is no part of goal.');
  });
});
