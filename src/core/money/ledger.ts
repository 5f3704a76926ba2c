/** The ledger: balances, costs, allowances and limits. */
import { inCredits } from '../../schema/amount.ts';
import type { Caps, CreditsFile } from '../../schema/config/credits.ts';
import type { Price } from '../../schema/config/models.ts';
import type { Reply, Usage } from '../model/call.ts';
import type { Config } from '../model/config.ts';
import type { Left, UsageFlag } from '../model/entry.ts';
import { emptySpending, type Paid } from '../model/state/money.ts';
import { agentState } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';

/** All amounts are integer micro-credits; prices are micro-credits per call or for so many tokens. */
export const PRICED_TOKENS = 1_000_000;

/** What an account was granted, and where that went: granted = left + spent + reserved + doubt. */
export interface Balance {
  granted: number;
  spent: number;
  reserved: number;
  doubt: number;
  left: number;
}

/** The balance of one agent. Granted = the grant of credits.yaml + top-ups. */
export function balanceOf(config: Config, state: State, agent: string): Balance {
  const account = agentState(state.staff, agent);
  const granted = (config.credits.agents[agent]?.grant ?? 0) + account.granted;
  const reserved = reservedBy(state, (call) => call.agent === agent);
  return {
    granted,
    spent: account.spent,
    reserved,
    doubt: account.doubt,
    left: granted - account.spent - reserved - account.doubt,
  };
}

/** What an agent may spend until somebody grants more or raises a cap: the least of what it, its unit and the organisation have left. */
export function spendable(config: Config, state: State, agent: string): number {
  return Math.max(0, Math.min(...leftFor(config, state, agent).map(({ left }) => left)));
}

/** What all agents may spend together until somebody grants more or raises a cap. */
export function spendableByAll(config: Config, state: State): number {
  const org = leftOf('org', config.credits.org, state.money.org);
  return Math.max(0, Math.min(balanceOfOrg(config, state).left, ...org.map(({ left }) => left)));
}

/** The sum over all agents that were ever granted or spent anything. */
export function balanceOfOrg(config: Config, state: State): Balance {
  const names = new Set([...Object.keys(config.credits.agents), ...state.staff.agents.keys()]);
  const sum: Balance = { granted: 0, spent: 0, reserved: 0, doubt: 0, left: 0 };
  for (const name of names) {
    const one = balanceOf(config, state, name);
    for (const key of ['granted', 'spent', 'reserved', 'doubt', 'left'] as const) sum[key] += one[key];
  }
  return sum;
}

function reservedBy(state: State, mine: (call: { agent: string; unit: string | null }) => boolean): number {
  let sum = 0;
  if (state.calls.open.size) for (const call of state.calls.open.values()) if (mine(call)) sum += call.reserve;
  return sum;
}

/** The cost of uses of tools in the turn being made: those of approved acts, before visits get their allowances. */
function paidBy(state: State, mine: (use: Paid) => boolean): number {
  return state.money.paid.reduce((sum, use) => (mine(use) ? sum + use.cost : sum), 0);
}

/** The cost of a call by its usage, rounded up to a whole micro-credit. */
export function costOf(price: Price, usage: Usage): number {
  const perMillion =
    usage.input * (price.input ?? 0) +
    usage.cachedInput * (price.cached_input ?? price.input ?? 0) +
    usage.cacheWrite * (price.cache_write ?? price.input ?? 0) +
    usage.output * (price.output ?? 0);
  return (price.per_call ?? 0) + Math.ceil(perMillion / PRICED_TOKENS);
}

/** An upper bound of what one attempt can cost: a token is at least one byte of the request, the output has its limit. */
export function worstCase(price: Price, requestBytes: number, maxOutputTokens: number): number {
  const dearest = Math.max(price.input ?? 0, price.cached_input ?? 0, price.cache_write ?? 0);
  return (
    (price.per_call ?? 0) + Math.ceil((requestBytes * dearest + maxOutputTokens * (price.output ?? 0)) / PRICED_TOKENS)
  );
}

/** Whether tokens cost anything; otherwise nobody needs to count them. */
export function countsTokens(price: Price): boolean {
  return Boolean(price.input || price.cached_input || price.cache_write || price.output);
}

