import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import { DiskError } from '../../../src/disk/fs/disk.ts';
import { bytesHash } from '../../../src/disk/fs/materialise.ts';
import {
  chain,
  GENESIS,
  type Group,
  Journal,
  journalFiles,
  journalPath,
  NextFile,
  readForState,
  readJournal,
  readJournalFile,
} from '../../../src/disk/journal/journal.ts';
import { type Fault, FaultError } from '../../../src/schema/fault.ts';
import { Crash, MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { EVERY, journals } from '../../core/entries.ts';
import { sent } from '../../core/world.ts';

const FIRST = journalPath(1);
const SOME: Entry[] = [EVERY.open, EVERY.file];

/** A journal of one file: each list is a group. */
function written(...groups: Entry[][]): MemoryDisk {
  const disk = new MemoryDisk();
  const journal = new Journal(disk, 1, GENESIS, 0);
  for (const group of groups) {
    journal.add(...group);
    journal.write(true);
  }
  return disk;
}

function bytesOf(disk: MemoryDisk, path = FIRST): Buffer {
  return Buffer.from(disk.read(path) ?? []);
}

function put(disk: MemoryDisk, bytes: Uint8Array, path = FIRST): void {
  disk.remove(path);
  disk.create(path, bytes);
}

function read(disk: MemoryDisk): { groups: Group[]; faults: Fault[] } {
  const faults: Fault[] = [];
  return { groups: [...readJournal(disk, faults)], faults };
}

function entriesIn(disk: MemoryDisk): Entry[][] {
  const { groups, faults } = read(disk);
  expect(faults).toEqual([]);
  return groups.map(({ entries }) => entries);
}

/** The seal of a group with these lines. */
function sealed(lines: string, head = GENESIS): string {
  const n = lines.split('\n').length - 1;
  return `${lines}${JSON.stringify({ k: 'seal', n, h: chain(head, bytesHash(Buffer.from(lines))) })}\n`;
}

describe('the files of a journal', () => {
  const filesOf = (...names: string[]): number[] => {
    const disk = new MemoryDisk();
    for (const name of names) disk.create(`org/journal/${name}`, '');
    return journalFiles(disk);
  };

  it.each([
    [[], []],
    [
      ['000007.jsonl', '000003.jsonl'],
      [3, 7],
    ],
    [
      ['000002.jsonl', '000001.jsonl', 'README.md', 'blobs/x', '.000003.jsonl.swp'],
      [1, 2],
    ],
  ])('%j: turns %j', (names, turns) => {
    expect(filesOf(...names)).toEqual(turns);
  });

  it('stand in the order of their turns, also beyond six digits', () => {
    const disk = new MemoryDisk();
    for (let turn = 1; turn <= 12; turn++) disk.create(journalPath(turn), '');
    expect(journalFiles(disk)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(journalPath(1_234_567)).toBe('org/journal/1234567.jsonl');
  });

  it.each([
    ['two-histories', ['000001.jsonl', '000001.sync-conflict-20261121.jsonl'], /turn 1$/],
    ['two-histories', ['000001.jsonl', '000001 (conflicted copy).jsonl'], /turn 1$/],
    ['two-histories', ['000007.jsonl.orig.jsonl'], /turn 7$/],
  ])('%s: %j', (code, names, message) => {
    expect(() => filesOf(...names)).toThrow(FaultError);
    expect(() => filesOf(...names)).toThrow(
      expect.objectContaining({ fault: expect.objectContaining({ code, message: expect.stringMatching(message) }) }),
    );
  });
});

describe('numbers that are left out', () => {
  function over(...files: number[]): MemoryDisk {
    const disk = new MemoryDisk();
    const journal = new Journal(disk, files[0] as number, GENESIS, 0);
    for (const file of files) {
      journal.turnTo(file);
      journal.add(...SOME);
      journal.write(true);
    }
    journal.close();
    return disk;
  }

  it('are of turns that passed, also the first ones', () => {
    for (const disk of [over(1, 2, 9, 10, 400), over(6, 8)]) expect(read(disk).faults).toEqual([]);
  });

  it.each([
    [[1, 2, 3], 1, 'turn 1 is missing'],
    [[1, 2, 3], 2, 'turn 2 is missing'],
    [[1, 7, 9], 7, 'turn 2 is missing'],
  ])('of %j without %i: the next seal does not fit', (files, gone, message) => {
    const disk = over(...files);
    disk.remove(journalPath(gone));
    expect(read(disk).faults).toMatchObject([
      { code: 'damaged-journal', message: `The journal of ${message}` },
      { code: 'damaged-journal', line: 3 },
    ]);
  });

  it('are no end: the next file is found, whatever its number, once it is there', () => {
    const disk = over(1);
    disk.now = () => Date.now();
    const next = new NextFile(disk);
    expect(next.after(1)).toBeNull();
    disk.put(journalPath(50), '');
    expect(next.after(1)).toBe(50);
    expect(next.after(49)).toBe(50);
    expect(next.after(50)).toBeNull();
    expect(new NextFile(new MemoryDisk()).after(1)).toBeNull();
  });

  it('cost a look at the folder only when it changed', () => {
    const disk = over(1, 5);
    disk.now = () => Date.now() - 10_000;
    disk.put(journalPath(9), '');
    const next = new NextFile(disk);
    expect(next.after(9)).toBeNull();
    const looks: string[] = [];
    disk.looking = ({ name }) => {
      looks.push(name);
      return 'go';
    };
    expect(next.after(9)).toBeNull();
    expect(looks).not.toContain('list');
    expect(next.after(5)).toBe(9);
  });
});

describe('what was written', () => {
  it('reads back: every kind of line, group by group', () => {
    const all = Object.values(EVERY);
    const disk = written(all.slice(0, 5), all.slice(5), [], SOME);
    expect(entriesIn(disk)).toEqual([all.slice(0, 5), all.slice(5), SOME]);
  });

  it('reads back whatever it was, in any groups', () => {
    const text = fc.string({ unit: 'binary', maxLength: 50 });
    fc.assert(
      fc.property(
        journals,
        fc.array(text, { maxLength: 3 }),
        fc.integer({ min: 1, max: 10 }),
        (entries, texts, size) => {
          const all: Entry[] = [...entries, ...texts.map((body): Entry => ({ k: 'blob', hash: 'h', text: body }))];
          const groups = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
            all.slice(i * size, (i + 1) * size),
          );
          expect(entriesIn(written(...groups))).toEqual(groups);
        },
      ),
    );
  });

  it('goes on from file to file: the seals make one chain', () => {
    const disk = new MemoryDisk();
    const journal = new Journal(disk, 1, GENESIS, 0);
    journal.add(...SOME);
    journal.turnTo(2);
    journal.add(EVERY.notice);
    journal.turnTo(2);
    journal.write(false);
    const { groups, faults } = read(disk);
    expect(faults).toEqual([]);
    expect(groups.map(({ file, entries }) => [file, entries.length])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(groups.at(-1)).toMatchObject({ seal: journal.head, end: journal.size, original: null });
    const [first, second] = groups as [Group, Group];
    expect(first.seal).toBe(chain(GENESIS, first.hash));
    expect(second.seal).toBe(chain(first.seal, second.hash));
  });

  it('can be read from any seal on', () => {
    const disk = written(SOME, [EVERY.notice], [EVERY.commit]);
    const [first] = read(disk).groups as [Group];
    const faults: Fault[] = [];
    const rest = [...readJournal(disk, faults, { file: 1, end: first.end, head: first.seal })];
    expect([faults, rest.map(({ entries }) => entries)]).toEqual([[], [[EVERY.notice], [EVERY.commit]]]);
  });

  it('is written on, in the file where it stopped', () => {
    const disk = written(SOME);
    const [last] = read(disk).groups as [Group];
    const journal = new Journal(disk, 1, last.seal, last.end);
    journal.dropTail();
    journal.add(EVERY.notice);
    journal.write(true);
    journal.close();
    journal.close();
    expect(entriesIn(disk)).toEqual([SOME, [EVERY.notice]]);
  });
});

describe('a crash', () => {
  const disk = written(SOME, [EVERY.notice], [EVERY.commit]);
  const whole = bytesOf(disk);
  const all = entriesIn(disk);

  it('at any byte leaves the groups before it, and what is torn is dropped when it is written on', () => {
    for (let length = 0; length <= whole.length; length++) {
      const torn = new MemoryDisk();
      put(torn, whole.subarray(0, length));
      const found = entriesIn(torn);
      expect(all.slice(0, found.length)).toEqual(found);
      const { groups } = read(torn);
      const journal = new Journal(torn, 1, groups.at(-1)?.seal ?? GENESIS, groups.at(-1)?.end ?? 0);
      journal.dropTail();
      journal.add(EVERY.done);
      journal.write(true);
      expect(entriesIn(torn)).toEqual([...found, [EVERY.done]]);
    }
  });

  it('that leaves a hole among what was not synced counts as torn there', () => {
    const { groups } = read(disk);
    const [first, second] = groups as [Group, Group];
    const holed = Buffer.from(whole);
    holed.fill(0, first.end, first.end + 20);
    const torn = new MemoryDisk();
    put(torn, holed);
    expect(entriesIn(torn)).toEqual([SOME]);
    const beyond = Buffer.from(whole);
    beyond.fill(0, second.end + 5, whole.length - 1);
    put(torn, beyond);
    expect(entriesIn(torn)).toEqual([SOME, [EVERY.notice]]);
  });

  it('in any file but the last is damage', () => {
    const two = written(SOME);
    const journal = new Journal(two, 2, (read(two).groups as [Group])[0].seal, 0);
    journal.add(EVERY.notice);
    journal.write(true);
    put(two, Buffer.concat([bytesOf(two), Buffer.from('{"k":"no')]));
    expect(read(two).faults).toMatchObject([{ code: 'damaged-journal', file: FIRST }]);
  });
});

describe('a changed byte', () => {
  const disk = written(SOME, [EVERY.notice, EVERY.file], [EVERY.commit]);
  const whole = bytesOf(disk);
  const all = entriesIn(disk);

  it('anywhere is found, or makes a torn tail; it never tells another story', () => {
    for (let at = 0; at < whole.length; at++)
      for (const bit of [1, 0x20, 0x80]) {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] as number) ^ bit;
        const copy = new MemoryDisk();
        put(copy, changed);
        const { groups, faults } = read(copy);
        const found = groups.map(({ entries }) => entries);
        const prefix = all.slice(0, found.length);
        expect(faults.length > 0 || JSON.stringify(found) === JSON.stringify(prefix), `byte ${at} bit ${bit}`).toBe(
          true,
        );
      }
  });

  it('in a line is told with its seal', () => {
    const copy = new MemoryDisk();
    put(copy, Buffer.from(whole.toString().replace('name: x', 'name: y')));
    expect(read(copy).faults).toMatchObject([{ code: 'damaged-journal', file: FIRST, line: 3 }]);
  });

  it('of a group that was left out breaks the chain', () => {
    const [first, second] = read(disk).groups as [Group, Group];
    const copy = new MemoryDisk();
    put(copy, Buffer.concat([whole.subarray(0, first.end), whole.subarray(second.end)]));
    expect(read(copy).faults).toMatchObject([{ code: 'damaged-journal' }]);
  });
});

