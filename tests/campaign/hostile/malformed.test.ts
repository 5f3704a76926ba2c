// @module-tag campaign

import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailFiles, readMail } from '../../../src/app/look/mail-index.ts';
import { portsOf } from '../../../src/app/ports.ts';
import { checkFolder, readOrg } from '../../../src/app/read-org.ts';
import type { Prompt } from '../../../src/core/model/call.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import type { TurnReport } from '../../../src/engine/log/report.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { FAULTS, FaultError } from '../../../src/schema/fault.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { homeOf, ownedEnv } from '../../home.ts';
import { slowPorts } from '../kills/child.ts';
import { seeded } from '../kills/crash.ts';
import { lay, layOrg, newFolder, removeFolder } from '../real.ts';
import { Tally } from '../tally.ts';
import { journalOf, SHAPES } from '../world.ts';
import { nameFor, put, snapshot, type Thing, thingFor } from './malformed.ts';

const SECRET = 'CANARY-7f3a9c';
const VICTIMS = Array.from({ length: 25 }, (_, i) => `v${i}`);
/** Longest turn that is no hang, on a busy machine. */
const TURN_MS = 15_000;

const home = newFolder('bad');
const root = path.join(home, 'org');
const outside = path.join(home, 'outside');
const prompts: Prompt[] = [];
let before: string[] = [];
let engine: Engine;
let longest = 0;

beforeAll(() => {
  const edges = { human: ['a', 'b', ...VICTIMS], a: ['b', 'human'], b: ['a', 'human'] };
  layOrg(root, {
    edges,
    models: { default: { provider: 'quiet' } },
    files: { 'org/units/team.md': '---\nmembers: [a]\n---\n' },
  });
  lay(outside, 'secret.md', `---\nto: a\n---\n${SECRET}\n`);
  lay(outside, 'folder/secret.md', SECRET);
  before = snapshot(outside);
  engine = open();
});

afterAll(() => {
  engine.close();
  removeFolder(home);
});

/** What lies beside an organisation, but for the folder of its owner. */
function besideHome(org: string): string[] {
  const names = fs.readdirSync(path.dirname(org)).filter((name) => name !== path.basename(homeOf(org)));
  return names.sort();
}

/** The real world, with a provider that says nothing and remembers what it was asked. */
function open(): Engine {
  const quiet: Provider = {
    about: 'says nothing',
    repeatable: true,
    free: true,
    connect: async () => ({
      complete: async (prompt) => {
        prompts.push(prompt);
        return { text: '', acts: [], usage: null, requestId: null, model: 'quiet' };
      },
    }),
  };
  return Engine.open(
    { ...portsOf({ machine: realMachine, root, env: ownedEnv(root) }), provider: async () => quiet },
    TOOLS,
    'run',
  );
}

async function turn(): Promise<TurnReport> {
  const start = performance.now();
  const report = await engine.turn();
  longest = Math.max(longest, performance.now() - start);
  return report;
}

function reopen(): void {
  engine.close();
  engine = open();
}

const random = seeded(20_261_121);
const draw = (below: number): number => Math.floor(random() * below);

interface Laid {
  file: string;
  thing: Thing;
}

/** Puts so many things at such places. */
function layMany(count: number, place: (n: number) => string, head: string): Laid[] {
  return Array.from({ length: count }, (_, n) => {
    const laid = { file: place(n), thing: thingFor({ outside, head, draw }) };
    put(root, laid.file, laid.thing);
    return laid;
  });
}

/** Paths that journal lines of that kind took in. */
function taken(kind: 'drop' | 'request'): Set<string> {
  const found = new Set<string>();
  for (const entry of journalOf(realDisk(root)).entries) {
    if (entry.k === 'drop' && kind === 'drop') found.add(entry.found);
    if (entry.k === 'request' && kind === 'request') found.add(entry.file ?? '');
  }
  return found;
}

/** A file that was set aside has a record that a person can read. */
function asideOf(file: string): string | null {
  for (const dead of engine.state.dead.letters.values()) {
    if (dead.path !== file) continue;
    const record = path.join(root, `org/dead-letter/${dead.id}.md`);
    return fs.existsSync(record) && fs.readFileSync(record, 'utf8').includes(dead.reason) ? dead.reason : null;
  }
  return null;
}

/** Names that editors and sync tools leave behind, and hidden ones. */
function isIgnored(file: string): boolean {
  return /\/\.[^/]*$|\.conflict-\d/.test(file);
}

/** Adds to the tally what became of each: nothing wrong when `good` says so. */
function judge(tally: Tally, laid: readonly Laid[], good: (one: Laid) => boolean): void {
  for (const one of laid)
    tally.add(
      {
        file: one.file,
        thing: one.thing.is === 'bytes' ? one.thing.bytes.toString('latin1').slice(0, 300) : one.thing,
      },
      isIgnored(one.file) || good(one) ? [] : ['it was neither set aside nor accepted'],
    );
}

