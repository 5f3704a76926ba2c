import { expect, it } from 'vitest';
import { SHAPES } from '../world.ts';
import { casesOf, crashCase, goldenRun } from './crash.ts';

/** Random subsets of lost operations at each point, so that all shapes together make more than 100,000 cases. */
const SUBSETS = 26;

it('every operation of every shape: at least 100,000 crashes, 0 failures', async () => {
  let cases = 0;
  const failures: string[] = [];
  for (const differ of [false, true])
    for (const shape of Object.keys(SHAPES)) {
      const golden = await goldenRun(shape, differ);
      for (const one of casesOf(shape, golden.operations, SUBSETS)) {
        cases++;
        const wrong = await crashCase(one, golden, differ);
        if (wrong.length) failures.push(`${JSON.stringify(one)} ${wrong[0]}`);
        if (cases % 5000 === 0) console.log(`crash: ${cases} cases, ${failures.length} failures`);
      }
    }
  console.log(`crash: ${cases} cases, ${failures.length} failures`);
  expect(failures.slice(0, 10)).toEqual([]);
  expect(cases).toBeGreaterThanOrEqual(100_000);
}, 7_200_000);
