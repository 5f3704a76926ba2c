import { expect, it } from 'vitest';
import { budgetRun, printRun } from './budget.ts';

/** Credits: less than the turns would cost. */
const CAP = 150;
const TURNS = 10_000;

it('64 agents on one budget, random failures and kills, for 10,000 turns', async () => {
  const run = await budgetRun(TURNS, CAP);
  console.log(printRun(TURNS, CAP, run));
  expect(run.wrong.slice(0, 5)).toEqual([]);
}, 3_600_000);
