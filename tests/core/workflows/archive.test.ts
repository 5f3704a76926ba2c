import { expect, it } from 'vitest';
import { archivableRuns, archiveRun, emptyRuns, runNamed, setRun } from '../../../src/core/model/runs/runs.ts';
import { World, work } from './world.ts';

it('a run takes what was asked and undone in it along to the archive, and nothing of others', () => {
  const runs = emptyRuns();
  const run = { ...new World([work('x')]).run, status: 'completed' as const, ended: 3 };
  for (const id of ['r1', 'r10']) {
    setRun(runs, { ...run, id });
    runs.answers.set(`run/${id}/x/ask`, { decision: 'approve', by: 'human', note: '' });
  }
  expect(archivableRuns(runs, 4, 2)).toEqual([]);
  expect(archivableRuns(runs, 5, 2)).toEqual(['r1', 'r10']);
  for (const id of ['r1', 'gone']) archiveRun(runs, id);
  expect([...runs.all.keys(), ...runs.past.keys(), ...runs.answers.keys()]).toEqual(['r10', 'r1', 'run/r10/x/ask']);
  expect(runNamed(runs, 'r1')?.status).toBe('completed');
  setRun(runs, { ...run, id: 'r1', status: 'running', ended: null });
  expect([runs.past.size, [...runs.open]]).toEqual([0, ['r1']]);
});
