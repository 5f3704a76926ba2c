/** Tasks: 10,000 that are open, single acts of a person in an open organisation, and work beside mail. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { withEngine } from '../src/app/run-engine.ts';
import { create as hire } from '../src/commands/parts/agent-hire.ts';
import { askFor, createTask } from '../src/commands/work/task-ask.ts';
import { listTasks } from '../src/commands/work/task-look.ts';
import type { World } from '../src/commands/world.ts';
import { realDisk } from '../src/disk/fs/real.ts';
import { realMachine } from '../src/engine/machine.ts';
import { run } from '../src/engine/turn/run.ts';
import { buildOrg, type OrgPlan } from '../src/testing/build-org.ts';
import { makeRing, median } from './ring.ts';

/** Milliseconds of processor time of this process. */
async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** So many agents that answer by seed, a person, and tasks: id → front matter. */
export function lay(root: string, agents: number, tasks: Record<string, string>, more: Partial<OrgPlan> = {}): void {
  const names = Array.from({ length: agents }, (_, i) => `a${i}`);
  const edges = { human: names, ...Object.fromEntries(names.map((name) => [name, ['human']])) };
  const files = Object.entries(tasks).map(([id, head]) => [`org/tasks/${id}.md`, `---\n${head}---\nDo it.\n`] as const);
  buildOrg(realDisk(root), {
    edges,
    models: { default: { provider: 'simulated', options: { body_chars: 600, reply_rate: 1 } } },
    resumes: Object.fromEntries(names.map((name) => [name, { capabilities: ['any'] }])),
    files: Object.fromEntries(files),
    ...more,
  });
  const then = new Date(Date.now() - 3_600_000);
  for (const [file] of files) fs.utimesSync(path.join(root, file), then, then);
}

function envOf(root: string): Record<string, string> {
  return { LEMMING_HOME: `${root}.home` };
}

const OPEN = 10_000;

/** 10,000 tasks of ten agents, all of which wait for a person. */
export async function manyOpen(root: string, main: string): Promise<Record<string, number>> {
  const tasks: Record<string, string> = { gate: 'title: Decide\nassignee: human\n' };
  for (let n = 0; n < OPEN; n++) tasks[`t${n}`] = `title: Piece of work ${n}\nassignee: a${n % 10}\nneeds: [gate]\n`;
  lay(root, 10, tasks);
  const place = { machine: realMachine, root, env: envOf(root) };
  const figures: Record<string, number> = {};
  const cpu: number[] = [];
  const system: number[] = [];
  await withEngine(place, 'bench', async (engine) => {
    figures['first freeze ms'] = await cpuOf(() => engine.turn());
    for (let turn = 0; turn < 25; turn++) {
      const before = process.cpuUsage();
      await engine.turn();
      const { user, system: own } = process.cpuUsage(before);
      if (turn < 4) continue; // code is compiled
      cpu.push((user + own) / 1000);
      system.push(own / 1000);
    }
    figures['turn ms'] = median(cpu);
    figures['of it system ms'] = median(system);
  });
  figures['state.json MB'] = fs.statSync(path.join(root, '.lemming/state.json')).size / 1e6;
  const starts: number[] = [];
  for (let n = 0; n < 7; n++) starts.push(await cpuOf(() => withEngine(place, 'bench', async () => {})));
  figures['start and end ms'] = median(starts);
  const [bare, list] = beside(
    [() => ['-e', '0'], () => [main, '--org', root, 'task', 'list', '--json']],
    envOf(root),
    9,
  ) as [Timed, Timed];
  return {
    ...figures,
    'task list ms': list.ms,
    'task list cpu ms': list.cpu,
    'node -e 0 ms': bare.ms,
    'node -e 0 cpu ms': bare.cpu,
  };
}

interface Timed {
  ms: number;
  /** Of the processor, all threads. */
  cpu: number;
}