describe('lines by hand', () => {
  const readText = (text: string) => {
    const disk = new MemoryDisk();
    put(disk, Buffer.from(text));
    return readJournalFile(disk, 1, GENESIS);
  };

  it('that are no JSON are told with their place, the others are read', () => {
    const read = readText(sealed(`${JSON.stringify(EVERY.notice)}\nnot JSON\n${JSON.stringify(EVERY.done)}\n`));
    expect(read.faults).toMatchObject([{ code: 'damaged-journal', file: FIRST, line: 2, value: 'not JSON' }]);
    expect(read.groups[0]?.entries).toEqual([EVERY.notice, EVERY.done]);
  });

  it('that only look like a seal are none', () => {
    for (const line of ['{"k":"seal', '{"k":"sealed","n":0,"h":"x"}', '{"k":"seal","n":0,"h":5}'])
      expect(readText(`${line}\n`)).toMatchObject({ groups: [], good: 0, faults: [] });
  });

  it('may be none in a group', () => {
    expect(readText(sealed(''))).toMatchObject({ groups: [{ entries: [] }], faults: [] });
  });

  it('that were redacted keep the chain by the hash of what they were', () => {
    const was = `${JSON.stringify(EVERY.notice)}\n`;
    const is = `${JSON.stringify({ ...EVERY.notice, text: '[redacted]' })}\n`;
    const s = bytesHash(Buffer.from(was));
    const read = readText(`${is}${JSON.stringify({ k: 'seal', n: 1, h: chain(GENESIS, s), s })}\n`);
    expect(read).toMatchObject({
      faults: [],
      groups: [{ original: s, hash: bytesHash(Buffer.from(is)), entries: [{ text: '[redacted]' }] }],
    });
  });

  it('of a message whose text is in an act that is not there are damage, not an empty message', () => {
    const { body: _body, ...message } = EVERY.sent.message;
    const read = readText(sealed(`${JSON.stringify({ k: 'sent', message, body: [1, 0] })}\n`));
    expect(read.faults).toMatchObject([{ code: 'damaged-journal', file: FIRST, line: 1 }]);
  });

  it('are none where there is no file', () => {
    expect(readJournalFile(new MemoryDisk(), 1, GENESIS)).toEqual({ groups: [], good: 0, size: 0, faults: [] });
  });
});

