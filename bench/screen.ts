import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { realDisk } from '../src/disk/fs/real.ts';
import { buildOrg } from '../src/testing/build-org.ts';
import { median, ringPlan } from './ring.ts';

const MAIN = path.resolve('dist/main.js');
const ENGINE = path.resolve('bench/screen-engine.ts');
/** Turns a second. */
const TURNS = 5;
/** What begins a frame, and what a chosen row begins with. */
const FRAME = '\x1b[?2026h';
const CHOSEN = '\x1b[7m> ';

/** The screen in a pseudo-terminal while another process makes turns: share of a core, frames a second, answers to keys. */
export async function screen(
  root: string,
  { agents = 1000, rate = 200, seconds = 20, columns = 120, rows = 40 } = {},
): Promise<Record<string, number>> {
  const plan = ringPlan({ agents });
  const turns = Math.max(1, Math.round((agents / rate) * TURNS));
  const resumes = Object.keys(plan.edges).map((name, i) => [
    name,
    { schedule: { every: turns, offset: i % turns, when: 'always' } },
  ]);
  const edges = { human: Object.keys(plan.edges).slice(0, 1), ...plan.edges };
  buildOrg(realDisk(root), { ...plan, edges, resumes: Object.fromEntries(resumes) });
  const engine = spawn(process.execPath, [...process.execArgv, ENGINE, root, String(rate)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(engine.stdout, 'data');
  const command = `stty cols ${columns} rows ${rows}; exec ${process.execPath} ${MAIN} --org ${root} watch`;
  const pty = spawn('script', ['-qfec', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm-256color' } });
  try {
    return await measure(root, pty, seconds);
  } finally {
    pty.stdin.write('q');
    await Promise.race([once(pty, 'exit'), wait(3000)]);
    pty.kill();
    engine.kill();
    await once(engine, 'exit');
  }
}

async function measure(
  root: string,
  pty: ChildProcessWithoutNullStreams,
  seconds: number,
): Promise<Record<string, number>> {
  const start = performance.now();
  let frames = 0;
  let heard = (_text: string): void => {};
  pty.stdout.setEncoding('utf8').on('data', (text: string) => {
    frames += text.split(FRAME).length - 1;
    heard(text);
  });
  while (frames === 0) await wait(20);
  const first = performance.now() - start;
  await wait(3000);
  const pid = programOf(pty.pid ?? 0);
  const before = { cpu: cpuOf(pid), frames, turn: turnOf(root), time: performance.now() };
  await wait(seconds * 1000);
  const passed = (performance.now() - before.time) / 1000;
  const share = (cpuOf(pid) - before.cpu) / passed;
  const frameRate = (frames - before.frames) / passed;
  const turns = (turnOf(root) - before.turn) / passed;
  const answers: number[] = [];
  const keys = { cpu: cpuOf(pid), time: performance.now() };
  for (let i = 0; i < 40; i++) {
    await wait(90 + ((i * 37) % 160));
    const pressed = performance.now();
    const answered = new Promise<void>((resolve) => {
      heard = (text) => {
        if (text.includes(CHOSEN)) resolve();
      };
    });
    pty.stdin.write(i % 20 < 10 ? 'j' : 'k');
    await answered;
    answers.push(performance.now() - pressed);
  }
  const alone = cpuOf(pid) - keys.cpu - (share * (performance.now() - keys.time)) / 1000;
  answers.sort((a, b) => a - b);
  return {
    'first frame ms': first,
    'turns/s of the engine': turns,
    'share of a core %': share * 100,
    'frames/s': frameRate,
    'key median ms': median(answers),
    'key p95 ms': answers[37] ?? 0,
    'key worst ms': answers.at(-1) ?? 0,
    'processor ms a key': Math.max(0, (alone * 1000) / answers.length),
    'memory MB': memoryOf(pid),
  };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function turnOf(root: string): number {
  return fs.readdirSync(path.join(root, 'org/journal')).filter((name) => name.endsWith('.jsonl')).length;
}

/** The program below `script` and its shell. */
function programOf(pid: number): number {
  for (let at = pid; ; ) {
    const [child] = fs.readFileSync(`/proc/${at}/task/${at}/children`, 'utf8').split(' ');
    if (!child) return at;
    at = Number(child);
  }
}

/** Seconds of processor time that a process has used. */
function cpuOf(pid: number): number {
  const fields = fs
    .readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
