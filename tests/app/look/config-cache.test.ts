// @module-tag disk
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONFIG, readFolder } from '../../../src/app/look/config-cache.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { keptKey, realKept } from '../../../src/disk/cache/cache-key.ts';
import { NOTHING_KEPT } from '../../../src/disk/cache/kept.ts';
import { realClock } from '../../../src/disk/fs/clock.ts';
import type { Disk } from '../../../src/disk/fs/disk.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { machineOwner } from '../../../src/disk/owner/owner.ts';
import { scratch } from '../../commands/world.ts';

type Env = Record<string, string>;

/** The organisation that comes with the program, on the machine of an owner. */
function sample(): { root: string; env: Env } {
  const root = scratch();
  for (const folder of ['org', 'agents']) fs.cpSync(folder, path.join(root, folder), { recursive: true });
  const env = { LEMMING_HOME: path.join(scratch(), 'home') };
  keptKey(env, root, 'make');
  return { root, env };
}

let clock = 1_000_000;

/** What was touched just now was touched long ago, each at another time: so it may be kept. */
function settle(root: string): void {
  for (const entry of fs.readdirSync(root, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== '.lemming') settle(path.join(root, entry.name));
    else age(path.join(root, entry.name));
  }
  age(root);
}

function age(file: string): void {
  if (fs.lstatSync(file).mtimeMs > 1e12) fs.lutimesSync(file, ++clock, clock);
}

/** A disk, and the files that were read on it. */
function counting(root: string): { disk: Disk; read: string[] } {
  const disk = realDisk(root);
  const read: string[] = [];
  const count: Disk['read'] = (file, how) => {
    read.push(file);
    return disk.read(file, how);
  };
  return { disk: Object.assign({}, disk, { read: count }), read };
}

/** What a command is told, and what it would be told if nothing were kept. */
function readings(root: string, env: Env, state: State = emptyState()) {
  const { disk, read } = counting(root);
  const told = readFolder({ disk, kept: realKept(root, env), clock: realClock, env, owner: machineOwner(env) }, state);
  return {
    told,
    fresh: readFolder(
      { disk: realDisk(root), kept: NOTHING_KEPT, clock: realClock, env, owner: machineOwner(env) },
      state,
    ),
    read,
  };
}

/** Keeps a reading, and sees that it counts. */
function keep(root: string, env: Env): void {
  settle(root);
  readings(root, env);
  expect(readings(root, env).read).toEqual([]);
}

const FILES = [
  ...['org', 'chart', 'models', 'credits', 'script'].map((name) => `org/${name}.yaml`),
  ...['agents/planner/resume.md', 'agents/human/resume.md', 'org/units/operations.md', 'org/skills/own/SKILL.md'],
  ...['org/goals/new.md', 'org/templates/new.md', 'org/contacts/new.md', 'org/tools/new/TOOL.md', 'org/mcp.yaml'],
  ...['agents/planner/memory/fact.md', 'agents/new/resume.md', 'agents/planner/skills/x/SKILL.md'],
];
const FOLDERS = ['agents/planner', 'agents/planner/outbox', 'agents/planner/memory', 'org/units', 'agents/new'];

/** What people do to a folder, and to their environment. */
const EDITS: Record<string, (root: string, env: Env, nth: number) => void> = {
  'a character is changed in place': (root, _, nth) =>
    inPlace(at(root, FILES, nth), (text) => `${text.slice(0, nth * 7)}x${text.slice(nth * 7 + 1)}`),
  'a line is added': (root, _, nth) => put(at(root, FILES, nth), (text) => `${text}# more\n`),
  'it is written anew as another': (root, _, nth) =>
    put(at(root, FILES, nth), () => '---\nrole: Another\n---\nText.\n'),
  'a file is removed': (root, _, nth) => fs.rmSync(at(root, FILES, nth), { force: true, recursive: true }),
  'a file comes back': (root, _, nth) => {
    const name = FILES[nth % FILES.length] as string;
    if (fs.existsSync(name)) put(path.join(root, name), () => fs.readFileSync(name, 'utf8'));
  },
  'a file becomes a folder': (root, _, nth) => {
    fs.rmSync(at(root, FILES, nth), { force: true, recursive: true });
    fs.mkdirSync(at(root, FILES, nth), { recursive: true });
  },
  'a folder becomes a link': (root, _, nth) => {
    fs.rmSync(at(root, FOLDERS, nth), { force: true, recursive: true });
    if (fs.existsSync(path.dirname(at(root, FOLDERS, nth)))) fs.symlinkSync('..', at(root, FOLDERS, nth));
  },
  'a folder goes away': (root, _, nth) => fs.rmSync(at(root, FOLDERS, nth), { force: true, recursive: true }),
  'a folder comes back': (root, _, nth) => {
    const name = FOLDERS[nth % FOLDERS.length] as string;
    if (!fs.existsSync(name)) return;
    const place = path.join(root, name);
    if (fs.lstatSync(place, { throwIfNoEntry: false })?.isDirectory() === false) fs.rmSync(place);
    fs.cpSync(name, place, { recursive: true });
  },
  'its rights change': (root, _, nth) => {
    if (fs.lstatSync(at(root, FILES, nth), { throwIfNoEntry: false })?.isFile())
      fs.chmodSync(at(root, FILES, nth), 0o600 + (nth % 8));
  },
  'a setting comes from the environment': (_, env, nth) => {
    env.LEMMING_LIMITS_CONCURRENCY = String(nth);
  },
  'a word becomes a secret': (_, env) => {
    env.OPENAI_API_KEY = 'planner';
  },
  'the environment is as before': (_, env) => {
    delete env.LEMMING_LIMITS_CONCURRENCY;
    delete env.OPENAI_API_KEY;
  },
};

