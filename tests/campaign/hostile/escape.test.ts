// @module-tag campaign
// @module-tag bwrap
// @module-tag python3
import { expect, it } from 'vitest';
import { boxHere } from '../../engine/tools/hands.ts';
import { Tally } from '../tally.ts';
import { Prison, triesOf } from './escape.ts';

/** One program in so many is tried here, and each that tries a bound of its own; `npm run test:crash` tries all. */
const THIN = 6;

it('programs that try to get out of the Box stay in it, and end', async () => {
  const level = await boxHere();
  const prison = await new Prison().open();
  try {
    const tries = triesOf(prison);
    expect(new Set(tries.map(({ name }) => name)).size).toBe(tries.length);
    expect(tries.length).toBeGreaterThanOrEqual(200);
    const tally = new Tally(`escapes at level ${level}`);
    for (const one of tries.filter(({ bound }, i) => bound || i % THIN === 0))
      tally.add(one.name, await prison.attempt(one));
    tally.close(50);
  } finally {
    prison.close();
  }
});
