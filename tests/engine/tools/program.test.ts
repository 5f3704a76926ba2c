// @module-tag bwrap
// @module-tag python3

import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import * as replayCommand from '../../../src/commands/time/replay.ts';
import { filesOf } from '../../../src/core/journal/files.ts';
import { textHash } from '../../../src/core/model/hash.ts';
import type { WorldTool } from '../../../src/core/model/tool.ts';
import { realKept } from '../../../src/disk/cache/cache-key.ts';
import { keptFiles } from '../../../src/disk/cache/kept.ts';
import { realHost } from '../../../src/disk/fs/host.ts';
import { bytesHash, restoreLost } from '../../../src/disk/fs/materialise.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { machineOwner } from '../../../src/disk/owner/owner.ts';
import { realSandbox } from '../../../src/disk/sandbox/sandbox.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { checked } from '../../commands/checked.ts';
import { inputOf, scratch, testWorld } from '../../commands/world.ts';
import { programOf } from '../../program.ts';
import { type Act, resultsIn } from '../../regression/org.ts';
import { Lab } from '../world.ts';
import { ALLOWED, boxHere, Hands, sh } from './hands.ts';
import { noBox } from './no-box.ts';

const replay = checked(replayCommand);

const CHILD = new URL('../../campaign/kills/child.ts', import.meta.url).pathname;

let level = '';
beforeAll(async () => {
  level = await boxHere();
});

describe('what a program did', () => {
  it('is told: its output, how it ended, what it changed, and the level of the Box', async () => {
    const hands = new Hands([[sh('echo hello; echo trouble >&2; echo 1 > made; exit 3'), sh('cat made; rm made')]]);
    expect((await hands.turns()).map(({ ok, text }) => [ok, text])).toEqual([
      [false, `hello\ntrouble\n[exit 3; changed: made; Sandbox: ${level}]`],
      [true, `1\n[exit 0; changed: made (removed); Sandbox: ${level}]`],
    ]);
  });

  it('runs Python with the files of the workspace', async () => {
    const hands = new Hands([
      [
        { tool: 'write_file', input: { path: 'mine.py', content: 'def f():\n  return "ä" * 3\n' } },
        { tool: 'run_python', input: { code: 'import mine\nprint(mine.f())\nopen("out", "w").write("1")' } },
      ],
    ]);
    expect((await hands.turns())[1]).toMatchObject({
      ok: true,
      text: `äää\n[exit 0; changed: out; Sandbox: ${level}]`,
      files: [{ path: 'agents/a/workspace/out', text: '1', was: null }],
    });
  });

  it('is journaled: texts, removals, small bytes, the hash of what is large; not what is left out', async () => {
    const hands = new Hands([
      [
        sh(
          'echo one > text; printf "a\\377b" > bytes; yes | head -c 300000 > large; mkdir -p node_modules/x .git; echo x > node_modules/x/y; echo x > .git/config; ln -s /etc link',
        ),
        sh('echo two >> text; rm bytes'),
        sh('true'),
      ],
    ]);
    const [first, second, third] = await hands.turns();
    const path = (name: string) => `agents/a/workspace/${name}`;
    expect(first?.files).toEqual([
      {
        path: path('bytes'),
        text: null,
        was: null,
        hash: bytesHash(Buffer.from('a\xffb', 'latin1')),
        size: 3,
        data: Buffer.from('a\xffb', 'latin1').toString('base64'),
      },
      { path: path('large'), text: null, was: null, hash: textHash('y\n'.repeat(150_000)), size: 300_000 },
      { path: path('text'), text: 'one\n', was: null },
    ]);
    expect(first?.text).toContain('1 links, devices or odd names');
    expect(second?.files).toEqual([
      { path: path('bytes'), text: null, was: bytesHash(Buffer.from('a\xffb', 'latin1')) },
      { path: path('text'), text: 'one\ntwo\n', was: textHash('one\n') },
    ]);
    expect(third?.files).toEqual([]);
    const replayed = await replay(testWorld(hands.root), inputOf({ flags: { recompute: true } }));
    expect(replayed.data).toMatchObject({ identical: true, first_difference: null });
  });

  it('is bounded in the journal, and that is said', async () => {
    const hands = new Hands([
      [
        sh('for i in $(seq 1 400); do echo $i > f$i; done'),
        sh('for i in $(seq 1 20); do yes $i | head -c 200000 > g$i; done'),
      ],
    ]);
    const [many, long] = await hands.turns();
    expect(many?.files).toHaveLength(300);
    expect(many?.text).toMatch(/and 280 more; 100 more files changed than the journal keeps/);
    const kept = long?.files.filter(({ text }) => text !== null) ?? [];
    expect(kept).toHaveLength(10);
    expect(long?.files.filter(({ hash }) => hash !== undefined)).toHaveLength(10);
  });

  it('holds no secret that a person wrote into a file there', async () => {
    const secret = 'sk-test-4d1f0c9a7b';
    const hands = new Hands([[sh('echo more >> .env; cat .env')]]);
    hands.put('.env', `KEY=${secret}\n`);
    const ports = hands.ports();
    const engine = Engine.open({ ...ports, owner: machineOwner({ SOME_API_KEY: secret }) }, TOOLS, 'run');
    await engine.turn();
    engine.close();
    expect(hands.used()[0]).toMatchObject({
      text: expect.stringContaining('no copy was kept of what stood in: .env'),
      files: [{ text: null, hash: expect.any(String) }],
    });
    expect(JSON.stringify(hands.lines())).not.toContain(secret);
  });

  it('keeps the texts of people that it replaced, once', async () => {
    const hands = new Hands([[sh('echo mine > notes; rm -f gone')], [sh('echo again > notes')]]);
    hands.put('notes', 'of a person');
    hands.put('gone', 'also of a person');
    hands.put('image', Uint8Array.of(255, 1));
    await hands.turns(2);
    const blobs = hands.lines().flatMap((line) => (line.k === 'blob' ? [line.text] : []));
    expect(blobs.filter((text) => text.endsWith('of a person')).sort()).toEqual(['also of a person', 'of a person']);
    expect(blobs).toContain(Buffer.from([255, 1]).toString('base64'));
    expect(hands.used()[0]?.files).toMatchObject([
      { path: expect.stringContaining('gone'), text: null, was: textHash('also of a person') },
      { text: 'mine\n', was: textHash('of a person') },
    ]);
  });

  it('cannot be hidden by setting times back, by closed folders or by closed files', async () => {
    const hands = new Hands([
      [
        { tool: 'write_file', input: { path: 'x', content: 'aaa' } },
        sh('touch -r x ref; printf bbb > x; touch -r ref x; mkdir -p d; echo in > d/f; chmod 0 d; rm ref'),
      ],
    ]);
    const [, program] = await hands.turns();
    expect(program?.files.map(({ path, text }) => [path.slice(19), text])).toEqual([
      ['d/f', 'in\n'],
      ['x', 'bbb'],
    ]);
  });
});

