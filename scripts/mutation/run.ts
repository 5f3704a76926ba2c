// `npm run test:mutation [room]`: changes the sources of a room in small ways and counts which changes the tests see.
// Mutants that a test saw are not tried again while neither the source nor that test changes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node';
import { type Mutant, makeMutants, shuffled } from './mutants.ts';
import { LEFT_OUT, ROOMS, type Room } from './rooms.ts';
import type { Noted } from './runner.ts';
import { compiler } from './types.ts';

/** What became of a mutant: by which test file it was seen, and what that was then. */
interface Seen {
  by: string;
  hash: string;
}

const CACHE = 'node_modules/.cache/lemming/mutation';
/** Test files that are tried with a mutant of what is done while modules are loaded, and how long all of that may take: milliseconds. */
const LOADS = 3;
const LOADS_MS = 240_000;
/** Each mutant is tried by all tests of its room, and by a few of each other file; then by all. */
const TRIES = ['2', '1e9'];
/** Test files between two looks at the clock. */
const AT_ONCE = 24;
/** A process that is at one mutant for so long is in a loop without end: milliseconds. */
const STUCK_MS = 20_000;

/** The kernel lets tests make a Box in here only where a /proc can be seen of which nothing is covered; the Box itself covers /mnt. */
const WHOLE_PROC = 'mount -t proc proc /media 2> /dev/null; exec "$@"';

if (process.env.MUTATION_INSIDE === undefined) process.exit(inside());

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    most: { type: 'string', default: '1000' },
    seed: { type: 'string', default: 'lemming' },
    slow: { type: 'string', default: '2000' },
    // Tests wait for timers and disks more than for a processor.
    workers: { type: 'string', default: String(2 * availableParallelism() + 1) },
    minutes: { type: 'string', default: '60' },
    only: { type: 'string' },
    tests: { type: 'string', default: '' },
    fresh: { type: 'boolean', default: false },
  },
});
for (const name of positionals.length ? positionals : Object.keys(ROOMS)) await tryRoom(name, ROOMS[name] as Room);
// Vitest sets an exit code of its own: with mutants, tests fail.
process.exit(0);

/**
 * Nobody knows what a mutant does to paths and processes: all of it runs in a view of the machine in which only the cache and
 * an own /tmp can be written, with processes of its own and no network but its own loopback.
 */
function inside(): number {
  const temporary = join(process.cwd(), 'node_modules/.vite-temp');
  for (const folder of [CACHE, temporary]) mkdirSync(folder, { recursive: true });
  const cache = join(process.cwd(), CACHE);
  const view = [
    '--ro-bind',
    '/',
    '/',
    '--dev-bind',
    '/dev',
    '/dev',
    '--proc',
    '/proc',
    '--size',
    '2000000000',
    '--perms',
    '1777',
    '--tmpfs',
    '/tmp',
  ];
  const walls = ['--unshare-pid', '--unshare-net', '--unshare-ipc', '--die-with-parent', '--cap-add', 'ALL'];
  const script = process.argv.slice(1);
  const args = [
    ...walls,
    ...view,
    '--bind',
    cache,
    cache,
    '--tmpfs',
    temporary,
    '--setenv',
    'MUTATION_INSIDE',
    '1',
    '--',
    ...['sh', '-c', WHOLE_PROC, 'sh'],
  ];
  const { status, error } = spawnSync('bwrap', [...args, process.execPath, '--import', 'tsx', ...script], {
    stdio: 'inherit',
  });
  if (error) console.error('Mutants are tried in bubblewrap alone: install bubblewrap.');
  return status ?? 1;
}

