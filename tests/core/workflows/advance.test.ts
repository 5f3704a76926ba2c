import { describe, expect, it } from 'vitest';
import { advance } from '../../../src/core/workflows/run/advance.ts';
import { beginRun } from '../../../src/core/workflows/run/begin.ts';
import type { WorkToMake } from '../../../src/core/workflows/run/facts.ts';
import { fileOf, HOUR, World, work } from './world.ts';

describe('a run', () => {
  it('makes the tasks of steps whose needs are completed, and is completed when all steps are', () => {
    const world = new World(
      [
        work('draft', { do: 'Write about {{inputs.topic}}.', retries: 1, timeout: '12 turns', title: 'The draft' }),
        { id: 'test', capability: 'testing', do: 'Test: {{steps.draft.result}}', needs: ['draft'] },
      ],
      { title: 'Flow', inputs: { topic: { type: 'string' } }, budget: 2 },
      { topic: 'cats' },
    ).go();
    expect(world.task('draft')).toEqual({
      kind: 'task',
      key: 'run/r1/draft',
      step: 'draft',
      title: 'Flow: The draft',
      body: 'Write about cats.',
      assignee: 'a',
      capability: null,
      retries: 1,
      deadline: '12 turns',
      ensures: [],
    });
    world.go().set('run/r1/draft', { status: 'running', begun: true, cost: 500_000 }).go();
    expect(world.made).toEqual(['run/r1/draft']);
    world.done('draft', 'Miau').go();
    expect(world.task('test')).toMatchObject({ body: 'Test: Miau', capability: 'testing', assignee: null });
    world.done('test', 'ok').go();
    expect(world.run).toMatchObject({ status: 'completed', result: 'ok', ended: 5, rest: [] });
    expect(world.told).toEqual(['Run r1 of flow is completed.']);
  });

  it('fills in names in the conditions of a step; one that comes to nothing stays as it is written', () => {
    const world = new World(
      [
        work('draft', {
          ensures: [
            { file: 'shared/{{run.id}}/{{inputs.name}}.md' },
            { file: '{{inputs.none}}' },
            { run: ['test', '{{inputs.name}}', '{{inputs.none}}'] },
            { approved_by: 'human' },
          ],
        }),
      ],
      { inputs: { name: { type: 'string' }, none: { type: 'string', default: '' } } },
      { name: 'cats' },
    ).go();
    expect((world.task('draft') as WorkToMake).ensures).toEqual([
      { file: 'shared/r1/cats.md' },
      { file: '{{inputs.none}}' },
      { run: ['test', 'cats', '{{inputs.none}}'] },
      { approved_by: 'human' },
    ]);
  });

  it('shows whoever is asked what the step is to do', () => {
    const world = new World([work('x', { do: 'Send {{run.id}}.', approve: 'human' })]);
    const { ask } = advance(world.run, world.facts());
    expect(ask[0]?.text).toBe('May step x of run r1 begin?\n\nIt is to do this:\n\nSend r1.');
    const child = new World([{ id: 'x', workflow: 'other', approve: 'human' }]);
    expect(advance(child.run, child.facts()).ask[0]?.text).toBe('May step x of run r1 begin?');
  });

  it('begins only with inputs that fit', () => {
    const file = fileOf([work('x')], { inputs: { topic: { type: 'string' } } });
    const common = { mail: null, key: null, budget: null, hops: 0, tainted: false, turn: 1, time: 0 };
    const beginning = { id: 'r', workflow: 'w', text: '', file, owner: 'a', ...common };
    expect(beginRun({ ...beginning, inputs: {} })).toMatchObject({ flaws: [{ code: 'missing-key' }] });
  });

  it('has the results of its last steps by name, when there are several', () => {
    const world = new World([work('x'), work('y'), work('z', { when: "run.id == 'other'" })])
      .go()
      .done('x', '1')
      .done('y', '2')
      .go();
    expect(world.run.result).toBe('{"x":"1","y":"2"}');
    const none = new World([work('z', { when: "run.id == 'other'" })]).go();
    expect(none.run).toMatchObject({ status: 'completed', result: null });
  });

  it('skips a step whose condition does not hold, and all that needs it', () => {
    const world = new World([
      work('a'),
      work('b', { needs: ['a'], when: "steps.a.result contains 'yes'" }),
      work('c', { needs: ['b'] }),
      work('d', { needs_any: ['b', 'c'] }),
    ]);
    world.go().done('a', 'no').go();
    expect(world.statuses).toEqual({ a: 'completed', b: 'skipped', c: 'skipped', d: 'skipped' });
    expect(world.run.steps).toMatchObject({
      b: { reason: 'its condition does not hold' },
      c: { reason: 'upstream:b' },
      d: { reason: 'upstream:b,c' },
    });
    expect(world.run.status).toBe('completed');
  });

  it('asks the condition again whenever one more of needs_any is completed', () => {
    const steps = [
      work('review'),
      work('again', { needs: ['review'], when: "steps.review.result == 'changes'" }),
      work('publish', {
        needs_any: ['review', 'again'],
        when: "steps.review.result == 'ok' or steps.again.result == 'ok'",
      }),
    ];
    const first = new World(steps).go().done('review', 'ok').go();
    expect(first.statuses).toEqual({ review: 'completed', again: 'skipped', publish: 'running' });
    const second = new World(steps).go().done('review', 'changes').go();
    expect(second.statuses).toEqual({ review: 'completed', again: 'running', publish: 'pending' });
    second.done('again', 'ok').go();
    expect(second.statuses.publish).toBe('running');
    const third = new World(steps).go().done('review', 'changes').go().done('again', 'changes').go();
    expect(third.statuses.publish).toBe('skipped');
    const race = new World([work('x'), work('y'), work('z', { needs_any: ['x', 'y'] })]).go().done('y').go();
    expect(race.statuses.z).toBe('running');
  });

  it('does a step once for each item, and fails on too many or on what is no list', () => {
    const each = (more = {}) =>
      new World(
        [work('all', { foreach: { in: 'inputs.files', max: 2 }, do: '{{number}}: {{item}}', ...more })],
        { inputs: { files: { type: 'array' }, n: { type: 'integer', default: 1 } } },
        { files: ['x', 'y'] },
      ).go();
    const world = each();
    expect(world.made).toEqual(['run/r1/all/1', 'run/r1/all/2']);
    expect(world.task('all/2')).toMatchObject({ title: 'flow: all (2 of 2)', body: '2: y' });
    world.done('all/2', 'Y').go().done('all/1', 'X').go();
    expect(world.run.result).toBe('["X","Y"]');
    expect(each({ foreach: { in: ['{{inputs.files}}', 'b'], max: 2 } }).task('all/1')).toMatchObject({
      body: '1: ["x","y"]',
    });
    const failing = each().failed('all/1', 'broken').go();
    expect(failing.run.steps.all?.reason).toBe('item 1: broken');
    expect(failing.cancelled).toEqual(['run/r1/all/2']);
    expect(each({ foreach: { in: 'inputs.files', max: 1 } }).run.reason).toBe(
      'all: the list has 2 items; at most 1 are allowed',
    );
    expect(each({ foreach: { in: 'inputs.n', max: 1 } }).run.reason).toBe('all: inputs.n is no list');
    expect(each({ foreach: { in: [], max: 1 } }).run).toMatchObject({ status: 'completed', result: '[]' });
  });

  it('asks people before a step, and begins it or fails', () => {
    const ask = () => new World([work('send', { approve: ['human', 'ada'] })]).go();
    const world = ask();
    expect(world.asked).toEqual(['run/r1/send/ask']);
    expect(world.made).toEqual([]);
    const key = 'run/r1/send/ask';
    world.answers = [{ key, decision: 'approve', by: 'human', note: '' }];
    expect(world.go().go().made).toEqual(['run/r1/send']);
    const denied = ask();
    denied.answers = [
      { key, decision: 'approve', by: 'human', note: '' },
      { key, decision: 'deny', by: 'ada', note: 'too early' },
    ];
    expect(denied.go().run).toMatchObject({ status: 'compensated', reason: 'send: ada did not approve: too early' });
    denied.answers.splice(1, 1, { key, decision: 'approve', by: 'ada', note: '' });
  });

  it('waits for turns, mail and people', () => {
    const world = new World([
      { id: 'rest', wait: { turns: 2 } },
      { id: 'one', wait: { mail: { from: ['anna'], subject: 'Offer' } } },
      { id: 'two', wait: { mail: { from: ['anna', 'bert'] } } },
      { id: 'ok', wait: { approval: { by: ['human'], text: 'May {{run.owner}}?' } } },
      { id: 'fine', wait: { approval: { by: ['human'], text: 'Fine?' } } },
    ]);
    const mail = (id: string, turn: number, from: string, subject: string) => ({
      id,
      turn,
      from,
      subject,
      body: `${id}!`,
    });
    world.mail = [mail('m9', 0, 'anna', 'offer, too early')];
    world.go();
    expect(world.asked).toEqual(['run/r1/ok/ask', 'run/r1/fine/ask']);
    world.mail.push(mail('m3', 2, 'carl', 'x'), mail('m2', 2, 'anna', 'the OFFER'), mail('m1', 2, 'anna', 'an offer'));
    world.answers = [
      { key: 'run/r1/ok/ask', decision: 'approve', by: 'human', note: 'gladly' },
      { key: 'run/r1/fine/ask', decision: 'approve', by: 'human', note: '' },
    ];
    expect(world.go().statuses).toEqual({
      rest: 'waiting',
      one: 'completed',
      two: 'completed',
      ok: 'completed',
      fine: 'completed',
    });
    expect(world.run.steps).toMatchObject({
      one: { result: 'm1!' },
      two: { result: 'm2!' },
      ok: { result: 'gladly' },
      fine: { result: 'approved' },
    });
    expect(world.go().run.steps.rest).toMatchObject({ status: 'completed', result: '2 turns went by' });
  });

  it('fails when a question, a wait or a child takes longer than its time, by turns or by the clock', () => {
    const steps = [
      work('ask', { approve: ['human'], timeout: '2 turns' }),
      { id: 'mail', wait: { mail: { from: 'anna' } }, timeout: '2h' },
      { id: 'turns', wait: { turns: 9 }, timeout: '2 turns' },
      { id: 'well', wait: { approval: { by: 'human', text: '?' } }, timeout: '1 turn' },
      { id: 'child', workflow: 'other', timeout: '3h' },
    ];
    for (const [step, key] of [
      [steps[0], 'run/r1/ask/ask'],
      [steps[2], ''],
      [steps[3], 'run/r1/well/ask'],
    ] as const) {
      const world = new World([step as never]).go().go().go();
      expect(world.run.reason).toMatch(/it waited longer than \d turns?$/);
      expect(world.cancelled).toEqual(key === '' ? [] : [key]);
    }
    for (const [step, at, said] of [
      [steps[1], 2, 'it waited longer than 2h'],
      [steps[4], 3, 'it took longer than 3h'],
    ] as const) {
      const world = new World([step as never]).go();
      world.time = at * HOUR - 1;
      expect(world.go().run.status).toBe('running');
      world.time++;
      expect(world.go().run.reason).toContain(said);
    }
  });

  it('waits for a denial as for an answer', () => {
    const world = new World([{ id: 'ok', wait: { approval: { by: 'human', text: '?' } } }]).go();
    world.answers = [{ key: 'run/r1/ok/ask', decision: 'deny', by: 'human', note: '' }];
    expect(world.go().run.reason).toBe('ok: human did not approve');
  });

  it('runs other workflows with inputs of their type', () => {
    const world = new World([
      work('list'),
      { id: 'child', workflow: 'other', needs: ['list'], with: { items: '{{steps.list.result.all}}' } },
    ]);
    world.go().done('list', '{"all": [1, 2]}').go();
    expect(world.task('child')).toEqual({
      kind: 'run',
      key: 'run/r1/child',
      step: 'child',
      workflow: 'other',
      inputs: { items: [1, 2] },
    });
    expect(world.done('child', 'fine').go().run.result).toBe('fine');
  });

  it('can name the mail that started it', () => {
    const begun = beginRun({
      id: 'r1',
      workflow: 'flow',
      text: '',
      file: fileOf([work('x', { do: '{{mail.body}}' })]),
      inputs: {},
      owner: 'boss',
      mail: { from: 'anna', subject: 'S', body: 'Hello' },
      key: null,
      budget: null,
      hops: 0,
      tainted: false,
      turn: 1,
      time: 0,
    });
    const facts = { turn: 1, time: 0, tasks: [], answers: [], mail: [] };
    expect('run' in begun && advance(begun.run, facts).make).toMatchObject([{ body: 'Hello' }]);
  });

  it('goes on when its budget is spent: its tasks wait for it', () => {
    const world = new World([work('a'), work('b', { needs: ['a'] })], { budget: 1 }).go();
    world.set('run/r1/a', { cost: 1_000_000 }).done('a').go();
    expect(world.made).toEqual(['run/r1/a', 'run/r1/b']);
    expect(world.run.status).toBe('running');
  });

  it('says how work ended that gave no reason', () => {
    const world = new World([work('a')]).go().set('run/r1/a', { status: 'skipped' }).go();
    expect(world.run.reason).toBe('a: it was skipped');
  });
});
