// @module-tag campaign
import { expect, it } from 'vitest';
import { seeded } from '../kills/crash.ts';
import { Tally } from '../tally.ts';
import { wander } from './paths.ts';

it('no path leads a tool out of the workspace, links and swapped folders included; good paths work', async () => {
  const tally = new Tally('paths x tools');
  const good = await wander(400, seeded(1), (one, wrong) => tally.add(one, wrong, 5));
  tally.close(4000);
  expect(good.worked / good.benign).toBeGreaterThanOrEqual(0.99);
});