it('of old turns the fold reads all but the prompts', () => {
  const long: Extract<Entry, { k: 'intent' }> = {
    ...EVERY.intent,
    prompt: { system: 's', pieces: ['a long text, "prompt":{"max":1}'], max: 7 },
  };
  const cached: Entry = { ...long, cached: true };
  const disk = new MemoryDisk();
  const journal = new Journal(disk, 1, GENESIS, 0);
  for (const turn of [1, 2, 3]) {
    journal.turnTo(turn);
    journal.add(long, cached, EVERY.notice);
    journal.write(true);
  }
  const faults: Fault[] = [];
  const files = [...readForState(disk, faults, { file: 0, end: 0, head: GENESIS })];
  const prompt = { system: '', pieces: [], max: 0 };
  expect(files.map(({ groups }) => groups.flatMap(({ entries }) => entries))).toEqual([
    [{ ...long, prompt }, { ...cached, prompt }, EVERY.notice],
    [long, cached, EVERY.notice],
    [long, cached, EVERY.notice],
  ]);
  expect([faults, files.map(({ left }) => left)]).toEqual([[], [2, 1, 0]]);
});

describe('what is durable', () => {
  /** Paths of the syncs of a disk, in order. */
  function syncsOf(disk: MemoryDisk): string[] {
    const syncs: string[] = [];
    disk.plan = ({ name, path }) => {
      if (name === 'sync' || name === 'syncDir') syncs.push(path);
      return 'go';
    };
    return syncs;
  }

  it('survives a power loss, the name of the file too, and is synced once', () => {
    const disk = new MemoryDisk();
    const syncs = syncsOf(disk);
    const journal = new Journal(disk, 1, GENESIS, 0);
    journal.add(...SOME);
    journal.write(true);
    journal.write(true);
    journal.add(EVERY.notice);
    journal.write(false);
    expect(syncs).toEqual([FIRST, 'org/journal']);
    expect(entriesIn(disk.afterCrash(() => false))).toEqual([SOME]);
    journal.write(true);
    expect(syncs).toEqual([FIRST, 'org/journal', FIRST]);
  });

  it('is made so for all who ask in one turn of the event loop with one sync', async () => {
    const disk = new MemoryDisk();
    const syncs = syncsOf(disk);
    const journal = new Journal(disk, 1, GENESIS, 0);
    const waiting = Array.from({ length: 10 }, async (_, i) => {
      journal.add({ ...EVERY.notice, text: String(i) });
      await journal.durable();
    });
    await Promise.all(waiting);
    expect(syncs).toEqual([FIRST, 'org/journal']);
    expect(entriesIn(disk.afterCrash(() => false))).toMatchObject([
      Array.from({ length: 10 }, (_, i) => ({ text: String(i) })),
    ]);
    await journal.durable();
    expect(syncs).toHaveLength(2);
  });

  it('is no announcement when there is no room for the replies of all who announce; all else is', async () => {
    const disk = new MemoryDisk();
    disk.room = 1000;
    const journal = new Journal(disk, 1, GENESIS, 0);
    const announced = [journal.announce(EVERY.intent, 600), journal.announce(EVERY.intent, 600)];
    journal.add(...SOME);
    const kept = journal.durable();
    for (const one of announced) await expect(one).rejects.toMatchObject({ failure: 'full' });
    await kept;
    expect(entriesIn(disk)).toEqual([SOME]);
    disk.room = 600;
    await journal.announce(EVERY.intent, 600);
    expect(entriesIn(disk)).toEqual([SOME, [EVERY.intent]]);
  });

  it('is not promised when the disk fails: everyone who asked is told', async () => {
    const disk = new MemoryDisk();
    const journal = new Journal(disk, 1, GENESIS, 0);
    disk.plan = ({ name }) => (name === 'sync' ? 'io' : 'go');
    journal.add(...SOME);
    const asked = [journal.durable(), journal.durable()];
    for (const one of asked) await expect(one).rejects.toBeInstanceOf(DiskError);
  });

  it('is nothing any more once a write failed, so that no later line stands without an earlier one', () => {
    const disk = new MemoryDisk();
    const journal = new Journal(disk, 1, GENESIS, 0);
    disk.plan = ({ name }) => (name === 'write' ? 'full' : 'go');
    journal.add(...SOME);
    expect(() => journal.write(true)).toThrow(DiskError);
    disk.plan = () => 'go';
    journal.add(EVERY.notice);
    expect(() => journal.write(true)).toThrow(DiskError);
    expect(entriesIn(disk)).toEqual([]);
  });

  it('is what an earlier engine wrote, though a file goes away at that very instant', () => {
    for (let at = 1; at < 20; at++) {
      const disk = written(SOME);
      const journal = new Journal(disk, 1, GENESIS, 0);
      let n = 0;
      disk.before = () => {
        if (++n === at) disk.remove(FIRST);
      };
      expect(() => journal.secure()).not.toThrow();
    }
    const disk = written(SOME).copy();
    new Journal(disk, 1, GENESIS, 0).secure();
    expect(entriesIn(disk.afterCrash(() => false))).toEqual([SOME]);
  });

  it('ends with the machine', async () => {
    const disk = new MemoryDisk();
    const journal = new Journal(disk, 1, GENESIS, 0);
    disk.plan = ({ name }) => (name === 'write' ? 'crash-torn' : 'go');
    journal.add(...SOME);
    await expect(journal.durable()).rejects.toBeInstanceOf(Crash);
  });
});