it('an entry of the memory that is forgotten is gone, and the run replays', async () => {
  const remember = (key: string): Act => ({ tool: 'remember', input: { key, text: 'text' } });
  const forget = (key: string): Act => ({ tool: 'forget', input: { key } });
  const hands = new Hands([[remember('x'), remember('y')], [forget('x'), forget('y')], [forget('x')]]);
  await hands.turns();
  const memory = join(hands.root, 'agents/a/memory');
  await hands.turns();
  expect(fs.readdirSync(memory)).toEqual([]);
  await hands.turns();
  expect(hands.lines().flatMap((line) => (line.k === 'visit' ? [line.refused] : []))).toEqual([0, 0, 1]);
  const replayed = await replay(testWorld(hands.root), inputOf({ flags: { recompute: true } }));
  expect(replayed.data).toMatchObject({ identical: true, first_difference: null });
});

it('files that a program made are made again after a power loss, bytes too', () => {
  const bytes = Uint8Array.of(0, 255);
  const disk = new MemoryDisk();
  const ops = filesOf({
    ...{ k: 'used' as const, turn: 1, agent: 'a', n: 1, act: 1, ok: true, text: '' },
    files: [
      { path: 'agents/a/workspace/t', text: 'text', was: null },
      {
        path: 'agents/a/workspace/b',
        text: null,
        was: null,
        hash: 'h',
        size: 2,
        data: Buffer.from(bytes).toString('base64'),
      },
      { path: 'agents/a/workspace/large', text: null, was: null, hash: 'h', size: 9e9 },
    ],
  });
  disk.put('agents/a/workspace/large', 'stays');
  expect(restoreLost(disk, ops)).toEqual(['agents/a/workspace/t', 'agents/a/workspace/b']);
  expect(disk.read('agents/a/workspace/b')).toEqual(Buffer.from(bytes));
  expect(disk.read('agents/a/workspace/large')).not.toBe(null);
});

