/** Shows the ledger, spending under headings, and the forecast. */
import { apply } from '../../core/journal/apply.ts';
import { isCall } from '../../core/journal/line-kinds.ts';
import type { Config } from '../../core/model/config.ts';
import { bookedIn, type Entry, type VisitEffect } from '../../core/model/entry.ts';
import type { Tally } from '../../core/model/state/money.ts';
import { agentState } from '../../core/model/state/staff.ts';
import { emptyState, type State } from '../../core/model/state.ts';
import { endsAtTurn, leftByAgent, leftOfOrg, type Pace } from '../../core/money/forecast.ts';
import { balanceOf, balanceOfOrg, printCredits, spendable, spendableByAll } from '../../core/money/ledger.ts';
import { inCredits, inMicro } from '../../schema/amount.ts';
import { count, table } from '../text/table.ts';

/** What was spent under one heading. Credits. */
export interface Cost {
  spent: number;
  calls: number;
  tokens_in: number;
  tokens_out: number;
}

/** `lemming costs --json`, fixed by the design. Credits. */
export interface Costs {
  granted: number;
  spent: number;
  reserved: number;
  left: number;
  in_doubt: number;
  by_agent: Record<string, Cost & { granted: number; reserved: number; left: number; in_doubt: number }>;
  by_model: Record<string, Cost>;
  by_provider: Record<string, Cost>;
  /** Tools whose use cost something; `calls` are uses. */
  by_tool: Record<string, Cost>;
}

/** The ledger as the state holds it. */
export function costsOf(config: Config, state: State): Costs {
  const { granted, spent, reserved, doubt } = balanceOfOrg(config, state);
  const names = new Set([...config.order, ...Object.keys(config.credits.agents), ...state.staff.agents.keys()]);
  return {
    granted: inCredits(granted),
    spent: inCredits(spent),
    reserved: inCredits(reserved),
    left: inCredits(spendableByAll(config, state)),
    in_doubt: inCredits(doubt),
    by_agent: Object.fromEntries(
      [...names]
        .filter((name) => !config.agents.get(name)?.person)
        .map((name) => [name, costOfAgent(config, state, name)]),
    ),
    by_model: talliesOf(state.money.models),
    by_provider: talliesOf(state.money.providers),
    by_tool: talliesOf(state.money.tools),
  };
}

function costOfAgent(config: Config, state: State, name: string): Costs['by_agent'][string] {
  const { granted, spent, reserved, doubt } = balanceOf(config, state, name);
  const { calls, tokensIn, tokensOut } = agentState(state.staff, name);
  return {
    spent: inCredits(spent),
    calls,
    tokens_in: tokensIn,
    tokens_out: tokensOut,
    granted: inCredits(granted),
    reserved: inCredits(reserved),
    left: inCredits(spendable(config, state, name)),
    in_doubt: inCredits(doubt),
  };
}

function talliesOf(tallies: ReadonlyMap<string, Tally>): Record<string, Cost> {
  return Object.fromEntries(
    [...tallies].map(([name, { spent, calls, tokensIn, tokensOut }]) => [
      name,
      { spent: inCredits(spent), calls, tokens_in: tokensIn, tokens_out: tokensOut },
    ]),
  );
}

/** The forecast if turns go on like the last ones. Credits; a turn is null when nothing limits or nothing is spent. */
export interface Forecast {
  /** Turns from which the pace is taken. */
  turns: number;
  per_turn: number;
  /** The last turn that the cap of the organisation can pay. */
  ends_at_turn: number | null;
  /** Agents with a grant or a top-up. */
  agents: Record<string, { per_turn: number; ends_at_turn: number | null; out_of_credits?: true }>;
}

/** The forecast by the pace of the last turns. */
export function forecastOf(config: Config, state: State, { turns, spent, byAgent }: Pace): Forecast {
  const perTurn = (micro: number): number => inCredits(Math.round(micro / Math.max(1, turns)));
  const left = leftOfOrg(config, state);
  const agents = [...leftByAgent(config, state)].map(([name, ofAgent]) => {
    const micro = byAgent.get(name) ?? 0;
    const per_turn = perTurn(micro);
    const isOut = agentState(state.staff, name).starved;
    if (isOut) return [name, { per_turn, ends_at_turn: state.clock.turn, out_of_credits: true as const }] as const;
    return [name, { per_turn, ends_at_turn: endsAtTurn(state.clock.turn, ofAgent, micro, turns) }] as const;
  });
  return {
    turns,
    per_turn: perTurn(spent),
    ends_at_turn: left === null ? null : endsAtTurn(state.clock.turn, left, spent, turns),
    agents: Object.fromEntries(agents),
  };
}

