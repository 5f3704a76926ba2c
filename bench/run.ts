/**
 * The figures of docs/performance.md: `npm run bench` for all, `npm run bench -- --short` for the engine and the floor alone,
 * `--check` for the same with a fault where a ratio has left the range that bench/bounds.json records, `--calls` for what calls
 * cost, `--hands` for what tools cost, `--memory` for searches of memory and mail, `--screen` for the terminal screen,
 * `--tasks` for tasks, `--langgraph` for LangGraph.js beside the engine, `--nodes` for other versions of Node. Engine and
 * floor take turns in one run on the same disk, so that a noisy machine disturbs both alike.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { realHost } from '../src/disk/fs/host.ts';
import { realDisk } from '../src/disk/fs/real.ts';
import { readJournal } from '../src/disk/journal/journal.ts';
import { JournalFiles } from '../src/engine/replay/journal-files.ts';
import { Recompute } from '../src/engine/replay/recompute.ts';
import { provider } from '../src/providers/find.ts';
import { TOOLS } from '../src/tools/all.ts';
import { manyAgents, wrappers } from './calls.ts';
import { type Ratio, throughput, visitCost } from './engine.ts';
import { boxStart, reads } from './hands.ts';
import { langgraph } from './langgraph.ts';
import { mailSearches, searches } from './memory.ts';
import { nodes } from './nodes.ts';
import { makeRing, median, type RingWish, timeRing, writeFiles } from './ring.ts';
import { screen } from './screen.ts';
import { besideMail, manyOpen, singleActs } from './tasks.ts';

const MAIN = path.resolve('dist/main.js');
const BOUNDS: Record<string, [low: number, high: number]> = JSON.parse(fs.readFileSync('bench/bounds.json', 'utf8'));
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'lemming-bench-'));
const fresh = (name: string): string => fs.mkdtempSync(path.join(base, `${name}-`));
const wants = (name: string): boolean => process.argv.includes(`--${name}`);

console.log(`Node ${process.version}, ${os.cpus().length} cores, folder ${base}`);
/** One part alone; null: all of them, but for the screen. */
const part =
  ['short', 'check', 'calls', 'hands', 'memory', 'tasks', 'screen', 'langgraph', 'nodes'].find(wants) ?? null;
const all = part === null;
if (all || part === 'short' || part === 'check') {
  const root = await engineAndFloor({ agents: 1000 }, part === 'short' ? 15 : 40);
  await engineAndFloor({ agents: 1000, priced: true }, part === 'short' ? 15 : 40);
  print('a visit of the ring', { ...visitCost(fresh, 1000) });
  if (all) await replays(root);
}
if (all) {
  await engineAndFloor({ agents: 10_000 }, 15);
  await oldMessages();
  coldStarts();
  memory();
}
if (all || part === 'memory') {
  for (const [title, figures] of await searches(fresh('memory'))) print(`search of 50,000 entries, ${title}`, figures);
  for (const [title, figures] of await mailSearches(fresh('mail')))
    print(`search of 50,000 messages, ${title}`, figures);
}
if (all || part === 'hands') {
  print('start of a Box', await boxStart(fresh('box')));
  print('1,000 reads', await reads(fresh('reads')));
}
if (all || part === 'calls') {
  print('wrappers', await wrappers());
  print('a turn at a latency of 1 s', await manyAgents(fresh('many'), 256, 1000));
}
if (all || part === 'tasks') {
  print('1,000 free tasks on 100 agents', await besideMail(fresh));
  print('10,000 open tasks', await manyOpen(fresh('open'), MAIN));
  print('100 agents, 200 tasks', await singleActs(fresh('acts'), MAIN));
}
if (part === 'langgraph')
  print('ring of 1000, beside LangGraph.js with its SQLite saver', { ...(await langgraph(fresh, 1000)) });
if (part === 'nodes')
  for (const [version, figures] of nodes(fresh('nodes'), [20, 22, 24])) print(`Node ${version}`, { ...figures });
if (part === 'screen') {
  for (const [columns, rows] of [
    [80, 24],
    [120, 40],
    [200, 60],
  ] as const)
    print(
      `screen of ${columns}x${rows}, 1000 agents, 200 messages/s`,
      await screen(fresh('screen'), { columns, rows }),
    );
}

/** Prints a throughput; returns the folder of the ring. */
async function engineAndFloor(wish: RingWish, pairs: number): Promise<string> {
  const name = `ring of ${wish.agents}${wish.priced ? ', calls with a price' : ''}`;
  const folders = new Map<string, string>();
  const folder = (kind: string): string => {
    folders.set(kind, fresh(kind));
    return folders.get(kind) as string;
  };
  const { floor, engine, speed } = await throughput(folder, wish, pairs);
  const root = folders.get('ring') as string;
  print(`engine, ${name}`, {
    'floor us/visit': floor,
    'engine us/visit': engine,
    'visits/s': 1e6 / engine,
    'engine/floor speed': speed,
    'journal bytes / message bytes': journalShare(root, wish.agents),
  });
  if (part === 'check') check(name, speed);
  return root;
}

