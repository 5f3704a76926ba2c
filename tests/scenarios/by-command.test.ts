import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratchOrg } from '../commands/world.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A command as a person types it, in a process of its own. */
function lemming(root: string, ...words: string[]) {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run npm run build first.');
  const env = { PATH: process.env.PATH };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  const data = words.includes('--json') ? JSON.parse(stdout) : null;
  return { exit: status, out: stdout, err: stderr, data };
}

/** A command that goes on, and what it has said by now. */
function start(root: string, ...words: string[]) {
  const child = spawn(process.execPath, [MAIN, ...words], { cwd: root, env: { PATH: process.env.PATH } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const seen = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (seen.out += chunk));
  child.stderr.on('data', (chunk) => (seen.err += chunk));
  return { child, seen };
}

async function until(is: () => boolean): Promise<void> {
  for (const ends = Date.now() + 45_000; !is(); await wait(50))
    if (Date.now() > ends) throw new Error('It did not come to that.');
}

async function stop(child: ChildProcess): Promise<number | null> {
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  return code;
}

/** a and b work in every turn, a quarter of a second each. */
function busy(): string {
  return scratchOrg({
    org: { clock: { turn_seconds: 0 } },
    edges: { human: ['a', 'b'], a: ['human'], b: ['human'] },
    models: { default: { provider: 'simulated', options: { latency: { mean_ms: 250 } } } },
    resumes: { a: { schedule: { when: 'always' } }, b: { schedule: { when: 'always' } } },
  });
}

const callsIn = (root: string): Record<string, number> => {
  const { by_agent } = lemming(root, 'costs', '--json').data;
  return { a: by_agent.a.calls, b: by_agent.b.calls };
};

describe('control, by commands from another terminal', () => {
  it('scenario 28: pause lets calls end and starts no new ones, resume goes on at the same turn, step makes one', async () => {
    const root = busy();
    const { child, seen } = start(root, 'run');
    await until(() => lemming(root, 'status', '--json').data.turn >= 2);
    expect(lemming(root, 'pause').exit).toBe(0);
    await until(() => seen.err.includes('no agent was due')); // in the turn that takes it; the one before was finished
    expect(lemming(root, 'inspect', 'a', '--json').data.next_turn.why).toBe('the organisation is paused');
    const { turn } = lemming(root, 'status', '--json').data;
    const calls = callsIn(root);
    await wait(1000);
    expect([lemming(root, 'status', '--json').data.turn, callsIn(root)]).toEqual([turn, calls]);
    expect(lemming(root, 'step').exit).toBe(5);
    expect(await stop(child)).toBe(130);

    const step = lemming(root, 'step', '--json').data;
    expect([step.turns, step.visits.map((visit: { agent: string }) => visit.agent)]).toEqual([1, ['a', 'b']]);
    const alone = lemming(root, 'step', '--agent', 'b', '--json').data;
    expect(alone.visits.map((visit: { agent: string }) => visit.agent)).toEqual(['b']);
    expect(lemming(root, 'run', '--until-idle', '--json').data.turns).toBe(0);
    const before = lemming(root, 'status', '--json').data;
    expect(before.state).toBe('paused');
    expect(lemming(root, 'resume').exit).toBe(0);
    const { visits } = lemming(root, 'run-once', '--json').data;
    expect(visits.map((visit: { turn: number; agent: string }) => [visit.turn, visit.agent])).toEqual([
      [before.turn + 1, 'a'],
      [before.turn + 1, 'b'],
    ]);
  });

  it('scenario 31: inspect shows state, why it ran or not, edges, credits, health, memory, skills', () => {
    const root = scratchOrg({
      edges: { human: ['hr', 'a'], hr: ['human'], a: ['hr'] },
      models: { default: { provider: 'scripted', script: 'org/script.yaml', price: { per_call: 0.5 } } },
      credits: { agents: { hr: { grant: 3, soft: 1 } } },
      resumes: { hr: { tools: ['remember'], skills: [], schedule: { every: 4, offset: 1 } } },
      rules: [
        { when: { agent: 'hr' }, reply: { acts: [{ tool: 'remember', input: { key: 'staff', text: 'Two.' } }] } },
      ],
    });
    expect(lemming(root, 'send', 'hr', 'Who is there?').exit).toBe(0);
    lemming(root, 'run', '--turns', '2');
    const { data } = lemming(root, 'inspect', 'hr', '--json');
    expect(data).toMatchObject({
      state: 'idle',
      health: 'healthy',
      last_turn: { turn: 2, ran: false, why: 'no mail' },
      next_turn: { turn: 3, due: false },
      edges: { writes_to: ['human'], reads_from: ['human', 'a'], one_sided: [] },
      credits: { granted: 3, spent: 0.5, left: 2.5, soft: 1 },
      memory: ['staff'],
      skills: [],
    });
    const { out } = lemming(root, 'inspect', 'hr');
    for (const word of ['state', 'last turn', 'next turn', 'writes to', 'credits', 'memory', 'staff', '2.5 left of 3'])
      expect(out).toContain(word);
  });

  it('scenario 32: logs -f shows new lines, filters combine, and a rotated file is followed', async () => {
    const root = busy();
    lemming(root, 'run', '--turns', '1');
    const { child, seen } = start(root, 'logs', '-f', 'a', '--level', 'error', '--since', '10m');
    const log = join(root, 'agents/a/logs/activity.jsonl');
    const line = (text: string, more: object = {}): string =>
      `${JSON.stringify({ time: new Date().toISOString(), org: 'test', turn: 1, agent: 'a', level: 'error', module: 'engine', event: 'visit', text, ...more })}\n`;
    await until(() => existsSync(log));
    await until(() => {
      appendFileSync(log, line('is anybody there?'));
      return seen.out.includes('is anybody there?');
    });
    appendFileSync(log, line('too old', { time: '2020-01-01T00:00:00.000Z' }) + line('no error', { level: 'info' }));
    appendFileSync(log, line('first'));
    await until(() => seen.out.includes('first'));
    appendFileSync(log, line('second'));
    renameSync(log, join(root, 'agents/a/logs/activity.1.jsonl'));
    appendFileSync(log, line('third'));
    await until(() => seen.out.includes('third'));
    expect(await stop(child)).toBe(130);
    expect(seen.out.match(/first|second|third|too old|no error/g)).toEqual(['first', 'second', 'third']);
  });
});
