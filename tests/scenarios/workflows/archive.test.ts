import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/core/model/runs/run.ts';
import { runNamed } from '../../../src/core/model/runs/runs.ts';
import type { State } from '../../../src/core/model/state.ts';
import { bytesHash } from '../../../src/disk/fs/materialise.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { JournalFiles } from '../../../src/engine/replay/journal-files.ts';
import { type Act, Org } from '../../regression/org.ts';

const EDGES = { human: ['a', 'b'], a: ['human'], b: ['human'] };
const LIVE = 'org/runs/r1.md';
const AWAY = 'org/runs/archive/r1.md';

const complete = (result: string): Act => ({ tool: 'complete_task', input: { result } });
const write: Act = { tool: 'write_file', input: { path: 'made.md', content: 'Made.' } };
const asked = (verb: 'undo' | 'cancel') => ({ ask: 'run', by: 'human', id: 'r1', do: verb }) as const;

function org(steps = '  - { id: x, agent: a, do: X }\n', after: number | null = 2): Org {
  return new Org(
    { edges: EDGES, resumes: { a: { tools: ['write_file'] }, b: {} }, org: { tasks: { archive_after: after } } },
    () => [write, complete('Done.')],
  ).withFile('org/workflows/flow.yaml', `version: 1\nsteps:\n${steps}`);
}

async function ended(made = org()): Promise<Org> {
  await made.ask({ ask: 'run-workflow', by: 'human', workflow: 'flow', run: 'r1', inputs: {}, key: 'k' });
  await made.run();
  return made;
}

function stateOf(made: Org): State {
  const engine = made.open();
  engine.close();
  return engine.state;
}
const runOf = (made: Org, id = 'r1'): RunState | undefined => runNamed(stateOf(made).runs, id);