describe('a program is ended', () => {
  /** A shell that has less time. */
  async function hurried(command: string, timeout: number) {
    const hands = new Hands([[sh(command)]]);
    const shell = { ...(TOOLS.get('shell') as WorldTool), timeout };
    const engine = Engine.open(hands.ports(), new Map([...TOOLS, ['shell', shell]]), 'run');
    const began = performance.now();
    await engine.turn();
    engine.close();
    return { text: hands.used()[0]?.text, took: performance.now() - began };
  }

  it('when its time is over, with all that it started', async () => {
    const marker = `7${process.pid}1`;
    const { text, took } = await hurried(`echo begun; setsid sleep ${marker} >/dev/null 2>&1 & sleep ${marker}`, 4000);
    expect(text).toBe(`begun\n[ended after 4000 ms; Sandbox: ${level}]`);
    expect(took).toBeLessThan(60_000);
    expect(processesWith(marker)).toEqual([]);
  });

  it('when it prints without end', async () => {
    const { text, took } = await hurried('yes', 120_000);
    expect(text).toMatch(/^y\ny\n[\s\S]*\[ended: more than 50000 bytes of output; Sandbox: \w+\]$/);
    expect(took).toBeLessThan(100_000);
  });

  it('and nothing that it left behind lives on', async () => {
    const marker = `7${process.pid}2`;
    const { text } = await hurried(`setsid nohup sleep ${marker} >/dev/null 2>&1 </dev/null & echo ok`, 120_000);
    expect(text).toBe(`ok\n[exit 0; Sandbox: ${level}]`);
    expect(processesWith(marker)).toEqual([]);
  });

  it('when the engine is killed', async () => {
    const marker = `7${process.pid}3`;
    const hands = new Hands([[sh(`echo ran >> log; sleep ${marker}`)]]);
    const engine = await started(hands.root);
    await expect.poll(() => processesWith(marker).length).toBeGreaterThan(0);
    engine.kill('SIGKILL');
    await expect.poll(() => processesWith(marker)).toEqual([]);
    expect((await hands.turns())[0]).toMatchObject({ ok: false, text: expect.stringMatching(/^Result unknown/) });
    expect(fs.readFileSync(join(hands.workspace, 'log'), 'utf8')).toBe('ran\n');
  });
});

