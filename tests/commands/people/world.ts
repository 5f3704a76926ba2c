import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { commandNamed, loadOf } from '../../../scripts/commands.ts';
import { withEngine } from '../../../src/app/run-engine.ts';
import type { TurnReport } from '../../../src/engine/log/report.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { run as runTurns } from '../../../src/engine/turn/run.ts';
import { runCli } from '../../../src/faces/cli/cli.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { ownedEnv } from '../../home.ts';
import { checkedLoad } from '../checked.ts';
import { scratchOrg } from '../world.ts';

/** What a command line said and how it ended. */
export interface Said {
  exit: number;
  out: string;
  err: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a script would get from JSON.parse
  data: any;
}

export interface LineWish {
  stdin?: string | AsyncIterable<string>;
  env?: Record<string, string | undefined>;
  signal?: AbortSignal;
  cwd?: string;
  /** Told of each piece of output as it comes. */
  onOut?(text: string): void;
}

/** Types a command line in the org at `root`; `data` is its JSON, asked for by `--json`. */
export async function lemming(root: string, words: string[], wish: LineWish = {}): Promise<Said> {
  const verb = words[0] as string;
  const file = await commandNamed(verb);
  const said = { out: '', err: '' };
  const terminal = {
    cwd: wish.cwd ?? root,
    env: ownedEnv(root, wish.env),
    interactive: false,
    stdin: () => Readable.from(typeof wish.stdin === 'string' ? [wish.stdin] : (wish.stdin ?? [])),
    out: (text: string) => {
      said.out += text;
      wish.onOut?.(text);
    },
    err: (text: string) => {
      said.err += text;
    },
    signal: wish.signal ?? new AbortController().signal,
  };
  const exit = await runCli({ version: '0', commands: [file.command] }, checkedLoad(loadOf([file])), terminal, [
    '--org',
    root,
    ...words,
  ]);
  return { exit, ...said, data: words.includes('--json') ? lastObject(said.out) : null };
}

/** The outcome of a command: what it prints last, over several lines. */
function lastObject(out: string): unknown {
  const at = out.startsWith('{\n') ? 0 : out.lastIndexOf('\n{\n');
  return at < 0 ? null : JSON.parse(out.slice(at));
}

/** The objects that a command printed as it went on, a line each. */
export function objectsIn(out: string): Record<string, unknown>[] {
  return out.split('\n').flatMap((line) => (line.startsWith('{"') ? [JSON.parse(line)] : []));
}

/** Makes turns with an engine of its own. */
export async function turns(root: string, n: number, env = {}): Promise<TurnReport[]> {
  return withEngine({ machine: realMachine, root, env }, 'test', async (engine, clock) => {
    const report = await runTurns(engine, clock, { turns: n, signal: new AbortController().signal, onTurn: () => {} });
    return report.reports;
  });
}

/** Makes turns until nobody is due. */
export async function untilIdle(root: string): Promise<TurnReport[]> {
  return withEngine({ machine: realMachine, root, env: ownedEnv(root) }, 'test', async (engine, clock) => {
    const report = await runTurns(engine, clock, {
      untilIdle: true,
      turns: 100,
      signal: new AbortController().signal,
      onTurn: () => {},
    });
    return report.reports;
  });
}

export function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

export function textOf(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function exists(root: string, path: string): boolean {
  return existsSync(join(root, path));
}

const send = (input: Record<string, unknown>) => ({ tool: 'send_message', input });

/** A small office: the manager answers at once, or asks the planner, who answers; hr has no edge to the human's coder. */
export const OFFICE: OrgPlan = {
  name: 'office',
  edges: {
    human: ['manager', 'planner', 'hr'],
    manager: ['planner', 'human'],
    planner: ['manager', 'human'],
    hr: ['human'],
    coder: ['planner'],
  },
  models: { default: { provider: 'scripted', script: 'org/script.yaml', price: { per_call: 0.01 } } },
  credits: { agents: { manager: { grant: 10 }, planner: { grant: 10 }, hr: { grant: 10 } } },
  rules: [
    {
      when: { agent: 'manager', from: 'human', body: 'plan' },
      reply: { acts: [send({ to: 'planner', body: 'What is the plan?' })] },
    },
    {
      when: { agent: 'manager', from: 'planner' },
      reply: { acts: [send({ to: 'human', body: 'The plan is ready.', kind: 'report' })] },
    },
    { when: { agent: 'manager', from: 'human', body: 'nothing' }, reply: { text: '' } },
    {
      when: { agent: 'manager', from: 'human', body: 'coder' },
      reply: { acts: [send({ to: 'coder', body: 'Please build.' })] },
    },
    { when: { agent: 'manager', result: 'edge' }, reply: { text: '' } },
    {
      when: { agent: 'manager', from: 'human' },
      reply: { acts: [send({ to: '{from}', body: 'Heard: {body}', reply_to: '{id}', kind: 'response' })] },
    },
    {
      when: { agent: 'planner', from: 'manager' },
      reply: { acts: [send({ to: 'manager', body: 'Here is the plan.' })] },
    },
    {
      when: { agent: 'planner', from: 'human' },
      reply: { acts: [send({ to: 'human', body: 'Planner says hello.' })] },
    },
    { when: { agent: 'hr', from: 'human', body: 'garbage' }, reply: { error: 'malformed' } },
    { when: { agent: 'hr', from: 'human', body: 'down' }, reply: { error: 'unavailable' } },
    { when: { agent: 'hr' }, reply: { text: '' } },
  ],
};

export function office(plan: Partial<OrgPlan> = {}): string {
  return scratchOrg({ ...OFFICE, ...plan });
}
