/** Shows the tools that agents can have. */
import type { Json, JsonObject } from '../../core/model/call.ts';
import type { Config } from '../../core/model/config.ts';
import type { Tool } from '../../core/model/tool.ts';
import { countCredits, printCredits } from '../../core/money/ledger.ts';
import { priceOf } from '../../core/money/price.ts';
import { grants } from '../../core/rights/permit.ts';
import { isOutbound } from '../../core/rights/taint.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { inCredits, inMicro } from '../../schema/amount.ts';
import { oneLine, shorten, table } from '../text/table.ts';

/** A tool for people. */
export interface ToolRow {
  name: string;
  about: string;
  /** Its origin: `LeMMing`, its folder in the org, or a server. */
  from: string;
  /** Agents that have it. */
  agents: string[];
  /** Those of them whose every use waits for a person, because of their resume. */
  ask: string[];
  /** Whether every agent has it, whatever its resume says. */
  for_all: boolean;
  /** Whether a person is asked before each use: `always`, or unless a policy says otherwise. */
  held: 'always' | 'unless-policy' | null;
  /** What repeating it does; null for an act on the organisation. */
  touches: 'pure' | 'idempotent' | 'once' | null;
  /** Whether its input leaves the organisation. */
  outbound: boolean;
  /** Credits for a use. */
  cost: number;
  /** Milliseconds for a use, and characters of its result; null for an act on the organisation, which is immediate. */
  timeout_ms: number | null;
  result_chars: number | null;
  /** Why nobody may use it at present. */
  barred: string | null;
  /** JSON schema. */
  input: JsonObject;
}

/** The tools there are, in the order in which agents are shown them. */
export function toolRows(toolbox: Toolbox, config: Config): ToolRow[] {
  return [...toolbox.values()].map((tool) => rowOf(tool, config));
}

function rowOf(tool: Tool, config: Config): ToolRow {
  const { name, description, input } = tool.spec;
  const agents = [...config.agents.values()].filter(({ person }) => !person);
  const grantOf = (how: 'free' | 'ask') =>
    agents.filter((resume) => grants(resume, name) === how).map((resume) => resume.name);
  const forAll = tool.granted === 'all';
  const ask = grantOf('ask');
  const work = tool.kind === 'world' ? tool : null;
  return {
    name,
    about: description,
    from: originOf(tool, config),
    agents: (forAll ? agents.map((resume) => resume.name) : [...grantOf('free'), ...ask]).sort(),
    ask: ask.sort(),
    for_all: forAll,
    held: tool.held ?? null,
    touches: work?.touches ?? null,
    outbound: isOutbound(tool, config.org),
    cost: inCredits(priceOf(config, name)),
    timeout_ms: work?.timeout ?? null,
    result_chars: work?.most ?? null,
    barred: tool.barred ?? null,
    input,
  };
}

function originOf(tool: Tool, { tools }: Config): string {
  const { name } = tool.spec;
  const needs = tool.kind === 'world' ? tool.needs : undefined;
  if (!needs) return 'LeMMing';
  return tools.has(name) ? `org/tools/${name}` : `server ${'name' in needs ? needs.name : ''}`;
}

/** The tools as a table. */
export function printTools(rows: readonly ToolRow[]): string {
  const lines = rows.map((row) => [
    row.name,
    row.barred === null ? shorten(whoHas(row), 40) : 'barred',
    row.cost > 0 ? printCredits(inMicro(row.cost)) : '',
    row.from,
    shorten(oneLine(row.about.split('\n\n', 1).join()), 70),
  ]);
  return table([['tool', 'agents', 'price', 'from', 'for'], ...lines]);
}

function whoHas({ for_all, agents, ask }: ToolRow): string {
  if (for_all) return 'all';
  return agents.map((name) => (ask.includes(name) ? `ask:${name}` : name)).join(', ') || 'nobody';
}

/** A tool with all that is known of it. */
export function printTool(row: ToolRow): string {
  const facts: [string, string][] = [
    ['tool', row.name],
    ['from', row.from],
    ['agents', row.agents.length ? whoHas(row) : 'none; to grant it to an agent, list it in the resume'],
    ['barred', row.barred ?? ''],
    ['approval', row.held === null ? '' : HELD[row.held]],
    ['works on', row.touches === null ? 'the organisation, when the turn is committed' : TOUCHES[row.touches]],
    ['leaves the org', row.outbound ? 'its input; see lemming taint' : ''],
    ['price', row.cost > 0 ? `${countCredits(inMicro(row.cost))}` : 'nothing'],
    [
      'ends after',
      row.timeout_ms === null ? '' : `${row.timeout_ms / 1000} s; its result is cut to ${row.result_chars} characters`,
    ],
  ];
  const shown = facts.filter(([, value]) => value !== '');
  return [table([['', ''], ...shown]), row.about, printFields(row.input)].join('\n\n');
}

const HELD = {
  always: 'needed for each use',
  'unless-policy': 'needed for each use, unless a policy in org/org.yaml says otherwise',
};
const TOUCHES = {
  pure: 'nothing; it only reads, so it may be repeated',
  idempotent: 'the world; repeating it changes nothing more',
  once: 'the world; it is never repeated when in doubt',
};

/** The fields of its input, one per line. */
function printFields({ properties = {}, required = [] }: JsonObject): string {
  const needed = Array.isArray(required) ? required : [];
  const rows = Object.entries(properties as Record<string, Json>).map(([name, schema]) => {
    const { type = '', description = '' } = (schema ?? {}) as JsonObject;
    return [name, oneLine(String(type)), needed.includes(name) ? 'required' : '', oneLine(String(description))];
  });
  return rows.length ? table([['input', 'type', '', ''], ...rows]) : 'It takes no input.';
}
