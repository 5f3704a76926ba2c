// @module-tag bwrap
// @module-tag python3
import { it } from 'vitest';
import { boxHere } from '../../engine/tools/hands.ts';
import { Tally } from '../tally.ts';
import { Prison, triesOf } from './escape.ts';

it('programs that try to get out of the Box stay in it, and end', async () => {
  const level = await boxHere();
  const prison = await new Prison().open();
  try {
    const tally = new Tally(`escapes at level ${level}`);
    for (const one of triesOf(prison)) tally.add(one.name, await prison.attempt(one));
    tally.close(200);
  } finally {
    prison.close();
  }
});
