import { it } from 'vitest';
import { Sieve } from '../sieve.ts';
import { Tally } from '../tally.ts';
import { SHAPES } from '../world.ts';
import { goldenRun } from './crash.ts';
import { doubleCase, doublesOf, operationsOf, troubleCase, troublesOf } from './faults.ts';

it('every failure of the disk at every operation of every shape', async () => {
  const tally = new Tally('faults');
  for (const shape of Object.keys(SHAPES)) {
    const golden = await goldenRun(shape);
    for (const one of troublesOf(shape, await operationsOf(golden))) tally.add(one, await troubleCase(one, golden));
  }
  tally.close(9000);
}, 3_600_000);

it('every kill or failed sync, and then a power loss', async () => {
  const tally = new Tally('kill, then power loss');
  const sieve = new Sieve(3);
  for (const differ of [false, true])
    for (const shape of Object.keys(SHAPES)) {
      const golden = await goldenRun(shape, differ);
      for (const one of sieve.of(doublesOf(shape, golden.operations)))
        tally.add(one, await doubleCase(one, golden, differ));
    }
  tally.close(30_000);
}, 3_600_000);
