/** Draws random organisations for property tests. */
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
export interface ChartLists {
  send_to: string[];
  read_from: string[];
}

/** An organisation with one person, `human`. Any edge may have one end only. */
export interface Sketch {
  agents: string[];
  plan: OrgPlan;
}

/** A chart in which each agent names some others, `*` or `@team` on either side. */
function chartOf(draw: Draw, names: readonly string[]): Record<string, ChartLists> {
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