/** Agents whose last turn is printed. */
const ENDS = 5;

/** The forecast as lines: first the organisation, then the agents whose credits end first. */
function printForecast({ turns, per_turn, ends_at_turn, agents }: Forecast): string[] {
  const ends = Object.entries(agents).flatMap(([name, { per_turn, ends_at_turn, out_of_credits }]) =>
    ends_at_turn === null ? [] : [{ name, per_turn, isOut: out_of_credits, end: ends_at_turn }],
  );
  ends.sort((a, b) => a.end - b.end);
  const lines = ends
    .slice(0, ENDS)
    .map(({ name, per_turn, isOut, end }) =>
      isOut ? `  ${name}: out of credits` : `  ${name} (${per_turn} a turn): its budget ends at turn ${end}`,
    );
  if (ends.length > ENDS) lines.push(`  ${count(ends.length - ENDS, 'more agent')}, later`);
  if (per_turn === 0 || (ends_at_turn === null && lines.length === 0)) return [];
  const org = ends_at_turn === null ? '' : `: the budget ends at turn ${ends_at_turn}`;
  return [`At this pace (${per_turn} credits a turn, over the last ${count(turns, 'turn')})${org}`, ...lines];
}

/** Headings that only the journal knows. */
export type Heading = 'turn' | 'day' | 'task' | 'thread';
/** The heading of spending that belongs to no conversation or task. */
export const NONE = '(none)';

/**
 * Spending by turn, by day, or by the mail of visits, from the lines of the journal in order. Every amount is the
 * difference that a line makes to the ledger, so the sum is the ledger's. A visit with mail of several conversations is
 * divided equally among them; its calls count in each.
 */
export function spendingBy(heading: Heading, entries: Iterable<Entry>): Map<string, Cost> {
  const book = new CostTotals(heading);
  for (const entry of entries) book.take(entry);
  return book.close();
}

interface Charge {
  micro: number;
  calls: number;
  tokensIn: number;
  tokensOut: number;
}

class CostTotals {
  private readonly heading: Heading;
  private readonly state = emptyState();
  private readonly sums = new Map<string, Charge>();
  /** Charges of the turn by agent, until the visit tells for which mail they were. */
  private readonly pending = new Map<string, Charge[]>();
  /** `turn.agent` → headings of visits with a call in doubt, for when it is settled. */
  private readonly doubtful = new Map<string, string[]>();
  private held: Entry[] = [];

  constructor(heading: Heading) {
    this.heading = heading;
  }

  /** Calls count when their turn is committed, as in the ledger. */
  take(entry: Entry): void {
    this.held.push(entry);
    if (entry.k !== 'commit') return;
    for (const line of this.held) this.fold(line);
    this.settlePending();
    this.held = [];
  }

  close(): Map<string, Cost> {
    const cut = this.held.findIndex(isCall);
    for (const line of cut < 0 ? this.held : this.held.slice(0, cut)) this.fold(line);
    return new Map(
      [...this.sums].map(([name, sum]) => [
        name,
        { spent: inCredits(sum.micro), calls: sum.calls, tokens_in: sum.tokensIn, tokens_out: sum.tokensOut },
      ]),
    );
  }

  private fold(entry: Entry): void {
    const { state } = this;
    const before = state.money.org.spent;
    if (entry.k === 'visit') this.settleVisit(entry.agent, this.headingsOf(entry));
    const doubt =
      entry.k === 'request' && entry.request.ask === 'settle-doubt'
        ? state.money.doubts.get(entry.request.key)
        : undefined;
    const booked = bookedIn(entry);
    const account = booked && { ...agentState(state.staff, booked.agent) };
    apply(state, entry);
    const micro = state.money.org.spent - before;
    if (entry.k === 'request' && entry.request.ask === 'reset' && micro <= 0 && state.money.org.spent === 0)
      this.sums.clear();
    else if (doubt)
      this.charge(this.doubtHeadings(doubt.turn, doubt.agent), { micro, calls: 0, tokensIn: 0, tokensOut: 0 });
    else if (account) {
      const now = agentState(state.staff, booked.agent);
      this.spend(booked.agent, {
        micro,
        calls: now.calls - account.calls,
        tokensIn: now.tokensIn - account.tokensIn,
        tokensOut: now.tokensOut - account.tokensOut,
      });
    }
  }

