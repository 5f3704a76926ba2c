// @module-tag disk
// @module-tag campaign

import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { portsOf } from '../../../src/app/ports.ts';
import { post } from '../../../src/app/requests.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { FAULTS, type Fault, FaultError } from '../../../src/schema/fault.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { ownedEnv } from '../../home.ts';
import { quickest, timed } from '../../quickest.ts';
import { Child, lay, layOrg, newFolder, removeFolder, visibleIn } from '../real.ts';
import { journalOf, SHAPES } from '../world.ts';
import { slowPorts } from './child.ts';

const folders: string[] = [];
const children: Child[] = [];
const engines: Engine[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) if (child.alive) await child.kill();
  for (const engine of engines.splice(0)) engine.close();
  for (const folder of folders.splice(0)) removeFolder(folder);
});

function newOrg(): string {
  const root = path.join(newFolder('engines'), 'org');
  folders.push(path.dirname(root));
  layOrg(root, SHAPES.star as (typeof SHAPES)[string]);
  return root;
}

function open(root: string): Engine {
  const engine = Engine.open(slowPorts({ root, asked: null, delay: 0, differ: false }), TOOLS, 'run');
  engines.push(engine);
  return engine;
}

function faultOf(work: () => unknown): Fault | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof FaultError) return error.fault;
    throw error;
  }
}

async function hold(root: string): Promise<Child> {
  const child = new Child({ do: 'hold', root });
  children.push(child);
  expect(await child.line()).toBe('ready');
  expect(await child.line()).toBe('{"open":true}');
  return child;
}

/** What another process says when it opens the engine: null when it could, else its fault. */
async function tryFrom(root: string): Promise<Fault | null> {
  const child = new Child({ do: 'try', root });
  children.push(child);
  await child.line();
  const said = JSON.parse((await child.line()) ?? '{}') as Fault | { open: true };
  await child.exit;
  return 'open' in said ? null : said;
}

describe('two engines on one folder', () => {
  it('in one process: the second is refused with the pid of the holder, and may go when the first has closed', () => {
    const root = newOrg();
    const first = open(root);
    const fault = faultOf(() => open(root));
    expect(fault).toMatchObject({ code: 'locked', value: String(process.pid) });
    expect(fault?.message).toContain(String(process.pid));
    expect(FAULTS.locked.exit).toBe(5);
    first.close();
    engines.length = 0;
    expect(faultOf(() => open(root))).toBeNull();
  });

  it('in two processes: the second is refused and names the first; once that is killed the lock is taken at once', async () => {
    const take = async () => {
      const root = newOrg();
      const holder = await hold(root);
      expect(await tryFrom(root)).toMatchObject({ code: 'locked', value: String(holder.pid) });
      expect(faultOf(() => open(root))).toMatchObject({ code: 'locked', value: String(holder.pid) });
      await holder.kill();
      const took = timed(() => expect(faultOf(() => open(root))).toBeNull());
      expect(await tryFrom(root)).toMatchObject({ code: 'locked', value: String(process.pid) });
      return took;
    };
    expect(await quickest(1000, take)).toBeLessThan(1000);
  });

  it('a killed engine whose parent has not asked for it yet (a zombie) does not hold the lock', async () => {
    const root = newOrg();
    const holder = await hold(root);
    holder.process.kill('SIGKILL');
    const end = performance.now() + 60_000;
    while (!isZombie(holder.pid) && performance.now() < end); // this process must not get round to asking for it
    expect(isZombie(holder.pid)).toBe(true);
    expect(faultOf(() => open(root))).toBeNull();
  });

  it('a copy of a locked folder is not locked, the moved original is', async () => {
    const root = newOrg();
    await hold(root);
    const copy = path.join(path.dirname(root), 'copy');
    fs.cpSync(root, copy, { recursive: true });
    expect(faultOf(() => open(copy))).toBeNull();
    const moved = path.join(path.dirname(root), 'moved');
    fs.renameSync(root, moved);
    expect(faultOf(() => open(moved))).toMatchObject({ code: 'locked' });
  });

  it('a lock of another start of the machine, or of a number that another process has now, is taken over', () => {
    for (const change of [{ boot: 'another start' }, { start: '1' }, { pid: 4_194_305 }]) {
      const root = newOrg();
      const owner = { ...ownerOf(root), ...change };
      fs.rmSync(path.join(root, '.lemming'), { recursive: true, force: true });
      lay(root, '.lemming/lock.7', JSON.stringify(owner));
      expect(
        faultOf(() => open(root)),
        JSON.stringify(change),
      ).toBeNull();
      expect(fs.readdirSync(path.join(root, '.lemming'))).toContain('lock.8');
    }
  });

  it('a lock of another machine is respected', () => {
    const root = newOrg();
    const owner = { ...ownerOf(root), host: 'elsewhere', pid: 77 };
    lay(root, '.lemming/lock.8', JSON.stringify(owner));
    expect(faultOf(() => open(root))).toMatchObject({ code: 'locked', value: '77' });
  });

  it('four processes that open, close and are killed all the time: never two at once, and always one goes on', async () => {
    const root = newOrg();
    const inside = newFolder('inside');
    folders.push(inside);
    const said: string[] = [];
    const slots = await Promise.all([0, 1, 2, 3].map(() => cycle(root, inside, said)));
    let killed = 0;
    for (const end = performance.now() + 3000; performance.now() < end || said.length <= 50 || killed < 10; killed++) {
      await wait(100);
      const slot = killed % slots.length;
      await slots[slot]?.kill();
      slots[slot] = await cycle(root, inside, said);
    }
    console.log(
      `engines: ${said.length} takes of the lock, ${killed} kills, ${said.filter((line) => line !== 'alone').length} overlaps`,
    );
    expect(said.filter((line) => line !== 'alone')).toEqual([]);
    expect(said.length).toBeGreaterThan(50);
  });
});