/** Nothing outside was touched or read, and no code ran. */
function isUnharmed(): void {
  expect(snapshot(outside)).toEqual(before);
  expect(besideHome(root)).toEqual(['org', 'outside']);
  expect(Reflect.get(globalThis, 'polluted')).toBeUndefined();
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(fs.existsSync(path.join(root, 'pwned'))).toBe(false);
  expect(JSON.stringify(prompts)).not.toContain(SECRET);
  for (const name of fs.readdirSync(path.join(root, 'org/journal')))
    expect(fs.readFileSync(path.join(root, 'org/journal', name), 'utf8')).not.toContain(SECRET);
  expect(longest).toBeLessThan(TURN_MS);
}

/** Nothing that was set aside makes anyone due. */
async function isIdle(): Promise<void> {
  for (let turns = 0; turns < 40 && engine.idle() === 'busy'; turns++) await turn();
  expect(engine.idle()).toBe('idle');
}

// What is set aside is looked at in every turn: so the many in outboxes come last.
describe('2,000 malformed files', () => {
  it('300 resumes: the agent is set aside with its fault, or works by what the schema says; the others go on', async () => {
    const tally = new Tally('malformed: resumes');
    for (let batch = 0; batch < 12; batch++) {
      const laid = layMany(VICTIMS.length, (n) => `agents/${VICTIMS[n]}/resume.md`, 'role: victim');
      if (batch % 2) reopen();
      const { faults } = await turn();
      judge(tally, laid, ({ file }) => {
        const name = file.split('/')[1] ?? '';
        const told =
          faults.some((fault) => fault.file === file) || engine.config.broken.has(name) || asideOf(file) !== null;
        return told || isAccepted(engine, name, file);
      });
      expect(engine.config.agents.has('a') && engine.config.agents.has('b')).toBe(true);
      await isIdle();
    }
    isUnharmed();
    const good: Thing = { is: 'bytes', bytes: Buffer.from('---\nrole: victim\n---\n') };
    for (const name of VICTIMS) put(root, `agents/${name}/resume.md`, good);
    tally.close(300);
  });

  it('300 entries of a memory: read as text or set aside', async () => {
    const tally = new Tally('malformed: memory');
    for (let batch = 0; batch < 3; batch++) {
      const laid = layMany(100, (n) => `agents/a/memory/${nameFor(draw, batch * 1000 + n)}.md`, 'key: x\npin: true');
      if (batch % 2) reopen();
      lay(root, 'agents/human/outbox/a.md', 'Look at your memory.');
      await turn();
      judge(tally, laid, ({ file }) => engine.state.files.texts.has(file) || asideOf(file) !== null);
    }
    await isIdle();
    isUnharmed();
    tally.close(300);
  });

  it('150 units while the engine works: taken over, or told; at the start, too', async () => {
    const tally = new Tally('malformed: units');
    for (let batch = 0; batch < 10; batch++) {
      const laid = layMany(
        15,
        (n) => `org/units/${n % 3 ? `u${batch}-${n}` : nameFor(draw, batch * 100 + n)}.md`,
        'members: [a]',
      );
      await turn();
      judge(tally, laid, ({ file }) => engine.state.files.texts.has(file) || asideOf(file) !== null);
      await isIdle();
      engine.close();
      expect(startFault()).toMatch(/^none/);
      for (const { file } of laid) fs.rmSync(path.join(root, file), { recursive: true, force: true });
      engine = open();
      await turn();
    }
    isUnharmed();
    tally.close(150);
  });

  it('200 requests: done or set aside', async () => {
    const tally = new Tally('malformed: requests');
    for (let batch = 0; batch < 2; batch++) {
      const laid = layMany(
        100,
        (n) => `agents/human/requests/${nameFor(draw, batch * 1000 + n)}.yaml`,
        'ask: ack\nby: human\nid: x',
      );
      if (batch % 2) reopen();
      await turn();
      const requests = taken('request');
      judge(tally, laid, ({ file }) => requests.has(file) || asideOf(file) !== null);
    }
    await isIdle();
    isUnharmed();
    tally.close(200);
  });

  it('250 in outboxes of agents: set aside, and never delivered', async () => {
    const tally = new Tally('malformed: outboxes of agents');
    const laid = layMany(
      250,
      (n) => `agents/${n % 2 ? 'a' : 'b'}/outbox/x-${nameFor(draw, n)}.md`,
      'id: 000001-a-01\nfrom: a\nto: [b]\nturn: 1\nkind: message\nsubject: x\npriority: normal\nthread: x\nhops: 0',
    );
    const asked = prompts.length;
    reopen();
    await turn();
    judge(tally, laid, ({ file }) => asideOf(file) !== null);
    expect(prompts.length).toBe(asked);
    await isIdle();
    isUnharmed();
    tally.close(250);
  });

  it('800 in the outbox of a person: set aside with a reason, or delivered', async () => {
    const tally = new Tally('malformed: drops');
    for (let batch = 0; batch < 4; batch++) {
      const laid = layMany(
        200,
        (n) => `agents/human/outbox/${nameFor(draw, batch * 1000 + n)}.md`,
        'to: a\nsubject: Hello',
      );
      if (batch % 2) reopen();
      await turn();
      const drops = taken('drop');
      judge(tally, laid, ({ file }) => drops.has(file) || asideOf(file) !== null);
    }
    await isIdle();
    isUnharmed();
    tally.close(800);
  });

  it('an organisation full of them is read by the commands, and opened again', async () => {
    reopen();
    await isIdle();
    const place = { machine: realMachine, root, env: ownedEnv(root) };
    expect(readOrg(place).state.clock.turn).toBe(engine.state.clock.turn);
    expect(checkFolder(place).config).not.toBeNull();
    const disk = realDisk(root);
    expect([...readMail(disk, mailFiles({ disk, state: emptyState() }, { archived: true }))].length).toBeGreaterThan(
      10,
    );
    expect(journalOf(disk).faults).toEqual([]);
    isUnharmed();
    console.log(`malformed: the longest turn took ${Math.round(longest)} ms`);
  });
});

