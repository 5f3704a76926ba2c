import { expect, it } from 'vitest';
import { Tally } from '../tally.ts';
import { killMany } from './sigkill.ts';

it('200 engines killed by SIGKILL at random instants: the folders are as if nobody had disturbed them', async () => {
  const tally = new Tally('SIGKILL');
  const quick = await killMany(200, 2, tally);
  tally.close(200);
  console.log(`SIGKILL: ${quick} starts went on from a kept state`);
  expect(quick).toBeGreaterThan(50);
}, 3_600_000);
