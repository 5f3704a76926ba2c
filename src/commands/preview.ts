import { apply } from '../core/apply.ts';
import { chainOf } from '../core/breaker.ts';
import { type Brief, brief } from '../core/brief.ts';
import type { Config } from '../core/config.ts';
import { trustNow } from '../core/declared.ts';
import type { Entry } from '../core/entry.ts';
import { leastCost, likelyTokens } from '../core/forecast.ts';
import { frozenEffects } from '../core/frozen.ts';
import { gather } from '../core/gather.ts';
import { type Toolbox, toolsOf } from '../core/judge.ts';
import { type Allowance, allowances } from '../core/ledger.ts';
import { UNPRICED } from '../core/money.ts';
import { overdue } from '../core/overdue.ts';
import { shortText } from '../core/relief.ts';
import type { State } from '../core/state.ts';
import { type Due, walk } from '../core/walk.ts';
import { realClock } from '../disk/clock.ts';
import { Folder } from '../disk/folder.ts';
import { outputLimit } from '../engine/attempts.ts';
import { Calls } from '../engine/calls.ts';
import { foresee as foreseeInputs, type Place, readOrg, realPorts, type View } from '../engine/open.ts';
import type { Ports } from '../engine/ports.ts';
import { toolsetOf } from '../engine/toolset.ts';
import type { Model, Price } from '../schema/models.ts';
import type { Resume } from '../schema/resume.ts';
import { TOOLS } from '../tools/all.ts';

/** What the coming turn would do if it were made now. Amounts are micro-credits. */
export interface Preview {
  turn: number;
  /** The turn was cut off by a crash: its inputs are frozen already. */
  unfinished: boolean;
  calls: Foreseen[];
  /** Agents that would not be called, and why. */
  rest: { agent: string; why: string }[];
  /** Worst case of all first calls together. */
  reserve: number;
  tokens: LikelyTokens;
  /** null when one of the calls has no price. */
  cost: CostRange | null;
}

/** Tokens of a call: the input is an estimate, the output a limit. */
export interface LikelyTokens {
  input: number;
  output_at_most: number;
}

/** What a call may cost: `least` for the estimated input from the cache and no output, `most` is the reserve. Micro-credits. */
export interface CostRange {
  least: number;
  most: number;
}

/** The first call of a visit. */
export interface Foreseen {
  agent: string;
  why: string;
  /** Ids of the mail it would be given. */
  mail: string[];
  /** Models in the order in which they would be tried. */
  models: string[];
  /** Worst case of the first call. */
  reserve: number;
  tokens: LikelyTokens;
  /** null when no model of the chain has a price. */
  cost: CostRange | null;
  /** Why models it names could not be called at all. */
  troubles: string[];
  /** What the whole visit may spend. */
  allowance: number;
  prompt: { system: string; text: string; tools: string[]; max_output_tokens: number };
}

/** How the turn would be made. */
interface PreviewWish {
  /** Only this agent is due. */
  only?: string;
  /** Micro-credits the turn may cost. */
  budget?: number;
}

/** Foresees the next turn on a copy of the state, with the mail and requests that wait in the folder. Writes nothing and calls nobody. */
export async function preview(place: Place, wish: PreviewWish = {}): Promise<Preview> {
  const view = readOrg(place);
  const { state, config, loaded } = view;
  const turn = state.turn + 1;
  const ports = realPorts(place);
  if (!loaded.unfinished) await freezeCopy(view, turn, ports);
  const walked = walk(config, state, turn, wish);
  const calls = new Calls(ports, loaded.journal, state);
  const toolset = await toolsetOf(TOOLS, config, state.trusted);
  const drafts = await Promise.all(
    walked.filter((due) => due.due).map((due) => foresee(config, state, calls, toolset, due, turn)),
  );
  const allowed = allowances(
    config,
    state,
    drafts.map(({ agent, reserve }) => ({ agent, need: reserve })),
    wish.budget,
  );
  return sortOut(turn, loaded.unfinished !== null, walked, drafts, allowed);
}

