// @module-tag campaign
import { describe, expect, it } from 'vitest';
import { Sieve } from '../sieve.ts';
import { Tally } from '../tally.ts';
import { thin } from '../thin.ts';
import { SHAPES } from '../world.ts';
import { goldenRun } from './crash.ts';
import {
  doubleCase,
  doublesOf,
  measure,
  noRoomFrom,
  operationsOf,
  roomCase,
  troubleCase,
  troublesOf,
} from './faults.ts';

/** One case in so many is tried here; `faults.full.ts` tries all. */
const ONE_IN = 41;
const ONE_DOUBLE_IN = 883;
/** The ways of one shape, and of all together. */
const WAYS = 14;
const DOUBLE_WAYS = 80;

describe('a disk that fails at any operation', () => {
  const sieve = new Sieve(ONE_IN);
  for (const shape of Object.keys(SHAPES))
    it(`${shape}: the engine stops with a fault or goes on, and a new one finishes the run as if nothing had happened`, async () => {
      const golden = await goldenRun(shape);
      const tally = new Tally(`faults: ${shape}`);
      const ways = new Set<string>();
      for (const one of sieve.of(troublesOf(shape, await operationsOf(golden)))) {
        ways.add(`${one.of} ${one.failure} ${one.lasting}`);
        tally.add(one, await troubleCase(one, golden));
      }
      tally.close(50);
      expect(ways.size).toBe(WAYS);
    });
});

describe('a disk without room', () => {
  it('no call is made when there is no room for its reply; the reply of every call that is made is kept', async () => {
    const tally = new Tally('room');
    for (const shape of Object.keys(SHAPES))
      for (const chars of [0, 60_000]) {
        const golden = await goldenRun(shape);
        const { bytes, files } = await measure(golden, chars);
        const most = bytes + 4_000_000; // the engine wants room for the replies of all calls under way
        for (let capacity = 0; capacity < most; capacity += Math.ceil((most / 40) * thin(6)))
          tally.add({ shape, chars, capacity }, await roomCase(golden, capacity, chars, files));
      }
    tally.close(100);
  });
});

describe('a disk that others fill', () => {
  it('from any operation on: no further call is made, and the replies of those under way are kept', async () => {
    const tally = new Tally('no more room');
    for (const shape of Object.keys(SHAPES)) {
      const golden = await goldenRun(shape);
      for (let at = 1; at <= golden.operations; at += thin(17)) tally.add({ shape, at }, await noRoomFrom(golden, at));
    }
    tally.close(70);
  });
});

describe('a killed engine, or one that met a failed sync, and then a power loss', () => {
  for (const differ of [false, true])
    it(`${differ ? 'answers differ at every call' : 'a repeatable provider'}: what the second engine built upon is not taken away`, async () => {
      const tally = new Tally(`kill, then power loss${differ ? ', differing' : ''}`);
      const sieve = new Sieve(ONE_DOUBLE_IN);
      const ways = new Set<string>();
      for (const shape of Object.keys(SHAPES)) {
        const golden = await goldenRun(shape, differ);
        for (const one of sieve.of(doublesOf(shape, golden.operations))) {
          ways.add(`${one.first} ${one.second} ${typeof one.loss}`);
          tally.add(one, await doubleCase(one, golden, differ));
        }
      }
      tally.close(100);
      expect(ways.size).toBe(DOUBLE_WAYS);
    });
});