async function tryRoom(name: string, room: Room): Promise<void> {
  const folder = join(CACHE, name);
  mkdirSync(folder, { recursive: true });
  const all = (await makeMutants(room, join(folder, 'sources'))).filter(
    ({ file }) => !values.only || file.includes(values.only),
  );
  const { chosen, refused } = sample(all, Number(values.most) || all.length, folder);
  const before = values.fresh ? {} : earlier(folder);
  const open = chosen.filter(({ key }) => !isStillSeen(before[key]));
  const tests = testsOf(room).filter((path) => new RegExp(values.tests).test(path));
  const started = Date.now();
  const { killed, covered, told } = await tryMutants(folder, open, tests, `tests/${room.tests[0]}`);
  const seen: Record<string, Seen> = { ...before };
  for (const { id, key } of open) {
    const by = killed.get(id);
    if (by) seen[key] = { by, hash: hashOf(by) };
  }
  writeFileSync(join(folder, 'seen.json'), JSON.stringify(seen));
  const alive = chosen.filter(({ id, key }) => !killed.has(id) && !isStillSeen(before[key]));
  const lines = alive
    .sort((a, b) => (a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1))
    .map((one) => survivor(one, covered.has(one.id)));
  writeFileSync(join(folder, 'survivors.txt'), `${lines.join('\n')}\n`);
  const dead = chosen.length - alive.length;
  const minutes = ((Date.now() - started) / 60_000).toFixed(1);
  console.log(
    `${name}: ${dead} of ${chosen.length} seen (${((100 * dead) / chosen.length).toFixed(1)} %), of ${all.length} mutants; ${refused} more do not compile; seed ${values.seed}; ${minutes} min; ${told}`,
  );
  console.log(byFile(chosen, alive));
}

/** So many mutants that compile, or all there are. What the compiler said is kept: a mutant's key changes with its file. */
function sample(mutants: readonly Mutant[], most: number, folder: string): { chosen: Mutant[]; refused: number } {
  const path = join(folder, 'compiles.json');
  const known: Record<string, boolean> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const refusedOf = compiler(process.cwd());
  const left = shuffled(mutants, values.seed);
  const chosen: Mutant[] = [];
  while (chosen.length < most && left.length) {
    const drawn = left.splice(0, most - chosen.length);
    const bad = refusedOf(drawn.filter(({ key }) => known[key] === undefined));
    for (const one of drawn) known[one.key] ??= !bad.has(one);
    chosen.push(...drawn.filter(({ key }) => known[key]));
    writeFileSync(path, JSON.stringify(known));
  }
  return { chosen, refused: mutants.length - left.length - chosen.length };
}

