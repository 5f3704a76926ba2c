import { describe, expect, it } from 'vitest';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { Org } from '../../regression/org.ts';

const EDGES = { human: ['boss', 'a', 'b'], boss: ['human'], a: ['human'], b: ['human'] };
const path = (id: string) => `org/tasks/${id}.md`;
const task = (id: string, head: string) => `---\ntitle: ${id}\n${head}---\nDo it.\n`;

function org(tasks: object): Org {
  return new Org(
    {
      edges: EDGES,
      resumes: { boss: {}, a: { capabilities: ['work'] }, b: { capabilities: ['work'] } },
      org: { tasks },
    },
    ({ agent }) => (agent === 'a' ? 'Thinking.' : [{ tool: 'complete_task', input: { result: `By ${agent}.` } }]),
  )
    .withFile(path('free'), task('free', 'assignee: a\n'))
    .withFile(path('able'), task('able', 'capability: work\nassignee: a\n'))
    .withFile(path('after'), task('after', 'assignee: b\nneeds: [able]\n'));
}

/** a begins its tasks, and is paused in turn 2. */
async function paused(tasks: object): Promise<Org> {
  const made = org(tasks);
  await made.turns(1);
  await made.ask({ ask: 'pause', by: 'human', agent: 'a' });
  await made.turns(2);
  return made;
}

async function replayed(made: Org): Promise<void> {
  const { host, provider } = made.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(made.disk, [])) await recompute.take(group);
  expect(recompute.divergence).toBeNull();
}

describe('tasks of an agent that is paused', () => {
  it('wait for it, if nothing else is said', async () => {
    for (const tasks of [{}, { on_absence: 'resume', absent_after: 2 }]) {
      const made = await paused(tasks);
      await made.turns(4);
      for (const id of ['free', 'able']) expect(made.read(path(id))).toContain('assignee: a\n');
      expect(made.read(path('able'))).toContain('status: running');
      await made.ask({ ask: 'resume', by: 'human', agent: 'a' });
      await made.turns(1);
      expect(made.lines('visit').at(-1)).toMatchObject({ agent: 'a', task: 'able' });
    }
  });

  it('go to others after that many turns, whose author is told, and do not come back with it', async () => {
    const made = await paused({ absent_after: 2 });
    expect(made.read(path('able'))).toContain('assignee: a\n');
    await made.look((engine) => expect(engine.atRest()).toBe(false));
    await made.turns(1);
    expect(made.read(path('able'))).toMatch(/the engine: pending, because a is paused since turn 2\n.*assigned to b/);
    await made.run();
    expect(made.read(path('able'))).toContain('result: By b.');
    expect(made.read(path('free'))).toContain('result: By boss.');
    expect(made.read(path('after'))).toContain('status: completed');
    expect(made.lines('notice').flatMap(({ about, text }) => (about === 'task' ? [text] : []))).toEqual(
      expect.arrayContaining(['Task free "free" goes to somebody else, because a is paused since turn 2']),
    );
    await made.look((engine) => expect(engine.atRest()).toBe(true));
    await made.ask({ ask: 'resume', by: 'human', agent: 'a' });
    await made.ask({ ask: 'pause', by: 'human', agent: 'a' });
    await made.look(({ state }) => expect(state.staff.pausedSince.get('a')).toBeGreaterThan(4));
    await replayed(made);
  });

  it('count from the first of two pauses in a row', async () => {
    const made = await paused({ absent_after: 2 });
    await made.ask({ ask: 'pause', by: 'human', agent: 'a' });
    await made.look(({ state }) => expect(state.staff.pausedSince.get('a')).toBe(2));
  });

  it('fail after that many turns, and what needs them is skipped', async () => {
    const made = await paused({ on_absence: 'fail', absent_after: 2 });
    const { tasks } = await made.run();
    expect(tasks.size).toBe(0);
    await made.turns(1);
    expect(made.read(path('able'))).toMatch(/status: failed[\s\S]*reason: a is paused since turn 2/);
    expect(made.read(path('after'))).toContain('status: skipped');
    expect(made.lines('notice').map(({ text }) => text)).toContain(
      'Task able "able" has failed: a is paused since turn 2',
    );
    await replayed(made);
  });

  it('wait for somebody when nobody else may have them', async () => {
    const made = await paused({ absent_after: 2, planner: 'a' });
    await made.ask({ ask: 'pause', by: 'human', agent: 'boss' });
    await made.ask({ ask: 'pause', by: 'human', agent: 'b' });
    await made.turns(5);
    expect(made.read(path('free'))).toContain('status: pending');
    expect(made.read(path('free'))).toContain('assignee: null');
    await made.ask({ ask: 'resume', by: 'human', agent: 'boss' });
    await made.turns(1);
    expect(made.read(path('free'))).toContain('assignee: boss');
  });
});

describe('tasks of an agent that has left', () => {
  it.each([
    ['resume', /status: \w+/, 'assignee: a\n'],
    ['fail', /status: failed/, 'reason: a is gone'],
    ['reassign', /assignee: b/, 'because a is gone'],
  ] as const)('%s', async (policy, status, text) => {
    const made = org({ on_absence: policy });
    await made.turns(1);
    await made.ask({ ask: 'retire', by: 'human', agent: 'a' });
    await made.turns(2);
    expect(made.read(path('able'))).toMatch(status);
    expect(made.read(path('able'))).toContain(text);
  });
});
