import { PROVIDER_FAILURES, REPLY_FAILURES } from '../core/model/call.ts';
import { PRIORITIES } from '../schema/records/message.ts';
import type { Request } from '../schema/records/request.ts';
import type { OrgPlan } from './build-org.ts';

/** A source of choices: each call gives a whole number from 0 up to, not including, `below`. */
export type Draw = (below: number) => number;

/** Choices from a list of numbers; 0 when the list has too little left, so that a shorter list means simpler things. */
export function drawsOf(numbers: readonly number[]): Draw {
  let next = 0;
  return (below) => (numbers[next++] ?? 0) % below;
}

/** Names of agents, most of which trouble some locale: dotted and dotless i, digits, hyphens. */
const NAMES = ['ada', 'ines', 'io', 'i', 'zz-9', 'bob_2', 'x'];

/** Both lists of an agent in the chart. */
export interface Ends {
  send_to: string[];
  read_from: string[];
}

/** An organisation with one person, `human`. Any edge may have one end only. */
export interface Sketch {
  agents: string[];
  plan: OrgPlan;
}

/** A chart in which each agent names some others, `*` or `@team` on either side. */
export function chartOf(draw: Draw, names: readonly string[]): Record<string, Ends> {
  const side = (): string[] => {
    const wide = draw(6);
    if (wide === 0) return ['*'];
    if (wide === 1) return ['@team', ...names.slice(0, 1)];
    return names.filter(() => draw(3) > 0);
  };
  return Object.fromEntries(names.map((name) => [name, { send_to: side(), read_from: side() }]));
}

/** An organisation of two to seven agents that call the model of a provider named `actor`, with `spare` behind it. */
export function sketchOf(draw: Draw): Sketch {
  const agents = NAMES.slice(0, 2 + draw(NAMES.length - 1));
  const names = ['human', ...agents];
  const credits = {
    org: { cap: 0.2 + draw(40) / 10, ...(draw(3) ? {} : { per_turn: 0.03 }) },
    units: draw(2) ? {} : { team: { cap: 0.1 + draw(20) / 10 } },
    agents: Object.fromEntries(agents.map((name) => [name, grantOf(draw)])),
  };
  const chart = { version: 1, agents: chartOf(draw, names) };
  const plan: OrgPlan = {
    edges: Object.fromEntries(names.map((name) => [name, []])),
    org: {
      limits: {
        hops: 2 + draw(6),
        max_attempts: 1 + draw(3),
        inbox_tokens: 200 + draw(3) * 200,
        live_turns: 1 + draw(50),
      },
      summary: draw(2) ? { agent: agents[0], every: 2 + draw(3) } : null,
    },
    models: {
      default: { provider: 'actor', price: priceOf(draw), ...(draw(2) ? { fallback: ['spare'] } : {}) },
      spare: { provider: 'spare', price: priceOf(draw) },
    },
    credits,
    resumes: Object.fromEntries(agents.map((name) => [name, resumeOf(draw)])),
    files: {
      'org/chart.yaml': JSON.stringify(chart),
      'org/templates/helper.md': TEMPLATE,
      'org/units/team.md': `---\nmembers: ${JSON.stringify(agents.filter(() => draw(2)))}\n---\nThe team.\n`,
    },
  };
  return { agents, plan: { ...plan, org: { ...plan.org, ...asksOf(draw, agents[0] as string), ...pricesOf(draw) } } };
}

/** Tools of each kind cost something in about half of all organisations. */
function pricesOf(draw: Draw): object {
  const some = (): number => (1 + draw(20)) / 1000;
  return draw(2) ? { tools: { prices: { send_message: some(), write_file: some(), remember: some() } } } : {};
}

/** Far more than most agents have. */
const TEMPLATE =
  '---\nrole: Helps\ntools: [write_file, remember, shell, hire_agent, retire_agent]\nskills: ["*"]\nshared: ["."]\n---\nYou help.\n';

/** What is held for the human, and what happens when nobody answers. */
function asksOf(draw: Draw, agent: string): object {
  return {
    policies: [
      ...(draw(2) ? [{ act: `send_message to:${agent}`, do: { ask: ['human'] } }] : []),
      ...(draw(4) ? [{ act: 'hire_agent', do: 'auto' }] : []),
    ],
    approvals: { timeout: draw(2) ? `${1 + draw(4)} turns` : null, default: draw(2) ? 'approve' : 'deny' },
  };
}

function grantOf(draw: Draw): object {
  return {
    grant: draw(30) / 10,
    ...(draw(3) ? {} : { soft: 0.05 }),
    ...(draw(4) ? {} : { per_turn: 0.02 }),
    ...(draw(4) ? {} : { per_day: 0.3 }),
  };
}

function priceOf(draw: Draw): object {
  return draw(2) ? { per_call: 0.01 } : { input: 1, output: 5 };
}

function resumeOf(draw: Draw): Record<string, unknown> {
  const schedule = { every: 1 + draw(3), offset: draw(2), when: draw(4) ? 'mail' : 'always' };
  const tools = ['write_file', draw(4) ? 'remember' : 'ask:remember', 'recall', 'hire_agent', 'retire_agent'];
  return { schedule, tools, shared: draw(2) ? ['.'] : ['notes'], ...(draw(2) ? {} : { unit: 'team' }) };
}