  private spend(agent: string, charge: Charge): void {
    const { heading, state } = this;
    if (heading === 'turn') this.charge([String(state.clock.turn + 1)], charge);
    else if (heading === 'day') this.charge([state.clock.day], charge);
    else this.pending.set(agent, [...(this.pending.get(agent) ?? []), charge]);
  }

  /** All that a visit with a task costs is for that task. */
  private headingsOf({ mail, task }: VisitEffect): string[] {
    if (this.heading !== 'thread' && this.heading !== 'task') return [];
    if (this.heading === 'task' && task !== undefined) return [task];
    const key = this.heading;
    const names = new Set(mail.map((id) => this.state.mail.waiting.get(id)?.[key] ?? NONE));
    return names.size ? [...names] : [NONE];
  }

  private settleVisit(agent: string, headings: readonly string[]): void {
    if (headings.length === 0) return;
    for (const charge of this.pending.get(agent) ?? []) this.charge(headings, charge);
    this.pending.delete(agent);
    if (agentState(this.state.staff, agent).doubt > 0)
      this.doubtful.set(`${this.state.clock.turn + 1}.${agent}`, [...headings]);
  }

  private settlePending(): void {
    for (const charges of this.pending.values()) for (const charge of charges) this.charge([NONE], charge);
    this.pending.clear();
  }

  private doubtHeadings(turn: number, agent: string): readonly string[] {
    if (this.heading === 'turn') return [String(turn)];
    if (this.heading === 'day') return [this.state.clock.day];
    return this.doubtful.get(`${turn}.${agent}`) ?? [NONE];
  }

  /** Divides an amount to the last micro-credit: the first headings carry the remainder. */
  private charge(headings: readonly string[], { micro, calls, tokensIn, tokensOut }: Charge): void {
    const share = Math.floor(micro / headings.length);
    headings.forEach((name, i) => {
      const sum = this.sums.get(name) ?? { micro: 0, calls: 0, tokensIn: 0, tokensOut: 0 };
      sum.micro += share + (i < micro - share * headings.length ? 1 : 0);
      sum.calls += calls;
      sum.tokensIn += tokensIn;
      sum.tokensOut += tokensOut;
      this.sums.set(name, sum);
    });
  }
}

/** The part that a table leaves out: it shows either models or tools. */
function printTools({ by_tool }: Costs, by: string): string {
  const micro = Object.values(by_tool).reduce((sum, { spent }) => sum + inMicro(spent), 0);
  return micro > 0 && by !== 'tool' ? `\n${printCredits(micro)} of that for tools (lemming costs --by tool)` : '';
}

function rowsOfTools(rows: ReadonlyMap<string, Cost>): string[][] {
  return [
    ['tool', 'spent', 'uses'],
    ...[...rows].map(([name, { spent, calls }]) => [name, String(spent), String(calls)]),
  ];
}

function rowsOfCalls(by: string, rows: ReadonlyMap<string, Cost>): string[][] {
  const lines = [...rows].map(([name, { spent, calls, tokens_in, tokens_out }]) =>
    [name, spent, calls, tokens_in, tokens_out].map(String),
  );
  return [[by, 'spent', 'calls', 'tokens in', 'tokens out'], ...lines];
}

/** The ledger as text, with a table under one heading, and the forecast. */
export function printCosts(costs: Costs, by: string, rows: ReadonlyMap<string, Cost>, forecast: Forecast): string {
  const { granted, spent, reserved, left, in_doubt } = costs;
  const total = `${spent} credits spent of ${granted} granted; ${left} left${reserved ? `, ${reserved} reserved` : ''}${in_doubt ? `, ${in_doubt} in doubt (lemming reconcile)` : ''}`;
  const parts = [
    `${total}${printTools(costs, by)}`,
    rows.size > 0 && table(by === 'tool' ? rowsOfTools(rows) : rowsOfCalls(by, rows)),
    printForecast(forecast).join('\n'),
  ];
  return parts.filter(Boolean).join('\n\n');
}