/** The owner that a lock of this process would name. */
function ownerOf(root: string): object {
  open(root).close();
  engines.pop();
  const names = fs.readdirSync(path.join(root, '.lemming'));
  const lock = names.find((name) => /^lock\.\d+$/.test(name)) ?? '';
  return JSON.parse(fs.readFileSync(path.join(root, '.lemming', lock), 'utf8')) as object;
}

function isZombie(pid: number): boolean {
  return /^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
}

async function cycle(root: string, inside: string, said: string[]): Promise<Child> {
  const child = new Child({ do: 'cycle', root, inside });
  children.push(child);
  await child.line();
  void listen(child, said);
  return child;
}

async function listen(child: Child, said: string[]): Promise<void> {
  for (let line = await child.line(); line !== null; line = await child.line()) said.push(line);
}

/** An engine in the middle of a turn: its calls wait until `go` is called. */
function stuck(root: string): { engine: Engine; go: () => void; asked: Promise<void> } {
  let go: () => void = () => {};
  let tell: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const ports = slowPorts({ root, asked: null, delay: 0, differ: false });
  const actor = ports.provider('actor');
  const provider = async () => ({
    ...(await actor),
    connect: async (...args: Parameters<Awaited<typeof actor>['connect']>) => {
      const inner = await (await actor).connect(...args);
      return {
        complete: async (...call: Parameters<typeof inner.complete>) => {
          tell();
          await gate;
          return inner.complete(...call);
        },
      };
    },
  });
  const engine = Engine.open({ ...ports, provider }, TOOLS, 'run');
  engines.push(engine);
  return { engine, go, asked };
}

async function codeOf(turn: Promise<unknown>): Promise<string> {
  try {
    await turn;
    return 'committed';
  } catch (error) {
    return error instanceof FaultError ? error.fault.code : String(error);
  }
}

/** The journal has one history without a fault, and an engine goes on with it. */
async function isSound(root: string, turn: number): Promise<void> {
  expect(journalOf(realDisk(root)).faults).toEqual([]);
  const last = open(root);
  expect(last.state.clock.turn).toBeGreaterThanOrEqual(turn);
  await last.turn();
  last.close();
  engines.splice(engines.indexOf(last), 1);
  expect(journalOf(realDisk(root)).faults).toEqual([]);
}

describe('.lemming is deleted while an engine runs, and a second engine starts', () => {
  it('in the middle of a turn: the first stops before its commit, and the journal has one history', async () => {
    const root = newOrg();
    const { engine, go, asked } = stuck(root);
    const turn = engine.turn();
    await asked;
    fs.rmSync(path.join(root, '.lemming'), { recursive: true });
    const second = open(root);
    await second.turn();
    second.close();
    engines.pop();
    go();
    expect(await codeOf(turn)).toMatch(/lost-lock|two-histories/);
    engine.close();
    engines.length = 0;
    await isSound(root, 1);
  });

  it('between two turns: what the second did stays, and the first stops', async () => {
    const root = newOrg();
    const first = open(root);
    await first.turn();
    fs.rmSync(path.join(root, '.lemming'), { recursive: true });
    expect(
      post({ machine: realMachine, root, env: ownedEnv(root) }, 'human', [
        { ask: 'top-up', agent: 'hub', amount: 5_000_000, note: '' },
      ]),
    ).toBe('journaled');
    const code = await codeOf(first.turn());
    first.close();
    engines.length = 0;
    expect(code).toMatch(/lost-lock|two-histories/);
    await isSound(root, 1);
    const requests = journalOf(realDisk(root)).entries.filter((entry) => entry.k === 'request');
    expect(requests).toHaveLength(1);
  });

  it('the journal of the coming turn appears in between, as git brings it: nothing of it is overwritten', async () => {
    const root = newOrg();
    const copy = path.join(path.dirname(root), 'copy');
    const first = open(root);
    await first.turn();
    fs.cpSync(root, copy, { recursive: true });
    const other = open(copy);
    await other.turn();
    other.close();
    engines.pop();
    const theirs = fs.readFileSync(path.join(copy, 'org/journal/000002.jsonl'));
    fs.writeFileSync(path.join(root, 'org/journal/000002.jsonl'), theirs);
    expect(await codeOf(first.turn())).toBe('two-histories');
    first.close();
    engines.length = 0;
    expect(fs.readFileSync(path.join(root, 'org/journal/000002.jsonl'))).toEqual(theirs);
  });

  it('.lemming deleted between turns without a second engine: nothing is lost', async () => {
    const [root, other] = [newOrg(), newOrg()];
    const first = open(root);
    await first.turn();
    fs.rmSync(path.join(root, '.lemming'), { recursive: true });
    await codeOf(first.turn());
    first.close();
    engines.length = 0;
    const second = open(root);
    while (second.state.clock.turn < 3) await second.turn();
    const undisturbed = open(other);
    while (undisturbed.state.clock.turn < 3) await undisturbed.turn();
    for (const engine of engines.splice(0)) engine.close();
    expect([...visibleIn(root)]).toEqual([...visibleIn(other)]);
  });
});

describe('the folder goes away while an engine runs', () => {
  it('it is not made again', async () => {
    const root = newOrg();
    const { engine, go, asked } = stuck(root);
    const turn = engine.turn();
    await asked;
    fs.rmSync(root, { recursive: true });
    go();
    expect(await codeOf(turn)).not.toBe('committed');
    faultOf(() => engine.close());
    engines.length = 0;
    expect(fs.existsSync(root)).toBe(false);
    expect(() => portsOf({ machine: realMachine, root, env: ownedEnv(root) })).toThrow();
  });
});