/** How a call of an agent may fail: as providers fail, with nonsense, or with an error nobody foresaw. */
export const FAILURES = [...PROVIDER_FAILURES, ...REPLY_FAILURES, 'nonsense', 'error'] as const;

/** A thing that happens to an organisation. `pick` chooses among what is there: the mail that waits, dead letters. */
export type Deed =
  | { do: 'turn' }
  | { do: 'send'; to: string[]; priority: (typeof PRIORITIES)[number]; body: string }
  | { do: 'ask'; request: Request }
  | { do: 'answer'; what: 'approve' | 'deny' | 'retry' | 'read' | 'archive'; pick: number }
  /** A person wants a turn undone, or all that an agent did. */
  | { do: 'undo'; agent: string | null; pick: number }
  /** A person writes an answer, or something broken, into the file of a held act. */
  | { do: 'write'; decision: 'approve' | 'deny' | 'perhaps'; pick: number; note: string }
  | { do: 'chart'; owner: string; side: keyof Ends; other: string }
  | { do: 'grant'; agent: string; credits: number }
  | { do: 'cap'; credits: number }
  | { do: 'fail'; agent: string; failure: (typeof FAILURES)[number]; turns: number }
  | { do: 'edit'; pick: number; body: string }
  | { do: 'delete'; pick: number }
  /** A person retires somebody who was hired. */
  | { do: 'retire'; pick: number }
  /** The engine is closed and opened again; `forget`: and `.lemming` is deleted in between. */
  | { do: 'reopen'; forget: boolean }
  /** The process is killed so many operations of the disk later. */
  | { do: 'kill'; after: number };

/** One deed; about every third is a turn. */
export function deedOf(draw: Draw, { agents }: Sketch): Deed {
  const agent = (): string => agents[draw(agents.length)] as string;
  const anyone = (): string => ['human', ...agents][draw(agents.length + 1)] as string;
  const word = (): string => `word ${draw(1000)}`;
  const deeds: (() => Deed)[] = [
    () => ({ do: 'send', to: recipientsOf(draw, agent), priority: PRIORITIES[draw(4)] ?? 'normal', body: word() }),
    () => ({ do: 'send', to: ['*'], priority: 'normal', body: `${word()}\n${'long '.repeat(draw(400))}` }),
    () => ({
      do: 'ask',
      request: { ask: 'top-up', by: 'human', agent: agent(), amount: 1 + draw(200_000), note: word() },
    }),
    () => ({
      do: 'ask',
      request: { ask: draw(2) ? 'resume' : 'pause', by: 'human', agent: draw(4) ? agent() : null },
    }),
    () => ({ do: 'ask', request: { ask: 'resume', by: 'human', agent: null } }),
    () => ({ do: 'ask', request: hireOf(draw, agent) }),
    () => ({ do: 'retire', pick: draw(16) }),
    () => answerOf(draw(8), draw(16)),
    () => ({ do: 'undo', agent: draw(3) ? null : agent(), pick: draw(16) }),
    () => ({ do: 'chart', owner: anyone(), side: draw(2) ? 'send_to' : 'read_from', other: anyone() }),
    () => ({ do: 'grant', agent: agent(), credits: draw(40) / 10 }),
    () => ({ do: 'cap', credits: draw(60) / 10 }),
    () => ({
      do: 'fail',
      agent: agent(),
      failure: FAILURES[draw(FAILURES.length)] ?? 'error',
      turns: 1 + draw(4),
    }),
    () => ({ do: 'edit', pick: draw(16), body: word() }),
    () => ({ do: 'delete', pick: draw(16) }),
    () => ({ do: 'reopen', forget: draw(2) === 1 }),
    () => ({ do: 'kill', after: 1 + draw(60) }),
  ];
  const chosen = deeds[draw(deeds.length + Math.ceil(deeds.length / 2))];
  return chosen ? chosen() : { do: 'turn' };
}

function hireOf(draw: Draw, agent: () => string): Request {
  const ends = [...new Set(['human', agent()])];
  const text = `---\nrole: Helps\ntools: [write_file]\nunit: team\n---\nYou help.\n`;
  const credits = draw(500_000);
  const files = [{ path: 'resume.md', text }];
  return { ask: 'hire', by: 'human', agent: `kid${draw(6)}`, files, send_to: ends, read_from: ends, credits };
}

const ANSWERS = ['approve', 'deny', 'retry', 'read', 'archive'] as const;
const DECISIONS = ['approve', 'deny', 'perhaps'] as const;

/** By a command, or with an editor. */
function answerOf(which: number, pick: number): Deed {
  const what = ANSWERS[which];
  if (what !== undefined) return { do: 'answer', what, pick };
  return { do: 'write', decision: DECISIONS[which - ANSWERS.length] ?? 'deny', pick, note: `note ${pick}` };
}

function recipientsOf(draw: Draw, agent: () => string): string[] {
  if (draw(5) === 0) return ['@team'];
  return draw(3) ? [agent()] : [agent(), agent()];
}
