import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RawInput } from '../../src/commands/command.ts';
import type { World } from '../../src/commands/world.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { realMachine } from '../../src/engine/machine.ts';
import { type FaultCode, FaultError } from '../../src/schema/fault.ts';
import { buildOrg, type OrgPlan } from '../../src/testing/build-org.ts';
import { homeOf, ownedEnv } from '../home.ts';

/** A world whose terminal is two lists of lines. */
export interface TestWorld extends World {
  /** What went to stderr. */
  said: string[];
  /** What was printed as it came. */
  printed: string[];
  /** What was drawn, and taken away again (null). */
  sketched: (string | null)[];
}

export interface WorldWish {
  env?: Record<string, string | undefined>;
  cwd?: string;
  json?: boolean;
  interactive?: boolean;
  /** All of standard input; its lines are what `lines()` gives, each once. */
  stdin?: string;
  signal?: AbortSignal;
  /** Called with each line that is said. */
  onSay?(line: string): void;
}

/** The world of a command that works on the org at `root`; '' where there is none. */
export function testWorld(root: string, wish: WorldWish = {}): TestWorld {
  const said: string[] = [];
  const printed: string[] = [];
  const sketched: (string | null)[] = [];
  const { stdin = '' } = wish;
  const typed = stdin.split('\n');
  return {
    machine: realMachine,
    root,
    cwd: wish.cwd ?? root,
    env: ownedEnv(root, wish.env),
    json: wish.json ?? false,
    interactive: wish.interactive ?? false,
    say(line) {
      said.push(line);
      wish.onSay?.(line);
    },
    print: (line) => void printed.push(line),
    sketch: (text) => void sketched.push(text),
    stdin: async () => stdin,
    async *lines() {
      for (let line = typed.shift(); line !== undefined; line = typed.shift()) yield line;
    },
    signal: wish.signal ?? new AbortController().signal,
    said,
    printed,
    sketched,
  };
}

/** An input as the command line parses it; amounts in flags are micro-credits. */
export function inputOf(given: Partial<RawInput> = {}): RawInput {
  return { args: {}, rest: [], flags: {}, ...given };
}

/** An empty folder that goes away with the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lemming-test-'));
  onTestFinished(() => {
    for (const place of [folder, homeOf(folder)]) remove(place);
  });
  return folder;
}

/** A program that was just told to end may still write a file behind the one that is removed: then all is removed again. */
function remove(folder: string): void {
  for (let tries = 1; ; tries++)
    try {
      return rmSync(folder, { recursive: true, force: true, maxRetries: 2 });
    } catch (error) {
      if (tries === 10 || (error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    }
}

/** A real folder holding the planned org; goes away with the test. */
export function scratchOrg(plan: OrgPlan): string {
  const folder = scratch();
  buildOrg(realDisk(folder), plan);
  return folder;
}

/** The codes of the faults that the work throws. */
export async function faultsOf(work: Promise<unknown>): Promise<FaultCode[]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof FaultError) return error.faults.map(({ code }) => code);
    throw error;
  }
  return [];
}

/** path → bytes (as latin1 text) of every file below a folder. */
export function filesIn(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(root.length + 1), readFileSync(path, 'latin1')]));
}

/** The same without what commands keep to read less: delete it, and it is made again. */
export function writtenIn(root: string): Record<string, string> {
  const isKept = (path: string) => /^\.lemming\/(status\.json|config\.bin|[a-z-]+\.fold)$/.test(path);
  return Object.fromEntries(Object.entries(filesIn(root)).filter(([path]) => !isKept(path)));
}
