// @module-tag disk
// @module-tag campaign
import { expect, it } from 'vitest';
import { Tally } from '../tally.ts';
import { killMany } from './sigkill.ts';

it('10 engines killed by SIGKILL at random instants: the folders are as if nobody had disturbed them', async () => {
  const tally = new Tally('SIGKILL');
  const quick = await killMany(10, 1, tally);
  tally.close(10);
  expect(quick).toBeGreaterThan(2);
});
