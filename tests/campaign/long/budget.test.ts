// @module-tag campaign
import { expect, it } from 'vitest';
import { budgetRun, printRun } from './budget.ts';

/** `npm run test:crash` makes 10,000 turns. */
const TURNS = 400;
/** Credits: less than the turns would cost. */
const CAP = 5;

it('64 agents on one budget, random failures and kills: never above the cap, every account exact at every step', async () => {
  const run = await budgetRun(TURNS, CAP);
  console.log(printRun(TURNS, CAP, run));
  expect(run.wrong.slice(0, 5)).toEqual([]);
  expect(run.kills).toBeGreaterThan(2);
  expect(run.calls).toBeGreaterThan(1000);
});