/**
 * The charge for a call, never more than its reserve: the cost that the back end reports, otherwise the cost of its usage;
 * `over` is what was reported above the reserve. Usage that is missing or cannot be right is flagged, and the estimate is
 * charged when it is higher.
 */
export function charge(
  price: Price,
  reply: Pick<Reply, 'usage' | 'text' | 'acts' | 'cost'>,
  requestBytes: number,
  reserve: number,
): { cost: number; over: number; flag?: UsageFlag } {
  const { cost, flag } = costOfReply(price, reply, requestBytes);
  return { cost: Math.min(cost, reserve), over: Math.max(0, cost - reserve), ...(flag && { flag }) };
}

function costOfReply(
  price: Price,
  { usage, text, acts, cost }: Pick<Reply, 'usage' | 'text' | 'acts' | 'cost'>,
  requestBytes: number,
): { cost: number; flag?: UsageFlag } {
  if (cost !== undefined) return { cost };
  if (!countsTokens(price)) return { cost: price.per_call ?? 0 };
  const chars = text.length + (acts.length ? JSON.stringify(acts).length : 0);
  const guess = costOf(price, estimate(requestBytes, chars));
  if (usage === null) return { cost: guess, flag: 'no usage' };
  const reported = costOf(price, usage);
  return isDoubtful(usage, chars) ? { cost: Math.max(reported, guess), flag: 'doubtful usage' } : { cost: reported };
}

/** Whether nothing was read, or something was said but nothing written: no service counts so. */
function isDoubtful({ input, cachedInput, cacheWrite, output, doubtful }: Usage, replyChars: number): boolean {
  return doubtful === true || input + cachedInput + cacheWrite === 0 || (output === 0 && replyChars > 0);
}

/**
 * The charge for a failed call: its usage, otherwise an estimate of what had arrived once the service had begun to answer,
 * otherwise nothing.
 */
export function chargeFailed(
  price: Price,
  { usage, received }: { usage: Usage | null; received: number | null },
  requestBytes: number,
  reserve: number,
): number {
  if (usage === null && received === null) return 0;
  const guess = received === null ? 0 : costOf(price, estimate(requestBytes, received));
  const reported = usage ? costOf(price, usage) : 0;
  return Math.min(usage && !usage.doubtful ? reported : Math.max(reported, guess), reserve);
}

/** Usage when the provider reports none: three characters a token, which is more than any common tokenizer counts in prose. */
function estimate(requestBytes: number, replyChars: number): Usage {
  return {
    input: Math.ceil(requestBytes / 3),
    cachedInput: 0,
    cacheWrite: 0,
    output: Math.ceil(replyChars / 3),
    reasoning: 0,
  };
}

/**
 * The amount left for an agent: of its own credits, and of the caps of its unit and the organisation where there are any.
 */
export function leftFor(config: Config, state: State, agent: string): Left[] {
  const { units, org } = config.credits;
  const unit = config.agents.get(agent)?.unit;
  const ofUnit = unit === undefined ? [] : leftOf(`@${unit}`, units[unit], state.money.units.get(unit));
  return [{ of: agent, left: balanceOf(config, state, agent).left }, ...ofUnit, ...leftOf('org', org, state.money.org)];
}

function leftOf(of: string, caps: Caps | undefined, { spent, doubt } = emptySpending()): Left[] {
  return caps?.cap === undefined ? [] : [{ of, left: caps.cap - spent - doubt }];
}

/** The scope that is short when the limit of a run is reached. */
export const BUDGET = '--max-cost';

/** A visit that wants to start: the worst case of its first call. */
export interface Want {
  agent: string;
  need: number;
  /** Micro-credits of its own that are already promised. */
  promised?: number;
  /** What the work of the visit may still cost: several visits can share one budget, by its scope. */
  budgets?: readonly SpendingLimit[];
}

/** The share of the balances that a visit may spend, or the scope that is used up. */
export type Allowance = { amount: number } | { short: SpendingLimit };

/**
 * Gives each due agent its allowance, in the order of the wants (chart order): first everyone's first call where it fits,
 * then equal shares of what remains of shared caps. The sum never passes a cap of an agent, unit or the org, nor a limit of
 * the turn or the day, nor a budget of the work. What a visit does not spend returns at the commit.
 */
