// @module-tag alone
// @module-tag campaign
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import { Journal } from '../../../src/disk/journal/journal.ts';
import type { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { Sieve } from '../sieve.ts';
import { SHAPES } from '../world.ts';
import { type Case, casesOf, crashCase, goldenRun } from './crash.ts';

/** One case in so many is tried here; `crash.full.ts` tries all. */
const ONE_IN = 103;
/** And where the protocol is broken. */
const ONE_IN_BROKEN = 61;

/** How an operation is cut, and what is lost: each shape is cut in all ways. */
function wayOf({ fate, loss }: Case): string {
  return `${fate}, ${typeof loss === 'number' ? 'some' : loss}`;
}
const WAYS = 9;

describe('a crash at any operation of a run', () => {
  const sieve = new Sieve(ONE_IN);
  for (const differ of [false, true])
    for (const shape of Object.keys(SHAPES))
      it(`${shape}, ${differ ? 'answers differ at every call' : 'a repeatable provider'}: the folder is the same, nothing is lost, doubled or unlisted`, async () => {
        const golden = await goldenRun(shape, differ);
        const ways = new Set<string>();
        let cases = 0;
        for (const one of sieve.of(casesOf(shape, golden.operations, 4))) {
          cases++;
          ways.add(wayOf(one));
          expect(await crashCase(one, golden, differ), JSON.stringify(one)).toEqual([]);
        }
        console.log(
          `crash: ${shape}${differ ? ', differing' : ''}: ${golden.operations} operations, ${cases} cases, 0 failures`,
        );
        expect(ways.size).toBe(WAYS);
      });
});

/** Ways to break the protocol that the campaign must notice. */
const MUTANTS: Record<
  string,
  { differ: boolean; disk?: (disk: MemoryDisk) => void; drop?: (entry: Entry) => boolean }
> = {
  'no sync of the journal': { differ: false, disk: withoutSync },
  'no sync of folders': { differ: false, disk: withoutFolderSync },
  'no sync of files at close': { differ: false, disk: withoutFileSync },
  'no commit line': { differ: false, drop: (entry) => entry.k === 'commit' },
  'no intent': { differ: true, drop: (entry) => entry.k === 'intent' },
};

function withoutFolderSync(disk: MemoryDisk): void {
  disk.syncDir = () => {};
}

function withoutFileSync(disk: MemoryDisk): void {
  disk.syncFile = () => {};
}

function withoutSync(disk: MemoryDisk): void {
  const append = disk.append.bind(disk);
  disk.append = (path) => ({ ...append(path), sync: () => {} });
}

describe('a mutant of the protocol is caught', () => {
  for (const [name, mutant] of Object.entries(MUTANTS))
    it(name, async () => {
      const golden = await goldenRun('mesh', mutant.differ);
      const add = Journal.prototype.add;
      if (mutant.drop)
        Journal.prototype.add = function (...entries) {
          add.apply(
            this,
            entries.filter((entry) => !mutant.drop?.(entry)),
          );
        };
      let failed = 0;
      let cases = 0;
      try {
        for (const one of new Sieve(ONE_IN_BROKEN).of(casesOf('mesh', golden.operations, 4))) {
          cases++;
          if ((await crashCase(one, golden, mutant.differ, mutant.disk)).length) failed++;
        }
      } finally {
        Journal.prototype.add = add;
      }
      console.log(`mutant "${name}": ${failed} of ${cases} cases failed`);
      expect(failed).toBeGreaterThan(0);
    });
});
