// @module-tag campaign
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { Tally } from '../tally.ts';
import { FULL, thin } from '../thin.ts';
import { journalOf, type Machine, newMachine, portsOf } from '../world.ts';
import { deleteCase, editCase, GAPS, operationsOfRun, STYLES, TARGETS } from './edits.ts';

/** One instant in so many is tried, another one of each way of saving. */
const THIN = thin(181);

describe('a person saves a file at any operation of the engine: their text survives', () => {
  for (const target of Object.keys(TARGETS))
    it(target, async () => {
      const operations = await operationsOfRun(target);
      const tally = new Tally(`edits: ${target}`);
      for (const [s, style] of Object.keys(STYLES).entries())
        for (const [g, gap] of GAPS.entries())
          for (let at = 1 + ((5 * s + 3 * g) % THIN); at <= operations; at += THIN) {
            const edit = { target, style, at, gap };
            const wrong = await editCase(edit);
            if (wrong) tally.add(edit, wrong);
          }
      tally.close(FULL ? 2000 : 15);
    });
});

describe('a person deletes a file at any operation of the engine: it stays away, and nothing else is lost', () => {
  for (const target of Object.keys(TARGETS))
    it(target, async () => {
      const operations = await operationsOfRun(target);
      const tally = new Tally(`deletions: ${target}`);
      for (let at = 1; at <= operations; at += thin(23)) {
        const wrong = await deleteCase(target, at);
        if (wrong) tally.add(at, wrong);
      }
      tally.close(FULL ? 150 : 7);
    });
});

describe('a drop that is being written', () => {
  const PATH = 'agents/human/outbox/hello.md';
  const WHOLE = '---\nto: a\n---\nThe first line.\nThe last line.\n';

  /** An engine on an org of two, whose clock is that of its disk. */
  function machine(): { machine: Machine; engine: Engine } {
    const made = newMachine({ edges: { human: ['a'], a: ['human'] }, models: { default: { provider: 'actor' } } });
    made.disk.now = () => made.clock.now();
    made.clock.advance(60_000);
    return { machine: made, engine: Engine.open(portsOf(made), TOOLS, 'run') };
  }

  function bodies({ disk }: Machine): string[] {
    return journalOf(disk).entries.flatMap((entry) => (entry.k === 'drop' ? [entry.message.body] : []));
  }

  it('whole, but young: it is waited for and read in the same turn', async () => {
    const world = machine();
    world.machine.disk.put(PATH, WHOLE);
    const before = world.machine.clock.now();
    await world.engine.turn();
    expect(bodies(world.machine)).toEqual(['The first line.\nThe last line.']);
    expect(world.machine.clock.now() - before).toBeGreaterThanOrEqual(500);
    expect(world.machine.clock.now() - before).toBeLessThanOrEqual(1000);
  });

  it('one byte every 100 ms: every cut of it waits, and the whole is read once', async () => {
    for (let start = 0; start <= WHOLE.length; start += 3) {
      const { machine: world, engine } = machine();
      let written = start;
      world.disk.put(PATH, WHOLE.slice(0, written));
      const sleep = world.clock.sleep.bind(world.clock);
      world.clock.sleep = async (ms, signal) => {
        for (let slept = 0; slept < ms; slept += 100) {
          await sleep(Math.min(100, ms - slept), signal);
          if (written < WHOLE.length) world.disk.put(PATH, WHOLE.slice(0, ++written));
        }
      };
      for (let turns = 0; turns < 20 && bodies(world).length === 0; turns++) {
        const before = world.clock.now();
        await engine.turn();
        expect(world.clock.now() - before).toBeLessThanOrEqual(1000);
        await world.clock.sleep(1000);
      }
      expect(bodies(world)).toEqual(['The first line.\nThe last line.']);
      expect([...engine.state.dead.letters]).toEqual([]);
    }
  });

  it('with a time in the future, as a copy from a machine whose clock is ahead: it is read all the same', async () => {
    const { machine: world, engine } = machine();
    world.disk.now = () => world.clock.now() + 86_400_000;
    world.disk.put(PATH, WHOLE);
    for (let turns = 0; turns < 3; turns++) await engine.turn();
    expect(bodies(world)).toEqual(['The first line.\nThe last line.']);
  });
});

describe('an edit between two turns', () => {
  it('is taken over at the next freeze, also when somebody asked in between whether there is anything to do', async () => {
    const world = newMachine({ edges: { human: ['a'], a: ['human'] }, models: { default: { provider: 'actor' } } });
    const engine = Engine.open(portsOf(world), TOOLS, 'run');
    await engine.turn();
    const path = 'agents/a/resume.md';
    const text = '---\nrole: another role\n---\nYou are a.\n';
    world.disk.replace(path, text);
    expect(engine.idle()).toBe('busy');
    await engine.turn();
    expect(engine.state.files.texts.get(path)).toBe(text);
    expect(engine.idle()).toBe('idle');
  });

  it('that breaks a file is told once, the last good version counts, and it makes nobody due', async () => {
    const world = newMachine({ edges: { human: ['a'], a: ['human'] }, models: { default: { provider: 'actor' } } });
    const engine = Engine.open(portsOf(world), TOOLS, 'run');
    await engine.turn();
    for (const path of ['agents/a/resume.md', 'org/credits.yaml', 'org/units/team.md']) {
      world.disk.replace(path, 'no: [such thing');
      const { faults } = await engine.turn();
      expect(faults.map((fault) => fault.file)).toContain(path);
      expect(engine.config.agents.has('a')).toBe(true);
      expect(engine.idle(), path).toBe('idle');
    }
    const mended = '---\nrole: mended\n---\nYou are a.\n';
    world.disk.replace('agents/a/resume.md', mended);
    world.disk.replace('org/credits.yaml', 'version: 1\n');
    world.disk.remove('org/units/team.md');
    expect(engine.idle()).toBe('busy');
    await engine.turn();
    expect(engine.config.agents.get('a')?.role).toBe('mended');
    expect(engine.idle()).toBe('idle');
  });
});