export function allowances(
  config: Config,
  state: State,
  wants: readonly Want[],
  budget = Infinity,
): Map<string, Allowance> {
  const shared = new SharedCaps(config, state, budget);
  const given = new Map<string, Allowance>();
  const granted: Granted[] = [];
  for (const { agent, need, promised = 0, budgets = [] } of wants) {
    const unit = config.agents.get(agent)?.unit ?? null;
    const own = ownLimit(config, state, agent, promised);
    const limits = shared.over(unit, budgets);
    const short = need > own.amount ? own : limits.find(({ amount }) => need > amount);
    if (need > 0 && short) given.set(agent, { short: { ...short } });
    else {
      take(limits, need);
      granted.push({ agent, own: Math.max(0, own.amount), need, limits });
    }
  }
  shareRest(granted, given);
  return given;
}

/** A visit whose first call is paid, and the limits that it shares with others. */
interface Granted {
  agent: string;
  own: number;
  need: number;
  limits: readonly SpendingLimit[];
}

function shareRest(granted: readonly Granted[], given: Map<string, Allowance>): void {
  const peers = new Map<SpendingLimit, number>();
  for (const { limits } of granted) for (const limit of limits) peers.set(limit, (peers.get(limit) ?? 0) + 1);
  for (const { agent, own, need, limits } of granted) {
    const shares = limits.map((limit) => equal(limit.amount, peers.get(limit) as number));
    const extra = Math.max(0, Math.min(own - need, ...shares));
    take(limits, extra);
    given.set(agent, { amount: Math.max(0, need + extra) });
    for (const limit of limits) peers.set(limit, (peers.get(limit) as number) - 1);
  }
}

function take(limits: readonly SpendingLimit[], amount: number): void {
  for (const limit of limits) limit.amount -= amount;
}

/** A limit on spending. */
export interface SpendingLimit {
  amount: number;
  /** Whose limit, and for which time. */
  scope: string;
  /** Its place in org/credits.yaml; null when it is what was granted. */
  key: string | null;
  /** The limit itself; `amount` is what is left of it. */
  of: number;
}

/**
 * The limit that leaves an agent the least when a visit begins: its own, or one of its unit or the organisation. `more`:
 * credits that it is about to get.
 */
export function tightest(config: Config, state: State, agent: string, more = 0): SpendingLimit {
  const shared = new SharedCaps(config, state, Infinity);
  const unit = config.agents.get(agent)?.unit ?? null;
  return least([ownLimit(config, state, agent, -more), ...shared.over(unit)]);
}

function least(limits: readonly SpendingLimit[]): SpendingLimit {
  return limits.reduce((low, limit) => (limit.amount < low.amount ? limit : low));
}

/** What an agent may spend of its own in this turn, and which of its limits is the tightest. */
function ownLimit(config: Config, state: State, agent: string, promised: number): SpendingLimit {
  const { of, caps } = capsOf(config, state, agent);
  const account = agentState(state.staff, agent);
  const today = account.day === state.clock.day ? account.daySpent : 0;
  const { granted, left, reserved } = balanceOf(config, state, agent);
  const limits = [
    { amount: left - promised, scope: agent, key: null, of: granted },
    {
      of: caps?.per_turn ?? Infinity,
      amount: (caps?.per_turn ?? Infinity) - paidBy(state, (use) => use.agent === agent),
      scope: `${agent} per turn`,
      key: `agents.${of}.per_turn`,
    },
    {
      of: caps?.per_day ?? Infinity,
      amount: (caps?.per_day ?? Infinity) - today - account.doubt - reserved,
      scope: `${agent} per day`,
      key: `agents.${of}.per_day`,
    },
  ];
  return least(limits);
}

/**
 * Limits of a turn and a day, and the name under which they stand. A hired agent without an entry in `credits.yaml` has
 * those of its creator.
 */
function capsOf(
  config: Config,
  state: State,
  agent: string,
): { of: string; caps: CreditsFile['agents'][string] | undefined } {
  const caps = config.credits.agents[agent];
  const creator = state.staff.hired.get(agent)?.by;
  return caps || creator === undefined ? { of: agent, caps } : capsOf(config, state, creator);
}