describe('what a killed engine left running', () => {
  /** Kills an engine whose program sleeps outside any Box, so that nothing ends it with the engine. */
  async function killed(marker: string): Promise<Hands> {
    const hands = new Hands([[sh(`sleep ${marker}`)], [], []], { org: { sandbox: 'unsafe-host' } });
    const errand = JSON.stringify({ do: 'turn', root: hands.root, bare: true });
    const child = spawn(process.execPath, [programOf(CHILD), errand], { stdio: 'ignore' });
    for (let i = 0; i < 5000 && processesWith(marker).length === 0; i++) await wait(20);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(processesWith(marker)).toHaveLength(1);
    return hands;
  }
  const notesIn = (hands: Hands): string => join(hands.root, '.lemming/programs');
  const keptOf = (hands: Hands) => realKept(hands.root, hands.env);
  /** The note about the program that is left, and what it says. */
  const noteOf = (hands: Hands) => {
    const [name = ''] = fs.readdirSync(notesIn(hands));
    const note = keptOf(hands).read(`programs/${name}`)?.bytes.toString() ?? '{}';
    return { name, note: JSON.parse(note) as { by: object; boot: string; program: object; groups: object[] } };
  };

  it('is ended by the next, and nothing else is', async () => {
    const marker = `7${process.pid}5`;
    const hands = await killed(marker);
    const other = spawn('sleep', [`${marker}9`], { detached: true });
    try {
      // A note of another start of the machine, and one whose number somebody else has by now.
      const { note } = noteOf(hands);
      const program = { pid: other.pid, start: '1' };
      const put = (file: string, said: object) => keptOf(hands).write(`programs/${file}`, '', JSON.stringify(said));
      put('a.json', { ...note, program });
      put('b.json', { ...note, boot: 'another', program: { ...program, start: startOf(other.pid) } });
      await hands.turns();
      for (let i = 0; i < 500 && processesWith(marker).length > 1; i++) await wait(10);
      expect(processesWith(marker)).toEqual([`${other.pid}`]);
      expect(fs.existsSync(notesIn(hands)) ? fs.readdirSync(notesIn(hands)) : []).toEqual([]);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('is nobody whom a note names that was not made here, however well it fits', async () => {
    const marker = `7${process.pid}7`;
    const hands = await killed(marker);
    const victim = spawn('sleep', [`${marker}9`], { detached: true });
    try {
      const { name, note } = noteOf(hands);
      const program = { pid: victim.pid, start: startOf(victim.pid) };
      const forged = JSON.stringify({ ...note, program });
      const real = fs.readFileSync(join(notesIn(hands), name), 'utf8');
      const put = (file: string, text: string): void => fs.writeFileSync(join(notesIn(hands), file), text);
      put('bare.json', forged);
      put('cut.json', real.replace(/^\{.*$/m, forged)); // with the first and last line of a real one
      put('renamed.json', real);
      put('torn.json', '{"by":{"pid":-1}}');
      keptFiles(realDisk(hands.root), realHost(hands.root), () => Buffer.alloc(32, 7)).write(
        'programs/other.json',
        '',
        forged,
      );
      realKept(hands.root, { LEMMING_HOME: scratch() }).write('programs/owner.json', '', forged);
      await hands.turns();
      for (let i = 0; i < 500 && processesWith(marker).length > 1; i++) await wait(10);
      expect(processesWith(marker)).toEqual([`${victim.pid}`]);
      expect(fs.existsSync(notesIn(hands)) ? fs.readdirSync(notesIn(hands)) : []).toEqual([]);
    } finally {
      victim.kill('SIGKILL');
    }
  });

  it('is left alone as long as whoever started it lives', async () => {
    const marker = `7${process.pid}6`;
    const hands = await killed(marker);
    const { name, note } = noteOf(hands);
    const say = (said: object) => keptOf(hands).write(`programs/${name}`, '', JSON.stringify(said));
    say({ ...note, by: { pid: process.pid, start: startOf(process.pid) } });
    await hands.turns();
    expect(processesWith(marker)).toHaveLength(1);
    say(note);
    expect(realSandbox(hands.root, keptOf(hands)).sweep()).toBe(1);
  });
});

function startOf(pid: number | undefined): string | undefined {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Processes of this machine with that text in their command line. */
function processesWith(marker: string): string[] {
  return fs.readdirSync('/proc').filter((name) => {
    try {
      const line = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return /^\d+$/.test(name) && name !== `${process.pid}` && line.includes(`sleep\0${marker}`);
    } catch {
      return false;
    }
  });
}

/** An engine in a process of its own that makes a turn. */
async function started(root: string): Promise<ChildProcess> {
  const errand = { do: 'turn', root };
  return spawn(process.execPath, [programOf(CHILD), JSON.stringify(errand)], { stdio: 'ignore' });
}

describe('a workspace has bounds', () => {
  const plan = { org: { limits: { workspace_bytes: 1_000_000, workspace_files: 50 } } };

  it('of bytes: a program that fills it is ended, and may make room again', async () => {
    const acts = [
      sh('i=0; while [ $i -lt 200 ]; do head -c 100000 /dev/zero > f$i; i=$((i+1)); sleep 0.01; done'),
      { tool: 'write_file', input: { path: 'x', content: 'x' } },
      sh('rm f*'),
      { tool: 'write_file', input: { path: 'x', content: 'x' } },
    ];
    const [filled, refused, made, written] = await new Hands([acts], plan).turns();
    expect(filled).toMatchObject({ ok: false, text: expect.stringMatching(/ended: the workspace became too large/) });
    expect(refused).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^Refused \(quota\): The workspace may contain/),
    });
    expect([made?.ok, written?.ok]).toEqual([true, true]);
  });

  it('of files', async () => {
    const acts = [sh('for i in $(seq 1 60); do : > f$i; done'), sh('true')];
    const [filled, after] = await new Hands([acts], plan).turns();
    expect(filled?.text).toMatch(/ended: the workspace became too large|is over its limit \(1000000 bytes, 50 files\)/);
    expect(after?.text).toMatch(/is over its limit/);
  });
});

describe('the Box', () => {
  it('does not open where a link leads to the workspace', async () => {
    const hands = new Hands([[sh('id')]]);
    const elsewhere = join(hands.root, 'elsewhere');
    fs.mkdirSync(elsewhere);
    fs.rmSync(hands.workspace, { recursive: true });
    fs.symlinkSync(elsewhere, hands.workspace);
    expect(await hands.turns()).toEqual([]);
    const sandbox = realSandbox(hands.root);
    expect(() => sandbox.survey('agents/a/workspace')).toThrow(/holds a link/);
    await expect(sandbox.run('agents/a/workspace', ['true'], ALLOWED)).rejects.toThrow(/holds a link/);
    fs.renameSync(join(hands.root, 'agents/a'), join(hands.root, 'agents/real'));
    fs.symlinkSync('real', join(hands.root, 'agents/a'));
    await expect(sandbox.run('agents/a/workspace', ['true'], ALLOWED)).rejects.toThrow(/holds a link/);
  });

  it('is needed: without one programs are refused, and the remedy is told', async () => {
    const hands = new Hands([[sh('id'), { tool: 'run_python', input: { code: '1' } }]], {
      org: { sandbox: 'unsafe-host' },
    });
    Object.assign(hands, { more: { sandbox: noBox(hands.root) } });
    for (const { ok, text } of await hands.turns()) {
      expect(ok).toBe(false);
      expect(text).toMatch(/^Refused \(sandbox\): .*bubblewrap \(bwrap\) is not installed.*install bubblewrap/);
    }
  });

  it('is not needed only when org.yaml and the command line both say so', async () => {
    const told = async (org: Record<string, string>, unsafeHost: boolean) => {
      const hands = new Hands([[sh('pwd; echo x > made')]], { org });
      Object.assign(hands, { more: { sandbox: noBox(hands.root), unsafeHost } });
      return { text: (await hands.turns())[0]?.text, workspace: hands.workspace };
    };
    const { text, workspace } = await told({ sandbox: 'unsafe-host' }, true);
    expect(text).toBe(`${workspace}\n[exit 0; changed: made; Sandbox: none (unsafe-host)]`);
    for (const [org, flag] of [
      [{ sandbox: 'unsafe-host' }, false],
      [{}, true],
    ] as const)
      expect((await told(org, flag)).text).toMatch(/^Refused \(sandbox\)/);
  });

  it('is not there for an organisation that lies on no real disk', async () => {
    const org = new Lab({ edges: { human: ['a'], a: [] }, resumes: { a: { tools: ['shell'] } } }, ({ n }) =>
      n === 1 ? [sh('id')] : [],
    );
    org.drop('a', 'Begin.');
    await org.turns(1);
    expect(resultsIn(org.prompts[1])).toMatchObject([{ ok: false, text: expect.stringMatching(/no real disk/) }]);
  });

  it('keeps programs of several agents apart, at the same time', async () => {
    const names = ['a', 'b', 'c'];
    const hands = new Hands([[sh('sleep 0.5; ls; echo x > mine')]], {
      edges: Object.fromEntries(names.map((name) => [name, []])),
      resumes: Object.fromEntries(names.map((name) => [name, { tools: ['shell'], schedule: { when: 'always' } }])),
    });
    expect((await hands.turns()).map(({ text }) => text)).toEqual(
      names.map(() => `[exit 0; changed: mine; Sandbox: ${level}]`),
    );
  });
});

it('a tool that may not be repeated is used at most once, wherever a kill comes', async () => {
  let cuts = 0;
  for (let n = 1; ; n++) {
    let ran = 0;
    const org = new Lab({ edges: { human: ['a'], a: [] }, resumes: { a: { tools: ['read_file'] } } }, ({ n: call }) =>
      call === 1 ? [{ tool: 'read_file', input: { path: 'x' } }] : [],
    );
    org.drop('a', 'Begin.');
    const once = async () => {
      ran++;
      await wait(0);
      return { ok: true, text: 'done' };
    };
    const tools = new Map([
      ...TOOLS,
      ['read_file', { ...(TOOLS.get('read_file') as WorldTool), touches: 'once' as const, run: once }],
    ]);
    const attempt = async () => {
      const engine = Engine.open(org.ports(), tools, 'run');
      await engine.turn();
      engine.close();
    };
    org.dieAt(n);
    const died = await attempt().then(
      () => false,
      () => true,
    );
    if (!died) break;
    const before = ran;
    org.restart();
    if (org.lines('commit').length === 0) await attempt();
    expect(ran).toBeLessThanOrEqual(1);
    const [told] = org.lines('used');
    expect(told?.text).toMatch(ran === 1 ? /^done|^Result unknown/ : /^Result unknown/);
    if (before === 1 && told?.text !== 'done') cuts++;
  }
  expect(cuts).toBeGreaterThan(0);
});
