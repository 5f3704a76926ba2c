import { describe, expect, it } from 'vitest';
import type { StepState } from '../../../src/core/model/runs/run.ts';
import { cancelRun, pauseRun, resumeRun, retryRun, undoRun } from '../../../src/core/workflows/run/commands.ts';
import { World, work } from './world.ts';

const AT = { turn: 50, time: 0 };

/** Takes the run of a command over. */
function command(world: World, done: ReturnType<typeof cancelRun>): World {
  if ('why' in done) throw new Error(done.why);
  world.take({ run: done.run, make: [], ask: [], cancel: done.cancel, notices: [] });
  return world;
}

/** Four steps, of which the third goes wrong: a, b, c; d never begins. */
function broken(more: { b?: object; c?: object } = {}): World {
  return new World([
    work('a'),
    work('b', { needs: ['a'], compensate: { do: 'Make up for {{steps.b.result}}.' }, ...more.b }),
    work('c', { needs: ['b'], ...more.c }),
    work('d', { needs: ['c'] }),
  ])
    .go()
    .done('a')
    .go()
    .done('b', 'B')
    .go()
    .failed('c', 'disk full')
    .go();
}

describe('a run that fails', () => {
  it('is taken back, one step after the other, the latest first and the half-done one too', () => {
    const world = broken();
    expect(world.told).toEqual(['Run r1 of flow has failed and is taken back. c: disk full']);
    expect(world.run.status).toBe('compensating');
    expect(world.statuses).toEqual({ a: 'completed', b: 'completed', c: 'failed', d: 'skipped' });
    expect(world.made.slice(3)).toEqual(['run/r1/c/undo']);
    expect(world.task('c/undo')).toEqual({
      kind: 'undo',
      key: 'run/r1/c/undo',
      step: 'c',
      of: world.tasks.get('run/r1/c')?.id,
      retries: 2,
    });
    world.go().done('c/undo').go();
    expect(world.task('b/undo')).toMatchObject({ kind: 'task', body: 'Make up for B.', assignee: 'a', retries: 2 });
    world.done('b/undo').go().done('a/undo').go();
    expect(world.made.slice(3)).toEqual(['run/r1/c/undo', 'run/r1/b/undo', 'run/r1/a/undo']);
    expect(world.run).toMatchObject({ status: 'compensated', rest: [], reason: 'c: disk full' });
    expect(world.told.at(-1)).toBe(
      'Run r1 of flow is taken back: nothing of it is left. Why: c: disk full. See lemming workflow status r1',
    );
    expect(world.desk).toEqual([]);
  });

  it('goes on when something cannot be taken back, tells the desk, and ends as failed with exactly the rest', () => {
    const world = broken({ b: { compensate: 'none' } })
      .failed('c/undo', null)
      .go();
    expect(world.desk).toEqual([
      'Run r1 of flow: c stands: taking it back was failed, and only half done',
      'Run r1 of flow: b stands: it cannot be taken back',
    ]);
    world.go().failed('a/undo', 'changed by hand').go();
    expect(world.run.status).toBe('failed');
    expect(world.run.rest).toEqual([
      { step: 'c', item: null, key: 'run/r1/c', why: 'taking it back was failed, and only half done' },
      { step: 'b', item: null, key: 'run/r1/b', why: 'it cannot be taken back' },
      { step: 'a', item: null, key: 'run/r1/a', why: 'changed by hand' },
    ]);
    expect(world.told.at(-1)).toContain('This is left of it:\n- c stands');
  });

  it('takes nothing back that never began', () => {
    const world = new World([work('a'), work('b')]).go().set('run/r1/a', { status: 'failed' }).go();
    expect(world.cancelled).toEqual(['run/r1/b']);
    expect(world.statuses.b).toBe('cancelled');
    expect(world.go().run).toMatchObject({ status: 'compensated', rest: [] });
  });

  it('waits until nothing of it is worked on, and takes back what was completed meanwhile', () => {
    const world = new World([
      work('a'),
      work('b', { compensate: { agent: 'z', do: 'x', timeout: '1h', retries: 0 } }),
    ]).go();
    world.failed('a').go().set('run/r1/b', { status: 'running', begun: true }).go().go();
    expect(world.made).toEqual(['run/r1/a', 'run/r1/b']);
    world.done('b').go();
    expect(world.made.at(-1)).toBe('run/r1/a/undo');
    world.done('a/undo').go();
    expect(world.task('b/undo')).toMatchObject({ assignee: 'z', deadline: '1h', retries: 0 });
  });

  it('takes the items of a step back in reverse, each by itself', () => {
    const world = new World([
      work('all', {
        foreach: { in: ['x', 'y'], max: 2 },
        compensate: { capability: 'mop', do: 'Mop {{item}} ({{number}}).' },
      }),
      work('z', { needs: ['all'] }),
    ]);
    world.go().done('all/1').done('all/2').go().failed('z').go().done('z/undo').go();
    expect(world.task('all/2/undo')).toMatchObject({ body: 'Mop y (2).', capability: 'mop', assignee: null });
    world.failed('all/2/undo', 'wet').go().done('all/1/undo').go();
    expect(world.run.rest).toEqual([{ step: 'all', item: 2, key: 'run/r1/all/2', why: 'wet' }]);
    expect(world.desk).toEqual(['Run r1 of flow: all (item 2) stands: wet']);
  });

  it('takes steps that ended in one turn back in the reverse order of their needs', () => {
    const steps = [work('z', { needs: ['x', 'y'] }), work('x'), work('y', { needs: ['x'] }), work('w')];
    const world = new World(steps).go();
    world.turn = 1;
    world.done('x').go();
    world.turn = 1;
    world.done('y').go();
    world.done('w').failed('z').go().done('z/undo').go().done('w/undo').go().done('y/undo').go();
    expect(world.made.slice(4)).toEqual(['z', 'w', 'y', 'x'].map((id) => `run/r1/${id}/undo`));
  });

  it('fails for every step that failed', () => {
    const world = new World([work('a'), work('b')]).go().failed('a', '1').failed('b', '2').go();
    expect(world.run.reason).toBe('a: 1; b: 2');
  });
});