/** The rest of the caps that agents share, while allowances are given out. */
class SharedCaps {
  private org: SpendingLimit;
  private readonly units = new Map<string, SpendingLimit>();
  /** By scope. */
  private readonly work = new Map<string, SpendingLimit>();

  constructor(config: Config, state: State, budget: number) {
    const none = { spent: 0, doubt: 0, day: '', daySpent: 0 };
    const all = usedBy(state, () => true);
    this.org = remaining(config.credits.org, state.money.org, all, state.clock.day, { scope: 'org', key: 'org' });
    if (budget - all.paid < this.org.amount)
      this.org = { amount: budget - all.paid, scope: BUDGET, key: null, of: budget };
    for (const [id, caps] of Object.entries(config.credits.units)) {
      const used = usedBy(state, ({ unit }) => unit === id);
      const place = { scope: `@${id}`, key: `units.${id}` };
      this.units.set(id, remaining(caps, state.money.units.get(id) ?? none, used, state.clock.day, place));
    }
  }

  /** The caps that apply to an agent of that unit, and the budgets of its work. What is taken from them, others no longer have. */
  over(unit: string | null, budgets: readonly SpendingLimit[] = []): SpendingLimit[] {
    const ofUnit = unit === null ? undefined : this.units.get(unit);
    const ofWork = budgets.map((budget) => {
      const known = this.work.get(budget.scope) ?? { ...budget };
      this.work.set(budget.scope, known);
      return known;
    });
    return [...(ofUnit ? [ofUnit] : []), this.org, ...ofWork];
  }
}

/** Reserves of calls under way, and the cost of uses of tools in this turn. */
function usedBy(state: State, mine: (one: { unit: string | null }) => boolean): { reserved: number; paid: number } {
  return { reserved: reservedBy(state, mine), paid: paidBy(state, mine) };
}

function equal(amount: number, parts: number): number {
  return amount === Infinity ? Infinity : Math.floor(Math.max(0, amount) / parts);
}

function remaining(
  caps: Caps,
  account: { spent: number; doubt: number; day: string; daySpent: number },
  { reserved, paid }: { reserved: number; paid: number },
  day: string,
  { scope, key }: Pick<SpendingLimit, 'scope'> & { key: string },
): SpendingLimit {
  const today = account.day === day ? account.daySpent : 0;
  const limits = [
    {
      of: caps.cap ?? Infinity,
      amount: (caps.cap ?? Infinity) - account.spent - account.doubt - reserved,
      scope,
      key: `${key}.cap`,
    },
    {
      of: caps.per_turn ?? Infinity,
      amount: (caps.per_turn ?? Infinity) - paid,
      scope: `${scope} per turn`,
      key: `${key}.per_turn`,
    },
    {
      of: caps.per_day ?? Infinity,
      amount: (caps.per_day ?? Infinity) - today - account.doubt - reserved,
      scope: `${scope} per day`,
      key: `${key}.per_day`,
    },
  ];
  return least(limits);
}

/** Scopes whose soft cap is passed and that were not warned of yet. */
export function softCapsPassed(config: Config, state: State): { scope: string; spent: number; soft: number }[] {
  const passed: { scope: string; spent: number; soft: number }[] = [];
  const look = (scope: string, soft: number | undefined, account: { spent: number; warned: boolean }) => {
    if (soft !== undefined && !account.warned && account.spent >= soft && account.spent > 0)
      passed.push({ scope, spent: account.spent, soft });
  };
  look('org', config.credits.org.soft, state.money.org);
  for (const [id, caps] of Object.entries(config.credits.units))
    look(`@${id}`, caps.soft, state.money.units.get(id) ?? { spent: 0, warned: false });
  for (const [name, caps] of Object.entries(config.credits.agents))
    look(name, caps.soft, agentState(state.staff, name));
  return passed;
}

/** Two digits of an amount are enough for people. */
export function roundUp(micro: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(micro)) - 1);
  return Math.ceil(micro / unit) * unit;
}

/** Micro-credits as credits, for people: `12.5`. */
export function printCredits(micro: number): string {
  return String(inCredits(micro));
}

/** `1 credit`, `12.5 credits`. */
export function countCredits(micro: number): string {
  const amount = printCredits(micro);
  return `${amount} ${amount === '1' ? 'credit' : 'credits'}`;
}
