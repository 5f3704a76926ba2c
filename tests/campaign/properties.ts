import fc from 'fast-check';
import { expect } from 'vitest';
import { drawsOf, type Sketch, sketchOf } from '../../src/testing/generators.ts';
import { type Deed, deedOf } from './deeds.ts';
import type { Rule } from './oracle.ts';
import { type Manner, Play } from './play.ts';
import { differences } from './world.ts';

/** A long campaign says how far it is after so many operations. */
const TOLD = 10_000;

/** Deeds of one run: about so many, at most twice as many. */
const DEEDS = 25;

const sketches = fc.array(fc.nat(999), { minLength: 60, maxLength: 200 }).map((numbers) => sketchOf(drawsOf(numbers)));
const deedNumbers = fc.array(fc.nat(9999), { minLength: 6, maxLength: 6 });
const plays = fc.tuple(sketches, fc.array(deedNumbers, { minLength: 1, maxLength: 2 * DEEDS, size: 'max' }));

function deedsOf(sketch: Sketch, numbers: readonly number[][]): Deed[] {
  return numbers.map((row) => deedOf(drawsOf(row), sketch));
}

/** Random deeds until there were so many. `check` returns what is wrong; a failure is shrunk to the simplest that fails. */
async function forMany(
  name: string,
  operations: number,
  seed: number,
  check: (sketch: Sketch, deeds: Deed[]) => Promise<string[]>,
): Promise<void> {
  let done = 0;
  let runs = 0;
  for (let round = 0; done < operations; round++) {
    const before = done;
    await fc.assert(
      fc.asyncProperty(plays, async ([sketch, numbers]) => {
        const deeds = deedsOf(sketch, numbers);
        done += deeds.length;
        runs++;
        const wrong = await check(sketch, deeds);
        expect(wrong.slice(0, 3), JSON.stringify(deeds)).toEqual([]);
      }),
      {
        seed: seed + round,
        numRuns: Math.max(1, Math.min(200, Math.ceil((operations - done) / DEEDS))),
        endOnFailure: false,
      },
    );
    if (Math.floor(done / TOLD) > Math.floor(before / TOLD)) console.log(`properties: ${name}: ${done} so far`);
  }
  expect(done).toBeGreaterThanOrEqual(operations);
  console.log(`properties: ${name}: ${done} operations in ${runs} runs, 0 failures`);
}

/** Engines are closed, opened and killed in between, calls end in any order. */
const WILD: Manner = { reopen: true, kill: true, uneven: 1, concurrency: 3 };

/** Rules that all hold after any deeds. */
export function always(rules: Readonly<Record<string, Rule>>, operations: number, seed: number): Promise<void> {
  return forMany(Object.keys(rules).join('; '), operations, seed, async (sketch, deeds) => {
    const played = await new Play(sketch, WILD).all(deeds);
    return Object.entries(rules).flatMap(([name, rule]) => rule(played).map((wrong) => `${name}: ${wrong}`));
  });
}

/** Two manners of playing the same deeds, after which the folder is the same. */
export function alike(
  name: string,
  manners: readonly Manner[],
  operations: number,
  seed: number,
  kind: (deed: Deed) => boolean = () => true,
): Promise<void> {
  return forMany(name, operations, seed, async (sketch, all) => {
    const deeds = all.filter(kind);
    const wanted = (await new Play(sketch).all(deeds)).files;
    const wrong: string[] = [];
    for (const manner of manners) wrong.push(...differences(wanted, (await new Play(sketch, manner).all(deeds)).files));
    return wrong;
  });
}