/** The folder holds what the journal tells, of runs. */
function expectAsTold(made: Org): void {
  const told = new JournalFiles();
  for (const group of readJournal(made.disk, [])) told.take(group);
  const found = made.paths(/^org\/runs\//).filter((path) => !path.includes('.conflict'));
  expect(
    [...told.files.keys()].filter((path) => path.startsWith('org/runs/') && !path.includes('.conflict')).sort(),
  ).toEqual(found.sort());
  for (const path of found)
    expect([path, bytesHash(Buffer.from(made.read(path) as string))]).toEqual([path, told.files.get(path)?.hash]);
}

describe('a run that has ended', () => {
  it('goes to the archive, whence commands still know it and its key stays taken', async () => {
    const made = await ended();
    await made.turns(1);
    expect(made.read(LIVE)).toContain('status: completed');
    await made.turns(2);
    expect([made.read(LIVE), made.read(AWAY)]).toEqual([null, expect.stringContaining('status: completed')]);
    const { runs, files } = stateOf(made);
    expect([runs.all.size, runs.past.size, files.texts.has(LIVE)]).toEqual([0, 1, false]);
    expect(runOf(made)).toMatchObject({ status: 'completed', result: 'Done.' });
    await made.ask({ ask: 'run-workflow', by: 'human', workflow: 'flow', run: 'r2', inputs: {}, key: 'k' });
    await made.ask({ ask: 'run-workflow', by: 'human', workflow: 'flow', run: 'r1', inputs: {} });
    await made.turns(1);
    expect(made.lines('run-asked').map(({ refused }) => refused)).toEqual([
      undefined,
      undefined,
      'there is a run r1 already',
    ]);
    expect(runOf(made, 'r2')).toBeUndefined();
    expectAsTold(made);
  });

  it('stays as long as null says so', async () => {
    const made = await ended(org(undefined, null));
    await made.turns(5);
    expect(made.read(LIVE)).not.toBeNull();
  });

  it('is moved once, wherever the process dies; afterwards it can be taken back, wherever that dies', async () => {
    for (let n = 1; n < 200; n++) {
      const made = await ended();
      await made.turns(1);
      const died = await made.dies(n, () => made.turns(1));
      await made.turns(died ? 2 : 1);
      expect([n, made.read(LIVE), made.read(AWAY)]).toEqual([n, null, expect.stringContaining('Done.')]);
      expect(made.lines('run-archived').map(({ id }) => id)).toEqual(['r1']);
      expectAsTold(made);
      await made.ask(asked('undo'));
      await made.dies(n, () => made.run());
      await made.run();
      expect([n, runOf(made)?.status, made.read(AWAY)]).toEqual([n, 'compensated', null]);
      expect(made.read(LIVE)).toContain('status: compensated');
      expect(made.read('agents/a/workspace/made.md')).toBeNull();
      expectAsTold(made);
      if (!died) return;
    }
    throw new Error('the turn does not end');
  });

  it('brings the runs that it made back with it when it is taken back', async () => {
    const made = await ended(
      org('  - { id: x, workflow: child }\n').withFile(
        'org/workflows/child.yaml',
        'version: 1\nsteps:\n  - { id: y, agent: a, do: Y }\n',
      ),
    );
    await made.turns(4);
    expect([...stateOf(made).runs.past.keys()]).toEqual(['child-1', 'r1']);
    await made.ask(asked('undo'));
    await made.run();
    expect([runOf(made)?.status, runOf(made, 'child-1')?.status]).toEqual(['compensated', 'compensated']);
    expect(stateOf(made).runs.past.size).toBe(0);
    expect(made.read('agents/a/workspace/made.md')).toBeNull();
    expectAsTold(made);
  });

  it('that another one made stays until that has ended', async () => {
    const made = await ended(
      org('  - { id: x, workflow: child }\n  - { id: z, needs: [x], wait: { turns: 9 } }\n').withFile(
        'org/workflows/child.yaml',
        'version: 1\nsteps:\n  - { id: y, agent: a, approve: human, do: Y }\n',
      ),
    );
    await made.ask({ ask: 'approve', by: 'human', id: 'A-1-child-1-1', note: '' });
    await made.turns(6);
    expect(runOf(made, 'child-1')?.status).toBe('completed');
    expect(stateOf(made).runs.past.size).toBe(0);
    await made.turns(8);
    const { runs } = stateOf(made);
    expect([runs.all.size, runs.past.size, runs.answers.size, runs.questions.size]).toEqual([0, 2, 0, 0]);
  });
});

describe('the file of a run', () => {
  it('is put back when a person changes or deletes it; the text is kept and the person told', async () => {
    for (const isOver of [true, false]) {
      const made = isOver ? await ended() : await ended(org('  - { id: x, wait: { turns: 9 } }\n'));
      const was = made.read(LIVE) ?? '';
      const turn = stateOf(made).clock.turn + 1;
      made.withFile(LIVE, was.replace(/status: \w+/, 'status: cancelled'));
      const status = runOf(made)?.status;
      await made.turns(1);
      expect(made.read(LIVE)).toBe(was);
      expect(made.read(`${LIVE}.conflict-${turn}`)).toContain('status: cancelled');
      expect(runOf(made)?.status).toBe(status);
      expect(made.lines('notice').at(-1)).toMatchObject({
        to: 'human',
        about: 'edit',
        text: expect.stringContaining('org/runs/r1.md was not changed'),
      });
      made.disk.unlink(LIVE);
      await made.turns(1);
      expect(made.read(LIVE)).toBe(was);
      expect(made.lines('run-file').map(({ by, found }) => [by, found === null])).toEqual([
        ['human', false],
        ['human', true],
      ]);
      await made.turns(1);
      expect(made.lines('run-file')).toHaveLength(2);
      expectAsTold(made);
    }
  });

  it('is set aside where it cannot be read, and then left as it is', async () => {
    const made = await ended();
    made.disk.put(LIVE, 'x'.repeat(1_100_000));
    await made.turns(2);
    expect(made.lines('aside').map(({ path }) => path)).toEqual([LIVE]);
    expect(made.lines('run-file')).toEqual([]);
  });
});

describe('reset of tasks', () => {
  it('takes runs away as well, those in the archive and their questions too; triggers begin nothing again', async () => {
    const made = await ended();
    await made.turns(3);
    made.withFile(
      'org/workflows/other.yaml',
      'version: 1\nowner: human\non: { every: 50 }\nsteps:\n  - { id: x, agent: a, approve: human, do: X }\n',
    );
    await made.ask({ ask: 'run-workflow', by: 'human', workflow: 'other', run: 'r3', inputs: {} });
    await made.turns(1);
    const before = stateOf(made);
    expect([before.approvals.pending.size, before.runs.past.size, before.runs.marks.size]).toEqual([1, 1, 1]);
    await made.ask({ ask: 'reset', by: 'human', scope: 'tasks', archive: 'x' });
    const { runs, approvals, tasks, files } = stateOf(made);
    expect([runs.all.size, runs.past.size, runs.open.size, runs.questions.size, runs.marks.size]).toEqual([
      0, 0, 0, 0, 1,
    ]);
    expect([
      approvals.pending.size,
      tasks.all.size,
      [...files.texts.keys()].filter((path) => path.startsWith('org/runs/')),
    ]).toEqual([0, 0, []]);
  });
});
