import { it } from 'vitest';
import { killMany } from './sigkill.ts';
import { Tally } from './tally.ts';

it('200 engines killed by SIGKILL at random instants: the folders are as if nobody had disturbed them', async () => {
  const tally = new Tally('SIGKILL');
  await killMany(200, 2, tally);
  tally.close(200);
}, 3_600_000);
