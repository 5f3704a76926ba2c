/** What calls, uses of tools and doubts do to the money in the state. */
import { copyWith } from '../../schema/copy.ts';
import { printKey } from '../model/call.ts';
import type { CallEntry, UseEntry } from '../model/entry.ts';
import type { OpenCall } from '../model/state/calls.ts';
import { emptySpending, type Spending, type Tally } from '../model/state/money.ts';
import { touch } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';
import { noteOutcome, noteWait } from './breaker.ts';

/** The message about a model whose price is not known. */
export const UNPRICED =
  'has no price, so it cannot be called. Set a price in org/models.yaml (the built-in list applies only to a service at its own address)';

/** Books a call: its intent is open until the answer comes. */
export function applyCall(state: State, entry: Extract<CallEntry, { k: 'intent' | 'reply' | 'failed' }>): void {
  const key = printKey(entry);
  if (entry.k === 'intent') {
    const { agent, unit, model, provider, turn, n, attempt, reserve, repeatable, cached } = entry;
    const call = { key, agent, unit, model, provider, turn, n, attempt, reserve, repeatable };
    state.calls.open.set(key, cached ? copyWith(call, { cached }) : call);
    return;
  }
  const call = state.calls.open.get(key);
  if (!call) return;
  state.calls.open.delete(key);
  if (call.cached) return spend(state, call, 0, 0, 0);
  const failed = entry.k === 'failed';
  noteOutcome(state.calls.tries, call.model, failed ? entry.failure : null, (failed && entry.at) || state.clock.time);
  if (failed && entry.retryAfterMs !== undefined)
    noteWait(state, call.model, (entry.at ?? state.clock.time) + entry.retryAfterMs);
  const usage = failed ? entry.usage : entry.reply.usage;
  const tokensIn = usage ? usage.input + usage.cachedInput + usage.cacheWrite : 0;
  spend(state, call, entry.cost, tokensIn, usage?.output ?? 0);
  if (entry.k === 'reply' && entry.over > 0)
    state.calls.stopped.set(call.model, `${key} reported ${entry.over} micro-credits above its reserve`);
}

function spend(state: State, call: OpenCall, cost: number, tokensIn: number, tokensOut: number): void {
  const agent = touch(state.staff, call.agent);
  agent.tokensIn += tokensIn;
  agent.tokensOut += tokensOut;
  agent.calls++;
  bookOn(state, call, cost);
  bookOnVisit(state, call.agent, cost);
  tally(state.money.models, call.model, cost, tokensIn, tokensOut);
  tally(state.money.providers, call.provider, cost, tokensIn, tokensOut);
}

/** Books a use of a tool by the line that announces it, and so only once, whatever happens next. */
export function applyUse(state: State, { agent, n, unit = null, tool, cost }: UseEntry): void {
  if (cost === undefined) return;
  bookOn(state, { agent, unit }, cost);
  tally(state.money.tools, tool, cost, 0, 0);
  state.money.paid.push({ agent, unit, cost });
  if (n > 0) bookOnVisit(state, agent, cost);
}

function bookOnVisit({ money }: State, agent: string, cost: number): void {
  if (cost > 0) money.visits.set(agent, (money.visits.get(agent) ?? 0) + cost);
}

function bookOn(state: State, { agent, unit }: Pick<OpenCall, 'agent' | 'unit'>, cost: number): void {
  const { day } = state.clock;
  book(touch(state.staff, agent), day, cost);
  book(state.money.org, day, cost);
  if (unit !== null) book(spendingOf(state.money.units, unit), day, cost);
}

function book(account: { spent: number; day: string; daySpent: number }, day: string, cost: number): void {
  if (account.day !== day) {
    account.day = day;
    account.daySpent = 0;
  }
  account.spent += cost;
  account.daySpent += cost;
}

/** `2026-11-21`: the UTC date of a time in milliseconds since 1970. */
export function utcDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

export function spendingOf(map: Map<string, Spending>, id: string): Spending {
  let spending = map.get(id);
  if (!spending) {
    spending = emptySpending();
    map.set(id, spending);
  }
  return spending;
}

function tally(map: Map<string, Tally>, name: string, cost: number, tokensIn: number, tokensOut: number): void {
  const sum = map.get(name) ?? { calls: 0, spent: 0, tokensIn: 0, tokensOut: 0 };
  sum.calls++;
  sum.spent += cost;
  sum.tokensIn += tokensIn;
  sum.tokensOut += tokensOut;
  map.set(name, sum);
}

/** An attempt that may have been billed: its reserve stays booked until a person settles it. */
export function putInDoubt(state: State, key: string): void {
  const call = state.calls.open.get(key);
  if (!call) return;
  state.calls.open.delete(key);
  const { agent, unit, model, provider, turn, reserve } = call;
  state.money.doubts.set(key, { key, agent, unit, model, provider, turn, reserve });
  touch(state.staff, agent).doubt += reserve;
  state.money.org.doubt += reserve;
  if (unit !== null) spendingOf(state.money.units, unit).doubt += reserve;
}

/** Notes for which task calls in doubt were made, once the visit tells. */
export function doubtOn({ money }: State, agent: string, turn: number, task: string): void {
  for (const [key, doubt] of money.doubts)
    if (doubt.agent === agent && doubt.turn === turn) money.doubts.set(key, copyWith(doubt, { task }));
}

/** Settles a call in doubt, or lets a stopped model work again. */
export function settleDoubt(state: State, key: string, amount: number): void {
  state.calls.stopped.delete(key);
  const doubt = state.money.doubts.get(key);
  if (!doubt) return;
  state.money.doubts.delete(key);
  const cost = Math.min(amount, doubt.reserve);
  if (doubt.task !== undefined) state.money.billed.push({ task: doubt.task, cost });
  const accounts = [
    touch(state.staff, doubt.agent),
    state.money.org,
    ...(doubt.unit === null ? [] : [spendingOf(state.money.units, doubt.unit)]),
  ];
  for (const account of accounts) {
    account.doubt -= doubt.reserve;
    book(account, state.clock.day, cost);
  }
  tally(state.money.models, doubt.model, cost, 0, 0);
  tally(state.money.providers, doubt.provider, cost, 0, 0);
}
