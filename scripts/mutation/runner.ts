// Runs each test once as it is, to see which mutants it comes upon, and then once for each of those that no test has seen yet.
import { appendFileSync, closeSync, fstatSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { VitestTestRunner } from 'vitest/runners';

type Test = Parameters<VitestTestRunner['onAfterRunTask']>[0];

/** What the switches in the sources look at. */
interface Switches {
  activeMutant: string | undefined;
  currentTestId: string | undefined;
  mutantCoverage: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
  hitCount: number;
  hitLimit: number;
}

/** A line of the log of a run. */
export interface Noted {
  is: 'covers' | 'static' | 'killed' | 'doubtful' | 'broken' | 'slow';
  file: string;
  test?: string;
  ids?: string[];
}

const folder = process.env.MUTATION_FOLDER as string;
/** A mutant that is active from the loading of the modules on. */
const only = process.env.MUTATION_STATIC;
/** Slower tests are not run for each mutant: milliseconds. */
const SLOW_MS = Number(process.env.MUTATION_SLOW_MS);
/** Runs of a test, for as many mutants. */
const MANY = 1e9;
/** A switch that is passed so many times as often as without mutants is in a loop without end. */
const OFTEN = 100;

/** Mutant → the name of its source. */
const wanted = new Map<string, string>(JSON.parse(readFileSync(`${folder}/wanted.json`, 'utf8')));
/** How often a mutant is tried by the tests of one file that is not of its room: the quick ones first. */
const tries = Number(process.env.MUTATION_TRIES);
const own = process.env.MUTATION_OWN as string;
const tried = new Map<string, number>();
const at = globalThis as unknown as { __stryker__: Switches };
at.__stryker__ ??= {} as Switches;
const switches = at.__stryker__;
switches.mutantCoverage = { static: {}, perTest: {} };
if (only) switches.activeMutant = only;

export default class MutationRunner extends VitestTestRunner {
  private queue: string[] = [];
  private hits: Record<string, number> = {};
  private active: string | undefined;
  private control = false;
  private began = 0;
  private told = false;

  private note(noted: Noted): void {
    appendFileSync(`${folder}/log.jsonl`, `${JSON.stringify(noted)}\n`);
  }

  override async onBeforeRunTask(test: Test): Promise<void> {
    await super.onBeforeRunTask(test);
    if (only) return;
    if (!this.told) {
      this.told = true;
      // What every try came to is of no use to the reporter.
      (this as { onTaskUpdate?: unknown }).onTaskUpdate = async () => {};
      this.note({
        is: 'static',
        file: pathOf(test),
        ids: Object.keys(switches.mutantCoverage.static).filter(isWanted),
      });
    }
    if (isTooSlow(test)) test.mode = 'skip';
    if (test.mode === 'run' || test.mode === 'queued') test.repeats = MANY;
  }

  override onBeforeTryTask(test: Test): void {
    super.onBeforeTryTask(test);
    if (only) return;
    const nth = (test.result as { repeatCount?: number } | undefined)?.repeatCount;
    if (nth === undefined) {
      this.queue = [];
      this.control = false;
      this.active = undefined;
      switches.mutantCoverage.perTest = {};
      switches.currentTestId = 'this';
    } else if (!this.control) {
      this.active = this.queue.shift();
      switches.hitCount = 0;
      switches.hitLimit = 1000 + OFTEN * (this.hits[this.active ?? ''] ?? 1);
    }
    switches.activeMutant = this.control ? undefined : this.active;
    this.began = performance.now();
    // Who watches from outside sees what has taken too long.
    const now = { id: this.active ?? null, file: pathOf(test), test: test.name, at: Date.now() };
    writeFileSync(`${folder}/now.${process.pid}`, JSON.stringify(now));
  }

  /** After each try. A test that failed is tried without the mutant: only what passes then was failed by it. */
  onAfterRetryTask(test: Test): void {
    if (only) return;
    const result = test.result as { state: string; errors?: unknown; pending?: boolean };
    const isFailed = result.state === 'fail';
    const first = switches.currentTestId !== undefined;
    switches.activeMutant = undefined;
    switches.currentTestId = undefined;
    result.state = 'run';
    delete result.errors;
    if (first) this.look(test, isFailed);
    else if (this.control) {
      if (isFailed) this.queue = [];
      this.note({
        is: isFailed ? 'doubtful' : 'killed',
        file: pathOf(test),
        test: test.name,
        ids: [this.active as string],
      });
      this.control = false;
    } else if (isFailed) {
      this.control = true;
      return;
    }
    const killed = killedSoFar();
    while (this.queue.length && killed.has(this.queue[0] as string)) this.queue.shift();
    if (this.queue.length === 0) {
      result.state = 'pass';
      result.pending = true;
    }
  }

  private look(test: Test, isFailed: boolean): void {
    this.hits = switches.mutantCoverage.perTest.this ?? {};
    const covered = Object.keys(this.hits).filter(isWanted);
    this.note({ is: 'covers', file: pathOf(test), test: test.name, ids: covered });
    const took = performance.now() - this.began;
    if (isFailed) this.note({ is: 'broken', file: pathOf(test), test: test.name });
    else if (took > SLOW_MS) this.note({ is: 'slow', file: pathOf(test), test: test.name });
    else this.queue = covered.filter((id) => isDue(id, pathOf(test)));
  }
}

function isDue(id: string, path: string): boolean {
  if (path.startsWith(own) || path.endsWith(`/${wanted.get(id)}.test.ts`)) return true;
  const before = tried.get(id) ?? 0;
  tried.set(id, before + 1);
  return before < tries;
}

function isWanted(id: string): boolean {
  return wanted.has(id);
}

function pathOf(test: Test): string {
  return relative(process.cwd(), test.file.filepath);
}

/** It was ended from outside before. */
function isTooSlow(test: Test): boolean {
  return soFar().slow.has(`${pathOf(test)} ${test.name}`);
}

/** Also by tests in other processes. */
function killedSoFar(): ReadonlySet<string> {
  return soFar().killed;
}

const known = { killed: new Set<string>(), slow: new Set<string>(), bytes: 0, rest: '' };

/** What the log holds; only what came since the last look is read. */
function soFar(): typeof known {
  const file = openSync(`${folder}/log.jsonl`, 'r');
  const bytes = Buffer.alloc(fstatSync(file).size - known.bytes);
  known.bytes += readSync(file, bytes, 0, bytes.length, known.bytes);
  closeSync(file);
  const lines = (known.rest + bytes.toString('latin1')).split('\n');
  known.rest = lines.pop() as string;
  for (const line of lines) take(line);
  return known;
}

function take(line: string): void {
  if (!/^\{"is":"(killed|doubtful|slow)"/.test(line)) return;
  const { is, file, test, ids = [] } = JSON.parse(Buffer.from(line, 'latin1').toString()) as Noted;
  if (is === 'slow') known.slow.add(`${file} ${test}`);
  else for (const id of ids) known.killed.add(id);
}
