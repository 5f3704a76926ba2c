// @module-tag alone
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as backupCommand from '../../../src/commands/keep/backup.ts';
import * as exportCommand from '../../../src/commands/keep/export.ts';
import * as resetCommand from '../../../src/commands/keep/reset.ts';
import * as doctorCommand from '../../../src/commands/start/doctor.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { removeTree } from '../../../src/disk/fs/tree.ts';
import { checked } from '../../commands/checked.ts';
import { inputOf, scratch, testWorld } from '../../commands/world.ts';
import { boxHere, Hands, sh } from './hands.ts';

const backup = checked(backupCommand);
const exportOrg = checked(exportCommand);
const reset = checked(resetCommand);
const doctor = checked(doctorCommand);

let level = '';
beforeAll(async () => {
  level = await boxHere();
});

describe('files with holes', () => {
  /** Makes a turn; returns what was told, and for how long others had to wait at most (milliseconds). */
  async function watched(hands: Hands) {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const began = performance.now();
    const used = await hands.turns();
    delay.disable();
    return { used, took: performance.now() - began, stall: delay.max / 1e6 };
  }

  it.each([20, 100])(
    '%i of them stall nobody, and count with all their bytes',
    async (count) => {
      const hands = new Hands([
        [sh(`for i in $(seq ${count}); do truncate -s 60M f$i; done`)],
        [sh('ls | wc -l; rm f*')],
      ]);
      const { used, took, stall } = await watched(hands);
      expect(used[0]?.text).toMatch(/changed files are too large for the journal.*the workspace is over its limit/);
      expect(used[0]?.files.length).toBeLessThan(10);
      expect(took).toBeLessThan(15_000);
      expect(stall).toBeLessThan(1000);
      const next = await watched(hands);
      expect(next.used[0]).toMatchObject({ ok: true, text: expect.stringMatching(/^\d+\n/) });
      expect(next.stall).toBeLessThan(1000);
    },
    120_000,
  );

  it('end a program that goes on', async () => {
    const [used] = await new Hands([[sh('truncate -s 60M a b c d e f; sleep 100')]]).turns();
    expect(used?.text).toMatch(/ended: the workspace became too large/);
  }, 60_000);

  it('are known by their hash as long as there are few', async () => {
    const hands = new Hands([[sh('truncate -s 5M f')], [sh('touch f')], [sh('printf x >> f')]]);
    await hands.turns(3);
    const [made, touched, changed] = hands.used();
    expect(made?.files).toMatchObject([{ size: 5_242_880, text: null, was: null }]);
    expect(touched?.files).toEqual([]);
    expect(changed?.files).toMatchObject([{ size: 5_242_881, was: made?.files[0]?.hash }]);
  });
});

describe('a workspace that cannot be used', () => {
  const DEEP = 'import os\nfor i in range(2500): os.mkdir("d"); os.chdir("d")\nopen("bottom", "w").write("found")';
  const deep = { tool: 'run_python', input: { code: DEEP } };

  /** Commands that read or pack all files. */
  async function commands(root: string): Promise<string> {
    const told: string[] = [];
    for (const [run, input] of [
      [doctor, inputOf()],
      [backup, inputOf({ args: { file: join(scratch(), 'a.tgz') } })],
      [exportOrg, inputOf({ args: { file: join(scratch(), 'b.tgz') } })],
      [reset, inputOf({ flags: { scope: 'memory', yes: true } })],
    ] as const)
      told.push((await run(testWorld(root), input)).text);
    return told.join('\n');
  }

  it('because it is 2,500 folders deep is put right, and told', async () => {
    const hands = new Hands([[deep], [sh('find . -name bottom -exec cat {} +; echo x > new')]]);
    const [made] = await hands.turns();
    expect(made?.text).toMatch(/folders that lay too deep were moved: too-deep-1, .* and \d+ more/);
    const [after] = await hands.turns();
    expect(after).toMatchObject({ ok: true, text: expect.stringMatching(/^found\n\[exit 0; changed: new;/) });
    expect(JSON.stringify(hands.lines())).not.toContain(hands.root);
    await commands(hands.root);
  }, 120_000);

  it('because it is deep, when nobody put it right: every command works, and the next program', async () => {
    const hands = new Hands([[sh('ls')], [sh('find . -name bottom -exec cat {} +')]]);
    await hands.turns();
    digIn(hands.workspace, 2500, 'd');
    expect(await commands(hands.root)).toMatch(/is too deep or not readable/);
    expect((await hands.turns())[0]?.text).toMatch(/^found\n.*too-deep-1/s);
    await commands(hands.root);
  }, 120_000);

  it('because its names are long as well', async () => {
    const hands = new Hands([[sh('ls')], [sh('find . -name bottom -exec cat {} +')]]);
    await hands.turns();
    digIn(hands.workspace, 60, 'ä'.repeat(120));
    await commands(hands.root);
    expect((await hands.turns())[0]?.text).toMatch(/^found\n/);
  }, 60_000);

  it('because it was closed is opened again, with what is in it', async () => {
    const closing = 'mkdir -p a/b; echo x > a/b/f; chmod 0 a/b/f a/b a; chmod 000 .';
    const hands = new Hands([[sh(closing)], [sh('cat a/b/f; echo y > g')], [{ tool: 'list_files', input: {} }]]);
    const [closed] = await hands.turns();
    expect(closed?.text).toContain('exit 0');
    expect(fs.statSync(hands.workspace).mode & 0o700).toBe(0o700);
    const [opened] = await hands.turns();
    expect(opened?.text).toBe(`x\n[exit 0; changed: g; Sandbox: ${level}]`);
    expect((await hands.turns())[0]?.text).toContain('a/');
    await commands(hands.root);
  }, 60_000);

  it('is removed all the same, however deep', () => {
    const root = scratch();
    digIn(join(root, 'x'), 2500, 'd');
    fs.writeFileSync(join(root, 'stays'), '');
    removeTree(realDisk(root), 'x');
    expect(fs.readdirSync(root)).toEqual(['stays']);
  });
});

/** Makes folders in one another, with a file in the last. */
function digIn(folder: string, levels: number, name: string): void {
  fs.mkdirSync(folder, { recursive: true });
  onTestFinished(() => void execFileSync('rm', ['-rf', folder]));
  const here = process.cwd();
  process.chdir(folder);
  try {
    for (let i = 0; i < levels; i++) {
      fs.mkdirSync(name);
      process.chdir(name);
    }
    fs.writeFileSync('bottom', 'found');
  } finally {
    process.chdir(here);
  }
}
