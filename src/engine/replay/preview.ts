/** Predicts the next turn without calling anyone. */
import type { Prompt } from '../../core/model/call.ts';
import type { Config } from '../../core/model/config.ts';
import type { OpenEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { leastCost, likelyTokens } from '../../core/money/forecast.ts';
import { UNPRICED } from '../../core/money/money.ts';
import type { VisitPrompt } from '../../core/prompt/prompt.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { type Due, hasFailures, scheduleTurn } from '../../core/turn/schedule.ts';
import { overridesIn } from '../../disk/config/env.ts';
import { Folder } from '../../disk/intake/folder.ts';
import type { Model, Price } from '../../schema/config/models.ts';
import { failure } from '../../schema/fault.ts';
import { TOOLS } from '../../tools/all.ts';
import { outputLimit } from '../calls/attempts.ts';
import { ModelCalls } from '../calls/calls.ts';
import { RecordedCalls } from '../calls/recorded-calls.ts';
import { WrittenJournal } from '../calls/turn-journal.ts';
import type { Loaded } from '../journal/load.ts';
import type { Ports } from '../ports.ts';
import { toolsetOf } from '../tools/toolset.ts';
import { emptyCaches, type Turn } from '../tools/turn-in-progress.ts';
import { freeze } from '../turn/freeze.ts';
import { LiveConfig } from '../turn/live-config.ts';
import { planVisits } from '../turn/plan-visits.ts';
import type { VisitPlan } from '../turn/visit.ts';
import { promptOfVisit } from '../turn/visit-prompt.ts';

/** What the coming turn would do if it were made now. Amounts are micro-credits. */
export interface Preview {
  turn: number;
  /** The turn was cut off by a crash: its inputs are frozen already. */
  unfinished: boolean;
  calls: Foreseen[];
  /** Agents that would not be called, and why. */
  rest: { agent: string; why: string }[];
  /** The worst case of all first calls together. */
  reserve: number;
  tokens: LikelyTokens;
  /** Null if one of the calls has no price. */
  cost: CostRange | null;
}

/** The tokens of a call: the input is an estimate, the output a limit. */
export interface LikelyTokens {
  input: number;
  output_at_most: number;
}

/**
 * What a call may cost in micro-credits: `least` with the estimated input from the cache and no output; `most` is the reserve.
 */
export interface CostRange {
  least: number;
  most: number;
}

/** The first call of a visit. */
export interface Foreseen {
  agent: string;
  why: string;
  /** The ids of the mail it would get. */
  mail: string[];
  /** Models in the order in which they would be tried. */
  models: string[];
  /** The worst case of the first call. */
  reserve: number;
  tokens: LikelyTokens;
  /** Null if no model of the chain has a price. */
  cost: CostRange | null;
  /** Why some of these models could not be called at all. */
  troubles: string[];
  /** What the whole visit may spend. */
  allowance: number;
  prompt: { system: string; text: string; tools: string[]; max_output_tokens: number };
}

/** How the turn would be made. */
interface PreviewWish {
  /** Only this agent is due. */
  only?: string;
  /** The most micro-credits that the turn may cost. */
  budget?: number;
}

/** Why an agent that is due is not called: its breakers are open. */
const TRIPPED = 'its models failed too often and are not called for a while';

/**
 * Predicts the next turn: freezes what people did and plans the visits like the engine, on a state that is discarded. It writes
 * nothing and calls nobody. Approved acts are not done, so credits that they would transfer are not counted.
 */
export async function preview(ports: Ports, loaded: Loaded, wish: PreviewWish = {}): Promise<Preview> {
  const turn = await begun(ports, loaded, wish);
  const { config, state, number } = turn;
  const toolset = await toolsetOf(TOOLS, config, state.rights.trusted);
  const walked = scheduleTurn(config, state, number, turn.open);
  const { plans, skipped } = await planVisits(turn, toolset, walked, []);
  const able = plans.filter(({ models }) => models.length > 0);
  const calls = await Promise.all(able.map((plan) => foretell(turn, toolset, plan, whyOf(walked, plan.agent))));
  const called = new Set(able.map(({ agent }) => agent));
  const reasons = new Map(skipped.map(({ agent, reason }) => [agent, reason]));
  for (const { agent, models } of plans) if (models.length === 0) reasons.set(agent, TRIPPED);
  const asks = new Map(answeredIn(turn));
  const rest = walked
    .filter(({ agent }) => !called.has(agent))
    .map(({ agent, why, due }) => ({
      agent,
      why: reasons.get(agent) ?? (due ? 'no credits' : (asks.get(agent) ?? why)),
    }));
  return { turn: number, unfinished: loaded.unfinished !== null, calls, rest, ...totalOf(calls) };
}

/** Agents whose approved acts are judged in this turn: they learn of the result in the next. */
function answeredIn({ state }: Turn): [agent: string, why: string][] {
  return [...state.approvals.pending.values()].flatMap(({ id, agent, answer }) =>
    answer && !answer.told ? [[agent, `${id} was answered: its result makes ${agent} due in the next turn`]] : [],
  );
}

/** What an agent would be sent now, whether or not it is due. */
export interface PromptAhead {
  turn: number;
  due: Pick<Due, 'due' | 'why'>;
  /** The model that would be called first. */
  model: string | null;
  prompt: Prompt;
}

/** Makes the prompt of an agent as the coming turn would, on a state that is discarded. It writes nothing and calls nobody. */
export async function promptAhead(ports: Ports, loaded: Loaded, agent: string): Promise<PromptAhead> {
  const turn = await begun(ports, loaded, loaded.unfinished ? {} : { only: agent });
  const { config, state, number } = turn;
  const resume = config.agents.get(agent);
  if (!resume) throw failure('not-found', `${agent} is set aside: its resume is broken or its folder is gone`);
  const toolset = await toolsetOf(TOOLS, config, state.rights.trusted);
  const one = scheduleTurn(config, state, number).find((due) => due.agent === agent) as Due;
  const { due, why, summary, reminder = false } = one;
  const { brief } = promptOfVisit(turn, toolset, resume, { summary, reminder });
  return { turn: number, due: { due, why }, model: resume.model[0] ?? null, prompt: brief.prompt };
}

/** A turn whose models can be examined. */
type TurnAhead = Turn & { calls: ModelCalls };

/** The turn as it stands after its freeze; of one that was cut off, as it was frozen then. */
async function begun(ports: Ports, loaded: Loaded, wish: PreviewWish): Promise<TurnAhead> {
  const { state, journal, unfinished } = loaded;
  const mask = ports.owner.redact;
  const folder = new Folder(ports.disk, ports.clock, mask);
  const env = overridesIn(ports.env);
  const live = new LiveConfig(folder, state, env);
  const open = unfinished?.open ?? openingOf(state, ports.clock.now(), folder.tracked.barredNames(state), wish);
  if (unfinished) live.thaw(open.env ?? {});
  else await freeze({ ports, toolbox: TOOLS, state, journal, folder, live }, open, []);
  const turnJournal = new WrittenJournal(journal, state);
  const calls = new ModelCalls(ports, turnJournal, state);
  const signal = new AbortController().signal;
  const recorded = new RecordedCalls([]);
  const turn = { number: open.turn, open, config: live.current, state, journal: turnJournal, calls, recorded, ports };
  return Object.assign(turn, {
    caches: emptyCaches(),
    receivedUntil: 0,
    live: new Set<string>(),
    mask,
    swept: [],
    signal,
  });
}

/** The opening of a turn with which a run begins. */
function openingOf(state: State, time: number, barred: string[], wish: PreviewWish): OpenEntry {
  const retry = hasFailures(state) && { retry: true as const };
  const turn = state.clock.turn + 1;
  return {
    k: 'open',
    turn,
    time,
    boot: '',
    lock: 0,
    version: '1',
    ...(barred.length && { barred }),
    ...retry,
    ...wish,
  };
}

async function foretell(turn: TurnAhead, toolset: Toolbox, plan: VisitPlan, why: string): Promise<Foreseen> {
  const { config, calls } = turn;
  const { agent, resume, models, need, purse } = plan;
  const { given, brief } = promptOfVisit(turn, toolset, resume, plan);
  return {
    agent,
    why,
    mail: given.mail.map(({ id }) => id),
    models: [...models],
    reserve: need,
    ...rangeOf(brief, need, await pricedModel(config, calls, models)),
    troubles: await troublesOf(config, calls, resume.model),
    allowance: purse.left,
    prompt: promptOf(brief),
  };
}

function whyOf(walked: readonly Due[], agent: string): string {
  return walked.find((due) => due.agent === agent)?.why as string;
}

/** The first model of the chain that has a price: its worst case is reserved. */
async function pricedModel(config: Config, calls: ModelCalls, chain: readonly string[]): Promise<PricedVisit | null> {
  for (const name of chain) {
    const line = await calls.line(config, name).catch(() => null);
    if (line?.price) return { model: line.model, price: line.price };
  }
  return null;
}

interface PricedVisit {
  model: Model;
  price: Price;
}

function rangeOf(
  { prompt }: VisitPrompt,
  reserve: number,
  priced: PricedVisit | null,
): Pick<Foreseen, 'tokens' | 'cost'> {
  const input = likelyTokens(prompt);
  return {
    tokens: { input, output_at_most: priced ? outputLimit(priced.model, prompt) : prompt.maxOutputTokens },
    cost: priced && { least: leastCost(priced.price, input), most: reserve },
  };
}

/** Models that cannot be called as they are configured: no key, no price, no such provider. Calls nobody. */
async function troublesOf(config: Config, calls: ModelCalls, models: readonly string[]): Promise<string[]> {
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

function promptOf({ prompt }: VisitPrompt): Foreseen['prompt'] {
  const text = prompt.parts.map((part) => (part.role === 'user' ? part.text : '')).join('\n');
  return {
    system: prompt.system,
    text,
    tools: prompt.tools.map(({ name }) => name),
    max_output_tokens: prompt.maxOutputTokens,
  };
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