/** Takes into the copy what the freeze would take: changed files, requests, dropped and edited mail. */
async function freezeCopy(view: View, turn: number, { approved }: Ports): Promise<void> {
  const { disk, state, config } = view;
  const folder = new Folder(disk, realClock, view.redact);
  const limit = config.org.limits.message_bytes;
  const take = (entries: readonly Entry[]): void => {
    for (const entry of entries) apply(state, entry);
  };
  take([{ k: 'open', turn, time: realClock.now(), boot: '', lock: 0, version: '1' }]);
  take(folder.tracked(state, limit));
  take(trustNow(config, state, approved));
  take(await folder.edits(state, config, limit));
  await foreseeInputs(view);
  take(overdue(config, state, realClock.now()));
  take(folder.revivals(state, turn, limit));
  take(frozenEffects(config, state, turn, []));
}

type Draft = Omit<Foreseen, 'allowance'>;

async function foresee(
  config: Config,
  state: State,
  calls: Calls,
  toolset: Toolbox,
  due: Due,
  turn: number,
): Promise<Draft> {
  const resume = config.agents.get(due.agent) as Resume;
  const given = gather(state, due.agent, turn, config.org.limits.inbox_tokens);
  const made = brief(config, state, resume, given, toolsOf(toolset, config, resume), turn, due.summary);
  const chain = chainOf(config, resume.model);
  const reserve = await calls.need(config, chain, () => made.prompt);
  return {
    agent: due.agent,
    why: due.why,
    mail: given.mail.map(({ id }) => id),
    models: resume.model,
    reserve,
    ...rangeOf(made, reserve, await pricedModel(config, calls, chain)),
    troubles: await troublesOf(config, calls, resume.model),
    prompt: promptOf(made),
  };
}

/** The first model of the chain that has a price: the one whose worst case is reserved. */
async function pricedModel(config: Config, calls: Calls, chain: readonly string[]): Promise<Priced | null> {
  for (const name of chain) {
    const line = await calls.line(config, name).catch(() => null);
    if (line?.price) return { model: line.model, price: line.price };
  }
  return null;
}

interface Priced {
  model: Model;
  price: Price;
}

function rangeOf({ prompt }: Brief, reserve: number, priced: Priced | null): Pick<Foreseen, 'tokens' | 'cost'> {
  const input = likelyTokens(prompt);
  return {
    tokens: { input, output_at_most: priced ? outputLimit(priced.model, prompt) : prompt.maxOutputTokens },
    cost: priced && { least: leastCost(priced.price, input), most: reserve },
  };
}

/** Models that cannot be called as they are configured: no key, no price, no such provider. Asks nobody. */
async function troublesOf(config: Config, calls: Calls, models: readonly string[]): Promise<string[]> {
  const found = models.map(async (name) => {
    try {
      const line = await calls.line(config, name);
      await line.connection;
      return line.price ? [] : [`the model ${name} ${UNPRICED}`];
    } catch (error) {
      return [`the model ${name}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
  return (await Promise.all(found)).flat();
}

function promptOf({ prompt }: Brief): Foreseen['prompt'] {
  const text = prompt.parts.map((part) => (part.role === 'user' ? part.text : '')).join('\n');
  return {
    system: prompt.system,
    text,
    tools: prompt.tools.map(({ name }) => name),
    max_output_tokens: prompt.maxOutputTokens,
  };
}

function sortOut(
  turn: number,
  unfinished: boolean,
  walked: Due[],
  drafts: Draft[],
  allowed: Map<string, Allowance>,
): Preview {
  const calls: Foreseen[] = [];
  const rest = walked.filter((due) => !due.due).map(({ agent, why }) => ({ agent, why }));
  for (const draft of drafts) {
    const allowance = allowed.get(draft.agent);
    if (allowance && 'amount' in allowance) calls.push({ ...draft, allowance: allowance.amount });
    else if (allowance)
      rest.push({ agent: draft.agent, why: `no credits: ${shortText(draft.reserve, allowance.short)}` });
  }
  return { turn, unfinished, calls, rest, ...totalOf(calls) };
}

function totalOf(calls: readonly Foreseen[]): Pick<Preview, 'reserve' | 'tokens' | 'cost'> {
  const tokens = { input: 0, output_at_most: 0 };
  const range = { least: 0, most: 0 };
  for (const call of calls) {
    tokens.input += call.tokens.input;
    tokens.output_at_most += call.tokens.output_at_most;
    range.least += call.cost?.least ?? 0;
    range.most += call.reserve;
  }
  return { reserve: range.most, tokens, cost: calls.every(({ cost }) => cost) ? range : null };
}
