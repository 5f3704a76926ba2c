import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/commands/verify.ts';
import type { Disk } from '../../src/disk/disk.ts';
import { journalPath } from '../../src/disk/journal.ts';
import { realDisk } from '../../src/disk/real.ts';
import { verifyJournal } from '../../src/engine/verify.ts';
import { busyOrg, reseal } from './keep.ts';
import { RELAY } from './relay.ts';
import { inputOf, scratchOrg, testWorld } from './world.ts';

async function verify(root: string) {
  const outcome = await run(testWorld(root), inputOf());
  return {
    ...outcome,
    data: outcome.data as {
      ok: boolean;
      faults: { code: string; file?: string; line?: number }[];
      head: string;
      turns: number;
    },
  };
}

const change = (root: string, turn: number, made: (text: string) => string) => {
  const path = join(root, journalPath(turn));
  writeFileSync(path, made(readFileSync(path, 'utf8')));
  return path;
};

describe('verify', () => {
  it('finds a whole journal whole', async () => {
    const { data, exit, text } = await verify(await busyOrg());
    expect(data).toMatchObject({ ok: true, faults: [], turns: 4 });
    expect(exit).toBeUndefined();
    expect(text).toContain(data.head);
  });

  it('an org without a turn has nothing wrong', async () => {
    expect((await verify(scratchOrg(RELAY))).data).toMatchObject({ ok: true, turns: 0 });
  });

  it('finds every changed byte', async () => {
    const disk = realDisk(await busyOrg());
    const missed: string[] = [];
    for (const turn of [1, 2, 3, 4, 5]) {
      const bytes = Buffer.from(disk.read(journalPath(turn)) ?? []);
      for (let at = 0; at < bytes.length; at++) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
        const damaged: Disk = { ...disk, read: (path) => (path === journalPath(turn) ? flipped : disk.read(path)) };
        if (verifyJournal(damaged).faults.length === 0) missed.push(`${turn}:${at}`);
      }
    }
    expect(missed).toEqual([]);
  });

  it('names file and line, and exits with 3', async () => {
    const root = await busyOrg();
    change(root, 2, (text) => text.replace('It is done', 'It is gone'));
    const { data, exit } = await verify(root);
    expect(exit).toBe(3);
    expect(data.faults[0]).toMatchObject({ code: 'damaged-journal', file: journalPath(2) });
    expect(data.faults[0]?.line).toBeGreaterThan(1);
  });

  it('finds a torn tail, a missing file, a second history, and lines after the last seal', async () => {
    const torn = await busyOrg();
    truncateSync(join(torn, journalPath(5)), readFileSync(join(torn, journalPath(5))).length - 3);
    expect((await verify(torn)).data.ok).toBe(false);
    const gap = await busyOrg();
    rmSync(join(gap, journalPath(2)));
    expect((await verify(gap)).data.faults[0]).toMatchObject({ code: 'damaged-journal' });
    const twins = await busyOrg();
    renameSync(join(twins, journalPath(5)), join(twins, 'org/journal/000004 (conflicted copy).jsonl'));
    expect((await verify(twins)).data.faults[0]).toMatchObject({ code: 'two-histories' });
    const more = await busyOrg();
    appendFileSync(join(more, journalPath(3)), '{"k":"done","turn":3}\n');
    expect((await verify(more)).data.ok).toBe(false);
  });

  it('finds turns out of order, whatever the seals say', async () => {
    const root = await busyOrg();
    change(root, 3, (text) => text.replace('{"k":"open","turn":3', '{"k":"open","turn":2'));
    reseal(root);
    expect((await verify(root)).data.ok).toBe(false);
    const twice = await busyOrg();
    change(twice, 3, (text) => text.replace(/(\{"k":"commit".*\n)/, '$1$1'));
    reseal(twice);
    expect((await verify(twice)).data.ok).toBe(false);
  });

  it('a text that was replaced in the way of a redaction needs a line that tells of it', async () => {
    const root = await busyOrg();
    const path = change(root, 2, (text) => text.replaceAll('It is done', 'It is gone'));
    const lines = readFileSync(path, 'utf8').split('\n');
    const intact = await busyOrg();
    expect(lines.length).toBeGreaterThan(3);
    expect((await verify(intact)).data.ok).toBe(true);
    const disk = realDisk(root);
    const seal = JSON.parse(lines.find((line) => line.startsWith('{"k":"seal"')) as string) as { h: string };
    expect(seal.h).not.toBe('');
    expect(verifyJournal(disk).faults.map(({ code }) => code)).toContain('damaged-journal');
  });
});
