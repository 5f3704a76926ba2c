import { copyWith } from '../../schema/copy.ts';
import { printKey } from '../model/call.ts';
import type { CallEntry, UseEntry } from '../model/entry.ts';
import { emptySpending, type OpenCall, type Spending, type State, type Tally, touch } from '../model/state.ts';
import { noteOutcome } from './breaker.ts';

/** What is said of a model whose price nobody knows. */
export const UNPRICED =
  'has no price, so it cannot be called: give it a price in org/models.yaml (the shipped list holds for a service at its own address only)';

/** Books a call: its intent is open until the answer comes. */
export function applyCall(state: State, entry: Extract<CallEntry, { k: 'intent' | 'reply' | 'failed' }>): void {
  const key = printKey(entry);
  if (entry.k === 'intent') {
    const { agent, unit, model, provider, turn, n, attempt, reserve, repeatable, cached } = entry;
    const call = { key, agent, unit, model, provider, turn, n, attempt, reserve, repeatable };
    state.open.set(key, cached ? copyWith(call, { cached }) : call);
    return;
  }
  const call = state.open.get(key);
  if (!call) return;
  state.open.delete(key);
  if (call.cached) return spend(state, call, 0, 0, 0);
  const failed = entry.k === 'failed';
  noteOutcome(state.tries, call.model, failed ? entry.failure : null, (failed && entry.at) || state.time);
  const usage = failed ? entry.usage : entry.reply.usage;
  const tokensIn = usage ? usage.input + usage.cachedInput + usage.cacheWrite : 0;
  spend(state, call, entry.cost, tokensIn, usage?.output ?? 0);
  if (entry.k === 'reply' && entry.over > 0)
    state.stopped.set(call.model, `${key} reported ${entry.over} micro-credits above its reserve`);
}

function spend(state: State, call: OpenCall, cost: number, tokensIn: number, tokensOut: number): void {
  const agent = touch(state, call.agent);
  agent.tokensIn += tokensIn;
  agent.tokensOut += tokensOut;
  agent.calls++;
  bookOn(state, call, cost);
  tally(state.models, call.model, cost, tokensIn, tokensOut);
  tally(state.providers, call.provider, cost, tokensIn, tokensOut);
}

/** Books a use of a tool, by the line that announces it: so once, whatever becomes of it. */
export function applyUse(state: State, { agent, unit = null, tool, cost }: UseEntry): void {
  if (cost === undefined) return;
  bookOn(state, { agent, unit }, cost);
  tally(state.tools, tool, cost, 0, 0);
  state.paid.push({ agent, unit, cost });
}

function bookOn(state: State, { agent, unit }: Pick<OpenCall, 'agent' | 'unit'>, cost: number): void {
  book(touch(state, agent), state.day, cost);
  book(state.org, state.day, cost);
  if (unit !== null) book(spendingOf(state.units, unit), state.day, cost);
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
  const call = state.open.get(key);
  if (!call) return;
  state.open.delete(key);
  const { agent, unit, model, provider, turn, reserve } = call;
  state.doubts.set(key, { key, agent, unit, model, provider, turn, reserve });
  touch(state, agent).doubt += reserve;
  state.org.doubt += reserve;
  if (unit !== null) spendingOf(state.units, unit).doubt += reserve;
}

/** `key` is a call in doubt, or a stopped model that may work again. */
export function settleDoubt(state: State, key: string, amount: number): void {
  state.stopped.delete(key);
  const doubt = state.doubts.get(key);
  if (!doubt) return;
  state.doubts.delete(key);
  const cost = Math.min(amount, doubt.reserve);
  const accounts = [
    touch(state, doubt.agent),
    state.org,
    ...(doubt.unit === null ? [] : [spendingOf(state.units, doubt.unit)]),
  ];
  for (const account of accounts) {
    account.doubt -= doubt.reserve;
    book(account, state.day, cost);
  }
  tally(state.models, doubt.model, cost, 0, 0);
  tally(state.providers, doubt.provider, cost, 0, 0);
}
