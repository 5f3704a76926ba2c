// @module-tag campaign
import { it } from 'vitest';
import { Tally } from '../tally.ts';
import { thin } from '../thin.ts';
import { GraphStory } from './graphs.ts';

const STORIES = 10_000 / thin(200);

it('random graphs of up to 1,000 tasks keep the rules, whatever fails, whatever people do, and when they are killed', () => {
  const tally = new Tally('graphs of tasks');
  for (let seed = 1; seed <= STORIES; seed++) tally.add({ seed }, new GraphStory(seed).play());
  tally.close(STORIES);
});