/** A ratio that left its recorded range as a whole is no noise. */
function check(name: string, { low, high }: Ratio): void {
  const [least, most] = BOUNDS[name] ?? [0, Number.POSITIVE_INFINITY];
  if (high >= least && low <= most) return;
  process.exitCode = 1;
  console.log(`${name}: the recorded range is ${least} to ${most}`);
}

function journalShare(root: string, agents: number): number {
  const outbox = path.join(root, 'agents/a0/outbox');
  const messages = fs.readdirSync(outbox).sort();
  const last = messages.at(-1) as string;
  const journal = fs.statSync(path.join(root, 'org/journal', `${last.slice(0, 6)}.jsonl`)).size;
  return journal / (fs.statSync(path.join(outbox, last)).size * agents);
}

/** Every file made again from the journal, beside the raw writing of as many; and every visit made again from its reply. */
async function replays(root: string): Promise<void> {
  const disk = realDisk(root);
  const written = fresh('written');
  for (let i = 0; i < 1000; i++) fs.mkdirSync(path.join(written, `f${i}`));
  const refold = new JournalFiles(realDisk(fresh('replayed')));
  const times = { floor: [] as number[], redo: [] as number[] };
  const groups = readJournal(disk, []);
  for (let next = groups.next(), round = 0; !next.done; round++) {
    const start = performance.now();
    for (const turn = refold.turns; !next.done && refold.turns === turn; next = groups.next()) refold.take(next.value);
    times.redo.push(performance.now() - start);
    times.floor.push(writeFiles(written, 1000, round));
  }
  const [floor, redo] = [median(times.floor), median(times.redo)];
  const recompute = new Recompute(TOOLS, { host: realHost(root), provider });
  const again = await timeOf(async () => {
    for (const group of readJournal(disk, [])) await recompute.take(group);
  });
  if (recompute.divergence) throw new Error(`the replay differs: ${JSON.stringify(recompute.divergence)}`);
  print('replay', {
    'floor us/file': floor,
    'redo us/file': redo,
    'redo/floor speed': floor / redo,
    'recompute us/visit': (again / recompute.visits) * 1000,
  });
}

async function timeOf(work: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Time of a turn with 10,000 and with 100,000 old messages. */
async function oldMessages(): Promise<void> {
  const times = await timeRing(fresh('old'), { agents: 1000 }, 112);
  const young = median(times.slice(10, 22));
  const old = median(times.slice(100, 112));
  print('turn time by old messages', { '10,000: ms': young, '100,000: ms': old, ratio: old / young });
}

/** `lemming --help` and `lemming status` against `node -e 0`. */
function coldStarts(): void {
  const bare = timed(['-e', '0']);
  const help = timed([MAIN, '--help']);
  const root = bigOrg();
  timed([MAIN, '--org', root, 'status', '--json'], 1);
  const status = timed([MAIN, '--org', root, 'status', '--json']);
  print('cold starts', {
    'node -e 0 ms': bare,
    '--help ms': help,
    'status ms': status,
    'help ratio': help / bare,
    'status ratio': status / bare,
  });
}

/** 1,000 agents and 100,000 messages, made by the command line itself. */
function bigOrg(): string {
  const root = simulatedOrg();
  execFileSync(process.execPath, [MAIN, '--org', root, 'run', '--turns', '100'], { stdio: 'ignore' });
  return root;
}

function simulatedOrg(): string {
  const root = fresh('simulated');
  makeRing(root, { agents: 1000 });
  return root;
}

function timed(args: string[], times = 11): number {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    spawnSync(process.execPath, args, { stdio: 'ignore' });
    all.push(performance.now() - start);
  }
  return median(all);
}

/** Peak memory of `lemming run` with 1,000 agents: the maximum resident set that the kernel tells of the child. */
function memory(): void {
  const root = simulatedOrg();
  const peak = peakOfChild(root);
  print('memory of a run of 1,000 agents', { 'peak MB': peak });
}

/** Runs the command under a preload that prints its own high-water mark. */
function peakOfChild(root: string): number {
  const preload = path.join(base, 'peak.cjs');
  fs.writeFileSync(
    preload,
    "process.on('exit',()=>require('node:fs').writeFileSync(process.env.PEAK_FILE,String(process.resourceUsage().maxRSS)))",
  );
  const file = path.join(base, 'peak');
  spawnSync(process.execPath, ['--require', preload, MAIN, '--org', root, 'run', '--turns', '40'], {
    stdio: 'ignore',
    env: { ...process.env, PEAK_FILE: file },
  });
  return Number(fs.readFileSync(file, 'utf8')) / 1000;
}

function print(title: string, figures: Record<string, number | Ratio | null>): void {
  const cells = Object.entries(figures).map(([name, value]) => `${name} ${printed(value)}`);
  console.log(`${title}: ${cells.join(', ')}`);
}

function printed(value: number | Ratio | null): string {
  if (value === null) return 'not measured';
  if (typeof value === 'object') return `${printed(value.median)} (${printed(value.low)} to ${printed(value.high)})`;
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