/** The medians of processes that are run turn about. */
function beside(all: (() => string[])[], env: Record<string, string>, rounds: number): Timed[] {
  const preload = path.join(path.dirname(env.LEMMING_HOME as string), 'cpu.cjs');
  const said = `${preload}.out`;
  fs.writeFileSync(
    preload,
    `process.on('exit',()=>{const u=process.cpuUsage();require('node:fs').writeFileSync(${JSON.stringify(said)},String(u.user+u.system))})`,
  );
  const times = all.map(() => ({ ms: [] as number[], cpu: [] as number[] }));
  for (let round = 0; round <= rounds; round++)
    for (const [i, line] of all.entries()) {
      const args = line();
      const start = performance.now();
      const { status, stderr } = spawnSync(process.execPath, ['--require', preload, ...args], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
      if (round === 0) continue; // the first one keeps what the others find
      times[i]?.ms.push(performance.now() - start);
      times[i]?.cpu.push(Number(fs.readFileSync(said, 'utf8')) / 1000);
    }
  return times.map(({ ms, cpu }) => ({ ms: median(ms), cpu: median(cpu) }));
}

/** What a person does in an organisation of 100 agents and 200 tasks: within an open one, and as commands. */
export async function singleActs(root: string, main: string): Promise<Record<string, number>> {
  const tasks: Record<string, string> = {};
  for (let n = 0; n < 200; n++) tasks[`t${n}`] = `title: Piece of work ${n}\nneeds: [gate]\n`;
  lay(root, 100, { gate: 'title: Decide\nassignee: human\n', ...tasks });
  realDisk(root).create('org/templates/worker.md', fs.readFileSync('templates/agents/worker.md'));
  const env = envOf(root);
  await withEngine({ machine: realMachine, root, env }, 'bench', async (engine) => {
    for (let turn = 0; turn < 3; turn++) await engine.turn();
  });
  const world = worldIn(root);
  const assign = askFor('assign');
  const create = (n: number) => createTask(world, { args: { title: `New ${n}` }, flags: {} });
  const seen = async (n: number) => {
    await create(n);
    const { outcome } = await listTasks(world, { flags: {} });
    if (!outcome.data.tasks.some(({ title }) => title === `New ${n}`)) throw new Error('the task is not seen');
  };
  const acts: Record<string, (n: number) => Promise<unknown>> = {
    create,
    assign: (n) => assign(world, { args: { id: `t${n}`, assignee: `a${n}` }, flags: {} }),
    'register an agent': (n) => hire(world, { args: { agent: `new${n}` }, flags: {}, rest: [] } as never),
    'create, and see it in the list': (n) => seen(1000 + n),
  };
  const figures: Record<string, number> = {};
  for (const [name, act] of Object.entries(acts)) {
    const times: number[] = [];
    for (let n = 0; n < 15; n++) times.push(await cpuOf(() => act(n)));
    figures[`${name} ms`] = median(times.slice(2));
  }
  await withEngine({ machine: realMachine, root, env }, 'bench', (engine) => engine.turn()); // takes in what was asked
  const words = [
    ['task', 'create', 'Another'],
    ['task', 'assign', 't50', 'a1'],
    ['task', 'list'],
  ];
  let round = 0;
  const lines = words.map((some) => () => [
    main,
    '--org',
    root,
    ...some.map((word) => (word === 't50' ? `t${50 + round++}` : word)),
  ]);
  const [bare, ...commands] = beside([() => ['-e', '0'], ...lines], env, 9) as [Timed, ...Timed[]];
  for (const [i, timed] of commands.entries())
    figures[`lemming ${words[i]?.slice(0, 2).join(' ')}: times node -e 0`] = timed.cpu / bare.cpu;
  return figures;
}

function worldIn(root: string): World {
  const ignore = (): void => {};
  return {
    machine: realMachine,
    root,
    cwd: root,
    env: envOf(root),
    json: false,
    interactive: false,
    say: ignore,
    print: ignore,
    sketch: ignore,
    stdin: async () => '',
    lines: async function* () {},
    signal: new AbortController().signal,
  };
}

const AGENTS = 100;

/** Visits for each second of processor time: 1,000 free tasks, and as many letters of the same agents. */
export async function besideMail(fresh: (name: string) => string): Promise<Record<string, number>> {
  const ratios: number[] = [];
  const [work, mail] = [[] as number[], [] as number[]];
  for (let round = 0; round < 5; round++) {
    const root = fresh('work');
    const tasks: Record<string, string> = {};
    for (let n = 0; n < 10 * AGENTS; n++) tasks[`t${n}`] = `title: Piece of work ${n}\ncapability: any\n`;
    lay(root, AGENTS, tasks);
    const worked = await visitsOf(root, { untilIdle: true });
    const ring = fresh('mail');
    makeRing(ring, { agents: AGENTS });
    const mailed = await visitsOf(ring, { turns: 10 });
    if (round === 0) continue; // code is compiled
    work.push(worked);
    mail.push(mailed);
    ratios.push(worked / mailed);
  }
  return { 'visits/s with tasks': median(work), 'visits/s with mail': median(mail), ratio: median(ratios) };
}

async function visitsOf(root: string, wish: { untilIdle?: true; turns?: number }): Promise<number> {
  let visits = 0;
  const { signal } = new AbortController();
  const told = (report: { visits: readonly unknown[] }): void => {
    visits += report.visits.length;
  };
  const ms = await withEngine({ machine: realMachine, root, env: envOf(root) }, 'bench', (engine, clock) =>
    cpuOf(() => run(engine, clock, { ...wish, signal, told })),
  );
  return (visits / ms) * 1000;
}
