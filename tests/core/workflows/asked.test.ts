import { expect, it } from 'vitest';
import { printRun } from '../../../src/core/workflows/run/page.ts';
import { runAsAsked } from '../../../src/core/workflows/turn/frozen.ts';
import { World, work } from './world.ts';

const AT = { turn: 2, time: 0 };
const ask = (verb: string, id = 'r1', more: object = {}) => ({ ask: 'run', id, do: verb, by: 'human', ...more });

it('a run stands as what was asked of it leaves it, in order, and what cannot be done changes nothing', () => {
  const { run } = new World([work('x')]).go();
  const after = (...asks: ReturnType<typeof ask>[]) => runAsAsked(run, asks, AT).status;
  expect(after()).toBe('running');
  expect(after(ask('pause'))).toBe('paused');
  expect(after(ask('pause'), ask('resume'))).toBe('running');
  expect(after(ask('resume'), ask('retry'))).toBe('running'); // neither can be done
  expect(after(ask('pause', 'r2'))).toBe('running');
  expect(runAsAsked(run, [{ ask: 'task' }, ask('budget', 'r1', { budget: 5 })], AT).budget).toBe(5);
});

it('the file of a run names the tasks that were made, and none for a step whose work was not', () => {
  const world = new World([work('x'), work('y', { needs: ['x'] })]).go();
  const row = (id: string) =>
    printRun(world.run)
      .split('\n')
      .find((line) => line.startsWith(`| ${id} |`));
  expect(row('x')).toBe('| x | running |  |  |'); // its task is wanted, and has no id yet
  world.done('x', 'One\n| two').go();
  expect(row('x')).toBe(`| x | completed | ${world.run.steps.x?.work[0]?.id} | One \\| two |`);
  expect(row('y')).toBe('| y | running |  |  |');
});
