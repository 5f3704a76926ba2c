import { expect, it } from 'vitest';
import {
  archivableRuns,
  archiveRun,
  emptyRuns,
  hearMail,
  runNamed,
  setRun,
  unhearMail,
} from '../../../src/core/model/runs/runs.ts';
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

it('a run hears mail for its owner by those for whom it waits, until that was taken back or it has ended', () => {
  const runs = emptyRuns();
  const mail = (id: string, from = 'a') => ({ id, turn: 1, from, subject: 'S', body: 'B', hops: 0 });
  const { run } = new World([
    { id: 'x', wait: { mail: { from: ['a'] } } },
    { id: 'y', agent: 'a', do: 'Y' },
  ]);
  setRun(runs, run);
  setRun(runs, { ...run, id: 'r2', owner: 'other' });
  for (const [to, from] of [
    ['boss', 'a'],
    ['boss', 'b'],
    ['other', 'a'],
    ['nobody', 'a'],
  ] as const)
    hearMail(runs, [to], { ...mail(`${to}-${from}`, from), tainted: true });
  const heard = () => Object.fromEntries([...runs.heard].map(([id, all]) => [id, all.map((one) => one.id)]));
  expect(heard()).toEqual({ r1: ['boss-a'], r2: ['other-a'] });
  unhearMail(runs, ['boss'], 'boss-a');
  unhearMail(runs, ['boss'], 'other-a');
  expect(heard()).toEqual({ r1: [], r2: ['other-a'] });
  const x = run.steps.x;
  if (x) setRun(runs, { ...run, steps: { ...run.steps, x: { ...x, status: 'completed' } } });
  hearMail(runs, ['boss'], mail('late'));
  setRun(runs, { ...run, id: 'r2', status: 'cancelled' });
  expect(heard()).toEqual({ r1: [] });
});