describe('a person', () => {
  it('cancels a run: what it has done stays until it is taken back', () => {
    const world = new World([work('a'), work('b'), work('c', { needs: ['b'] })]).go().done('a').go();
    world.set('run/r1/b', { status: 'running', begun: true });
    command(world, cancelRun(world.run, 'ada', AT));
    expect(world.cancelled).toEqual(['run/r1/b']);
    expect(world.statuses).toEqual({ a: 'completed', b: 'cancelled', c: 'cancelled' });
    expect(world.run).toMatchObject({ status: 'cancelled', reason: 'ada cancelled it' });
    expect(world.go().made).toEqual(['run/r1/a', 'run/r1/b']);
    expect(cancelRun(world.run, 'ada', AT)).toEqual({ why: 'it is cancelled' });
    command(world, undoRun(world.run, 'ada', AT))
      .go()
      .done('b/undo')
      .go()
      .done('a/undo')
      .go();
    expect(world.run).toMatchObject({ status: 'compensated', reason: 'ada took it back' });
    expect(undoRun(world.run, 'ada', AT)).toEqual({ why: 'it is taken back already' });
  });

  it('cancels no run that is taken back', () => {
    expect(cancelRun(broken().run, 'ada', AT)).toMatchObject({ why: expect.stringContaining('carried through') });
  });

  it('cancels a step that failed while the run was paused, and leaves it as it is', () => {
    const world = new World([work('a', { when: "run.id == 'x'" }), work('b')]).go();
    world.run = {
      ...world.run,
      steps: { ...world.run.steps, b: { ...(world.run.steps.b as StepState), status: 'failed' as const } },
    };
    command(world, cancelRun(world.run, 'ada', AT));
    expect(world.statuses).toEqual({ a: 'skipped', b: 'failed' });
  });

  it('pauses a run: nothing begins, results are noted, and it goes on when it is resumed', () => {
    const world = new World([work('a'), work('b', { needs: ['a'] })]).go();
    command(world, pauseRun(world.run));
    expect(pauseRun(world.run)).toMatchObject({ why: expect.stringContaining('paused') });
    world.done('a').go();
    expect(world.made).toEqual(['run/r1/a']);
    expect(world.run.steps.a?.work[0]?.status).toBe('completed');
    command(world, resumeRun(world.run)).go();
    expect(world.made).toEqual(['run/r1/a', 'run/r1/b']);
    expect(resumeRun(world.run)).toMatchObject({ why: expect.stringContaining('only a paused one') });
  });

  it('takes a completed run back', () => {
    const world = new World([work('a')]).go().done('a').go();
    command(world, undoRun(world.run, 'ada', AT))
      .go()
      .done('a/undo')
      .go();
    expect(world.run).toMatchObject({ status: 'compensated', result: null });
    expect(undoRun(new World([work('a')]).run, 'ada', AT)).toEqual({ why: 'it is running: cancel it first' });
  });

  it('tries again to take back what was left, under another key', () => {
    const world = broken().failed('c/undo', 'busy').go().done('b/undo').go().done('a/undo').go();
    expect(world.run.status).toBe('failed');
    command(world, undoRun(world.run, 'ada', AT)).go();
    expect(world.made.slice(-1)).toEqual(['run/r1/c/undo~2']);
    world.done('c/undo~2').go();
    expect(world.run).toMatchObject({ status: 'compensated', rest: [] });
  });

  it('retries from a step: what was taken back is done again, what stands is not', () => {
    const world = broken({ b: { compensate: 'none' } })
      .done('c/undo')
      .go()
      .done('a/undo')
      .go();
    expect(world.run.status).toBe('failed');
    command(world, retryRun(world.run, 'c', AT));
    expect(world.statuses).toEqual({ a: 'pending', b: 'completed', c: 'pending', d: 'pending' });
    world.go();
    expect(world.made.slice(-2)).toEqual(['run/r1/a~2', 'run/r1/c~2']);
    world.done('a~2').done('c~2').go().done('d').go();
    expect(world.run.status).toBe('completed');
    expect(retryRun(world.run, 'c', AT)).toEqual({ why: 'it is completed: begin a new run' });
    expect(retryRun(world.run, 'cc', AT)).toEqual({ why: 'it has no step cc', nearest: 'c' });
    expect(retryRun(new World([work('a')]).run, 'a', AT)).toEqual({ why: 'it is running: cancel it first' });
  });

  it('retries from a step, and both rounds are taken back when it fails again', () => {
    const world = new World([work('a'), work('b', { needs: ['a'], approve: ['human'] })]).go().done('a').go();
    command(world, cancelRun(world.run, 'ada', AT));
    expect(world.cancelled).toEqual(['run/r1/b/ask']);
    command(world, retryRun(world.run, 'a', AT))
      .go()
      .done('a~2')
      .go();
    expect(world.asked).toEqual(['run/r1/b/ask', 'run/r1/b~2/ask']);
    world.answers = [{ key: 'run/r1/b~2/ask', decision: 'deny', by: 'human', note: '' }];
    world.go().done('a~2/undo').go().done('a/undo').go();
    expect(world.run.status).toBe('compensated');
  });
});
