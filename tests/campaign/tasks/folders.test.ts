// @module-tag campaign
import fc from 'fast-check';
import { it } from 'vitest';
import { Tally } from '../tally.ts';
import { thin } from '../thin.ts';
import { playInFolders } from './folders.ts';
import { stories } from './plans.ts';

const SHORT = fc.sample(stories(1, 40, 8), { numRuns: 180 / thin(60), seed: 1 });
const LONG = fc.sample(stories(200, 1000, 8), { numRuns: Math.floor(20 / thin(60)), seed: 2 });

it('tasks in real folders keep the rules: at any concurrency, whatever people do, and when processes are killed', async () => {
  const tally = new Tally('tasks in folders');
  for (const [n, story] of [...SHORT, ...LONG].entries())
    tally.add({ n, tasks: story.plan.length, kill: story.kill }, await playInFolders(story));
  tally.close(SHORT.length + LONG.length);
});