describe('a file that is not as it was left', () => {
  it('is noticed', () => {
    const disk = new MemoryDisk();
    const journal = new Journal(disk, 1, GENESIS, 0);
    expect(journal.untouched()).toBe(true);
    journal.add(...SOME);
    journal.write(true);
    expect(journal.untouched()).toBe(true);
    put(disk, Buffer.concat([bytesOf(disk), Buffer.from('x')]));
    expect(journal.untouched()).toBe(false);
    disk.remove(FIRST);
    expect(journal.untouched()).toBe(false);
  });

  it('of a turn that was never sealed is begun anew', () => {
    const disk = new MemoryDisk();
    disk.create(FIRST, '{"k":"open"');
    const journal = new Journal(disk, 1, GENESIS, 0);
    journal.add(...SOME);
    journal.write(true);
    expect(entriesIn(disk)).toEqual([SOME]);
  });

  it('has no tail to drop when it is whole, or not there', () => {
    for (const disk of [written(SOME), new MemoryDisk()]) {
      const size = disk.stat(FIRST)?.size ?? 0;
      const { count } = disk;
      new Journal(disk, 1, GENESIS, size).dropTail();
      expect(disk.count).toBe(count);
    }
  });
});

it('names the message whose attached file lost the line that brought its bytes', () => {
  const [brought, onward] = ['agents/a/outbox/000001-01.files/x', 'agents/b/outbox/000002-01.files/x'];
  const disk = new MemoryDisk();
  const journal = new Journal(disk, 1, GENESIS, 0);
  const first: Entry = { ...sent({ from: 'a' }), files: [{ data: 'eA==', path: brought }] };
  const second: Entry = { ...sent({ from: 'b' }), files: [{ path: onward, hash: 'h', same: brought, data: 'eA==' }] };
  journal.add(first);
  journal.write(true);
  journal.turnTo(2);
  journal.add(EVERY.open, second);
  journal.write(true);
  expect(read(disk).faults).toEqual([]);
  put(disk, Buffer.from(sealed('')), FIRST);
  expect(read(disk).faults).toContainEqual({
    code: 'damaged-journal',
    message: `The journal does not hold the bytes of ${brought}, which turn 1 sent`,
    remedy: 'Restore org/journal from a backup or from version control.',
    file: journalPath(2),
    line: 2,
    value: brought,
  });
});