function at(root: string, names: readonly string[], nth: number): string {
  return path.join(root, names[nth % names.length] as string);
}

function put(file: string, change: (text: string) => string): void {
  const isFile = fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
  if (!isFile) fs.rmSync(file, { force: true, recursive: true });
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
  } catch {
    return; // a link or a file stands on the way
  }
  if (fs.realpathSync(path.dirname(file)).startsWith(file.slice(0, file.indexOf('lemming-test-'))))
    fs.writeFileSync(file, change(isFile ? fs.readFileSync(file, 'utf8') : ''));
}

function inPlace(file: string, change: (text: string) => string): void {
  if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile())
    fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')), { flag: 'r+' });
}

describe('the configuration that is kept', () => {
  it('counts while all is as it was: not one file is read then', () => {
    const { root, env } = sample();
    settle(root);
    expect(readings(root, env).read.length).toBeGreaterThan(10);
    const { told, fresh, read } = readings(root, env);
    expect(read).toEqual([]);
    expect(told).toEqual(fresh);
  });

  it('is what a fresh reading gives, whatever was changed before the next command', () => {
    const edit = fc.tuple(fc.constantFrom(...Object.keys(EDITS)), fc.nat({ max: 60 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
        const { root, env } = sample();
        keep(root, env);
        for (const [name, nth, settled] of edits) {
          EDITS[name]?.(root, env, nth);
          const { told, fresh } = readings(root, env);
          expect(told).toEqual(fresh);
          if (!settled) continue;
          settle(root);
          for (const { told, fresh } of [readings(root, env), readings(root, env)]) expect(told).toEqual(fresh);
        }
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('does not count for a file that was changed just now: a second change could look the same', () => {
    const { root, env } = sample();
    settle(root);
    fs.appendFileSync(path.join(root, 'org/org.yaml'), '# now\n');
    readings(root, env);
    expect(readings(root, env).read.length).toBeGreaterThan(10);
  });

  it('does not count once the journal has an agent whose folder is gone, or one that is absent', () => {
    const { root, env } = sample();
    keep(root, env);
    const gone = emptyState();
    gone.files.texts.set('agents/former/resume.md', '---\nrole: Was here\n---\n');
    expect(readings(root, env, gone).told.faults.map(({ code }) => code)).toContain('absent');
    const absent = emptyState();
    absent.staff.absent.set('planner', { since: 1, why: 'Its folder is closed.', out: true });
    const { told, fresh } = readings(root, env, absent);
    expect(told).toEqual(fresh);
  });

  it.each([0, 30, 200, -1])('is not believed when byte %d of it is another', (byte) => {
    const { root, env } = sample();
    keep(root, env);
    const file = path.join(root, '.lemming', CONFIG);
    const bytes = fs.readFileSync(file);
    const place = byte < 0 ? bytes.length - 3 : byte;
    bytes[place] = (bytes[place] as number) ^ 1;
    fs.writeFileSync(file, bytes);
    const { told, fresh, read } = readings(root, env);
    expect(read.length).toBeGreaterThan(10);
    expect(told).toEqual(fresh);
  });

  it('is not kept where the owner has no key yet: what only reads makes none', () => {
    const { root } = sample();
    const env = { LEMMING_HOME: path.join(scratch(), 'home') };
    settle(root);
    readings(root, env);
    expect(readings(root, env).read.length).toBeGreaterThan(10);
    expect(fs.existsSync(env.LEMMING_HOME)).toBe(false);
  });

  it('is not believed in a copy of the folder, nor without the key of its owner', () => {
    const { root, env } = sample();
    keep(root, env);
    const copy = scratch();
    fs.cpSync(root, copy, { recursive: true, preserveTimestamps: true });
    expect(readings(copy, env).read.length).toBeGreaterThan(10);
    expect(readings(root, { LEMMING_HOME: path.join(scratch(), 'other') }).read.length).toBeGreaterThan(10);
  });
});