/** What the engine says of the org at the start: exit code and message. */
function startFault(): string {
  try {
    const opened = open();
    try {
      opened.idle();
      return 'none';
    } finally {
      opened.close();
    }
  } catch (error) {
    return error instanceof FaultError ? `${FAULTS[error.fault.code].exit} ${error.message}` : String(error);
  }
}

function isAccepted({ config, state }: Engine, name: string, file: string): boolean {
  return config.agents.has(name) && state.files.texts.has(file);
}

/** Folders that a hostile archive or clone may bring as links. */
const LINKED = [
  'agents',
  'agents/a',
  'agents/new',
  'agents/human/outbox',
  'agents/human/outbox/a',
  'agents/human/requests',
  'agents/a/outbox',
  'agents/a/outbox/archive',
  'agents/a/memory',
  'agents/a/workspace',
  'agents/a/workspace/sub',
  'agents/a/logs',
  'org',
  'org/units',
  'org/goals',
  'org/templates',
  'org/shared',
  'org/dead-letter',
  'org/approvals',
  'org/journal',
  '.lemming',
];

describe('a folder of the organisation that is a link to the outside', () => {
  for (const linked of LINKED)
    it(linked, async () => {
      const place = newFolder('link');
      const org = path.join(place, 'org');
      const there = path.join(place, 'outside');
      layOrg(org, SHAPES.mesh as (typeof SHAPES)[string]);
      lay(org, 'agents/human/requests/pause.yaml', 'ask: top-up\nby: human\nagent: a\namount: 5\n');
      const full = path.join(org, linked);
      fs.mkdirSync(full, { recursive: true });
      fs.renameSync(full, there);
      fs.symlinkSync(there, full);
      lay(there, 'secret.md', `---\nto: a\n---\n${SECRET}\n`);
      lay(there, 'resume.md', `---\nrole: ${SECRET}\n---\n`);
      const untouched = snapshot(there);
      const asked = await tryTurns(org);
      expect(snapshot(there)).toEqual(untouched);
      expect(besideHome(org)).toEqual(['org', 'outside']);
      expect(asked).not.toContain(SECRET);
      removeFolder(place);
    });
});

/** Makes turns as far as the organisation lets; what goes wrong is a fault. Returns what was asked. */
async function tryTurns(org: string): Promise<string> {
  const asked: Prompt[] = [];
  const ports = slowPorts({ root: org, asked: null, delay: 0, differ: false });
  const inner = await (await ports.provider('actor')).connect({} as never, {} as never);
  const listening: Provider = {
    about: 'listens',
    repeatable: true,
    free: true,
    connect: async () => ({
      complete: (prompt, signal) => {
        asked.push(prompt);
        return inner.complete(prompt, signal);
      },
    }),
  };
  try {
    const opened = Engine.open({ ...ports, provider: async () => listening }, TOOLS, 'run');
    try {
      for (let turns = 0; turns < 5; turns++) await opened.turn();
    } finally {
      opened.close();
    }
  } catch (error) {
    expect(error).toBeInstanceOf(FaultError);
  }
  return JSON.stringify(asked);
}