function earlier(folder: string): Record<string, Seen> {
  const path = join(folder, 'seen.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

function isStillSeen(seen: Seen | undefined): boolean {
  return seen !== undefined && existsSync(seen.by) && hashOf(seen.by) === seen.hash;
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
}

function testsOf({ tests }: Room): string[] {
  const paths = readdirSync('tests', { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.test.ts') && !LEFT_OUT.test(path),
  );
  return tests
    .flatMap((start) => paths.filter((path) => path.startsWith(start)).sort())
    .map((path) => join('tests', path));
}

interface Tried {
  /** Mutant → the test file that saw it. */
  killed: Map<string, string>;
  covered: Set<string>;
  told: string;
}

async function tryMutants(
  folder: string,
  mutants: readonly Mutant[],
  tests: readonly string[],
  own: string,
): Promise<Tried> {
  const log = join(folder, 'log.jsonl');
  writeFileSync(log, '');
  writeFileSync(
    join(folder, 'wanted.json'),
    JSON.stringify(mutants.map(({ id, file }) => [id, basename(file, '.ts')])),
  );
  for (const name of readdirSync(folder)) if (name.startsWith('now.')) rmSync(join(folder, name));
  Object.assign(process.env, {
    MUTATION_FOLDER: join(process.cwd(), folder),
    MUTATION_SLOW_MS: values.slow,
    MUTATION_OWN: own,
  });
  const killed = new Map<string, string>();
  if (mutants.length === 0) return { killed, covered: new Set(), told: 'nothing was open' };
  const vitest = await createVitest('test', {
    config: 'scripts/mutation/vitest.config.ts',
    watch: false,
    maxWorkers: Number(values.workers),
    onConsoleLog: () => false,
  });
  const stuck: Noted[] = [];
  const watch = setInterval(() => stuck.push(...endStuck(folder)), 2000);
  const end = Date.now() + Number(values.minutes) * 60_000;
  let left = 0;
  for (const tries of TRIES) {
    process.env.MUTATION_TRIES = tries;
    const files = [...tests];
    while (files.length && Date.now() < end) {
      const held = stuck.length;
      await vitest.runTestSpecifications(specifications(vitest, files.splice(0, AT_ONCE)));
      for (const noted of stuck.slice(held)) appendNoted(log, noted);
      files.unshift(...new Set(stuck.slice(held).map(({ file }) => file)));
    }
    left = files.length;
  }
  clearInterval(watch);
  const lines = readFileSync(log, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Noted);
  const of = (is: Noted['is']): Noted[] => lines.filter((line) => line.is === is);
  for (const { file, ids = [] } of [...of('killed'), ...of('doubtful')]) for (const id of ids) killed.set(id, file);
  const covered = new Set([...of('covers'), ...of('static')].flatMap(({ ids = [] }) => ids));
  const loaded = await tryLoaded(vitest, killed, of('static'), end);
  await vitest.close();
  const told = `${left} test files not reached by all, ${loaded} by loading anew, ${stuck.length} without an end, ${of('doubtful').length} doubtful, ${of('broken').length} tests broken, ${of('slow').length} too slow, ${mutants.filter(({ id }) => !covered.has(id)).length} mutants that no test comes upon`;
  return { killed, covered, told };
}

function appendNoted(log: string, noted: Noted): void {
  writeFileSync(log, `${JSON.stringify(noted)}\n`, { flag: 'a' });
}

function specifications(vitest: Vitest, files: readonly string[]): TestSpecification[] {
  return files.map((file) => vitest.getRootProject().createSpecification(join(process.cwd(), file)));
}

/** Ends processes that are at one mutant for too long: it was seen. A test that is so slow as it is is left out. */
function endStuck(folder: string): Noted[] {
  return readdirSync(folder).flatMap((name): Noted[] => {
    const pid = Number(/^now\.(\d+)$/.exec(name)?.[1] ?? 0);
    if (!pid || !existsSync(`/proc/${pid}`)) return [];
    try {
      const now = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
        id: string | null;
        file: string;
        test: string;
        at: number;
      };
      if (Date.now() - now.at < STUCK_MS) return [];
      rmSync(join(folder, name));
      process.kill(pid, 'SIGKILL');
      const { id, file, test } = now;
      return [id === null ? { is: 'slow', file, test } : { is: 'killed', file, test, ids: [id] }];
    } catch {
      return [];
    }
  });
}

/** What is done while modules are loaded is tried with modules that are loaded with the mutant. */
async function tryLoaded(
  vitest: Vitest,
  killed: Map<string, string>,
  loads: readonly Noted[],
  end: number,
): Promise<number> {
  const users = new Map<string, string[]>();
  for (const { file, ids = [] } of loads) for (const id of ids) users.set(id, [...(users.get(id) ?? []), file]);
  let found = 0;
  for (const [id, files] of users) {
    if (killed.has(id) || Date.now() > end + LOADS_MS) continue;
    process.env.MUTATION_STATIC = id;
    for (const file of new Set(files.slice(0, LOADS))) {
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications(vitest, [file]));
      if (unhandledErrors.length === 0 && testModules.every((module) => module.ok())) continue;
      killed.set(id, relative(process.cwd(), file));
      found++;
      break;
    }
  }
  delete process.env.MUTATION_STATIC;
  return found;
}

function survivor({ file, line, column, mutator, original, replacement }: Mutant, isCovered: boolean): string {
  const short = (text: string) => text.replace(/\s+/g, ' ').slice(0, 90);
  return `${file}:${line}:${column} ${mutator}${isCovered ? '' : ' (no test comes upon it)'}: ${short(original)} => ${short(replacement)}`;
}

function byFile(chosen: readonly Mutant[], alive: readonly Mutant[]): string {
  const files = [...new Set(chosen.map(({ file }) => file))].sort();
  const count = (mutants: readonly Mutant[], file: string) => mutants.filter((one) => one.file === file).length;
  return files
    .map((file) => [count(alive, file), count(chosen, file), file] as const)
    .filter(([left]) => left > 0)
    .sort((a, b) => b[0] - a[0])
    .map(([left, all, file]) => `  ${left} of ${all} alive in ${file}`)
    .join('\n');
}
