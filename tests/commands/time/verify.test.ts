import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as redactCommand from '../../../src/commands/time/redact.ts';
import * as verifyCommand from '../../../src/commands/time/verify.ts';
import type { Disk } from '../../../src/disk/fs/disk.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { journalPath } from '../../../src/disk/journal/journal.ts';
import { rewriteFile } from '../../../src/engine/erase/rewrite.ts';
import { verifyJournal } from '../../../src/engine/journal/verify.ts';
import { checked } from '../checked.ts';
import { busyOrg, reseal, turns } from '../keep/org.ts';
import { ask, RELAY } from '../relay.ts';
import { inputOf, scratchOrg, testWorld } from '../world.ts';

const redact = checked(redactCommand);
const run = checked(verifyCommand);

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

/** The same files, each read once. */
function inMemory(disk: Disk): Disk {
  const files = new Map<string, Uint8Array | null>();
  const read = (path: string) => {
    if (!files.has(path)) files.set(path, disk.read(path));
    return files.get(path) ?? null;
  };
  return { ...disk, read };
}

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
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    await turns(root, 2);
    const disk = inMemory(realDisk(root));
    const missed: string[] = [];
    for (const turn of [1, 2, 3]) {
      const bytes = Buffer.from(disk.read(journalPath(turn)) ?? []);
      for (let at = 0; at < bytes.length; at++) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
        const damaged: Disk = { ...disk, read: (path) => (path === journalPath(turn) ? flipped : disk.read(path)) };
        if (verifyJournal(damaged).faults.length === 0) missed.push(`${turn}:${at}`);
      }
    }
    expect(disk.read(journalPath(3))?.length).toBeGreaterThan(50);
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

  it('a text that was replaced as a redaction does it needs a line that tells of it, and of no other text', async () => {
    const root = await busyOrg();
    const disk = realDisk(root);
    const { bytes } = rewriteFile(disk, 2, (line) => line.replaceAll('It is done', 'It is gone'));
    writeFileSync(join(root, journalPath(2)), bytes);
    const [fault, ...more] = verifyJournal(disk).faults;
    expect(more).toEqual([]);
    expect(fault).toMatchObject({ code: 'damaged-journal', file: journalPath(2) });
    const redacted = await busyOrg();
    await redact(testWorld(redacted), inputOf({ args: { id: '000002-b-01' }, flags: { yes: true } }));
    expect((await verify(redacted)).data.ok).toBe(true);
    const other = rewriteFile(realDisk(redacted), 2, (line) => line.replaceAll('[redacted]', '[retouched]'));
    writeFileSync(join(redacted, journalPath(2)), other.bytes);
    expect((await verify(redacted)).data.ok).toBe(false);
  });
});
