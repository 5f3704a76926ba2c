/** Settles the hires and retirements of a turn. */
import { defined } from '../../schema/copy.ts';
import { type Config, isPersonIn } from '../model/config.ts';
import type { Effect, Patch } from '../model/entry.ts';
import { agentState, type Hired } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';
import type { Draft, Hire } from '../model/tool.ts';
import { creditTrouble, limitTrouble, nameTrouble, retireTrouble, type Trouble, teamOf } from './staff.ts';

/** The agents that somebody hires and retires in a turn. */
export interface Staffing extends Pick<Draft, 'hires' | 'retires'> {
  by: string;
}

/**
 * Edits the chart, field by field, and says why an edit is impossible: because of the form of the chart, or because the
 * organisation would no longer be valid. Earlier edits of the turn stand.
 */
export interface ChartEditor {
  hired(hire: Hire): Patch | { why: string };
  retired(name: string): Patch | { why: string };
}

/** The orders of people, as if they had a visit. */
export function orderedBy({ staff: { orders } }: State): Staffing[] {
  return orders.map((order) => {
    if (order.ask === 'retire') return { by: order.by, hires: [], retires: [order.agent] };
    const { agent, files, send_to, read_from, credits } = order;
    const hire: Hire = { agent, template: null, files, send_to, read_from, credits, message: null };
    return { by: order.by, hires: [hire], retires: [] };
  });
}

/**
 * Settles the retirements and hires of a turn, when all its visits have ended: first all that go, in their order, then all
 * that come. What others did meanwhile counts, so each is judged again; the asker is told what was not done. Pure, except
 * for the chart editor.
 */
export function settleStaff(
  config: Config,
  state: State,
  turn: number,
  staffing: readonly Staffing[],
  pen: ChartEditor,
): Effect[] {
  const settling = new Settling(config, state, turn, pen);
  for (const { by, retires } of staffing) for (const name of retires) settling.retire(by, name);
  for (const { by, hires } of staffing) for (const hire of hires) settling.hire(by, hire);
  return settling.effects;
}

class Settling {
  readonly effects: Effect[] = [];
  private readonly config: Config;
  private readonly state: State;
  private readonly turn: number;
  private readonly pen: ChartEditor;
  /** The agents after what was settled so far. */
  private readonly staff: Map<string, Hired>;
  /** Agents retired so far. */
  private readonly gone = new Set<string>();
  /** Micro-credits that moved so far. */
  private readonly moved = new Map<string, number>();

  constructor(config: Config, state: State, turn: number, pen: ChartEditor) {
    this.config = config;
    this.state = state;
    this.turn = turn;
    this.pen = pen;
    this.staff = new Map(state.staff.hired);
  }

  hire(by: string, hire: Hire): void {
    const { agent, template, files, credits, message, made } = hire;
    const chart = this.troubleWith(by, hire) ?? this.written(this.pen.hired(hire));
    if ('rule' in chart) return this.refuse(by, `${agent} was not hired`, chart);
    const { turn } = this;
    const from = isPersonIn(this.config, by) ? null : by;
    this.effects.push({ k: 'hired', turn, agent, by, template, files, chart, credits, from });
    if (message) this.effects.push({ k: 'sent', message, ...defined({ made }) });
    this.staff.set(agent, { by, turn });
    this.give(from, agent, credits);
  }

  /** Retires an agent and those whom it hired; what they have left goes up with them. */
  retire(by: string, name: string): void {
    if (this.gone.has(name)) return;
    const trouble = retireTrouble(this.config, this.state, by, name);
    if (trouble) return this.refuse(by, `${name} was not retired`, trouble);
    for (const one of [...teamOf(this.staff, name), name]) {
      const chart = this.written(this.pen.retired(one));
      if ('rule' in chart) return this.refuse(by, `${one} was not retired`, chart);
      const creator = this.staff.get(one)?.by ?? null;
      const to = creator === null || isPersonIn(this.config, creator) ? null : creator;
      const credits = this.leftOf(one);
      this.effects.push({ k: 'retired', turn: this.turn, agent: one, by, chart, credits, to });
      this.staff.delete(one);
      this.gone.add(one);
      this.give(one, to, credits);
    }
  }

  private troubleWith(by: string, { agent, credits }: Hire): Trouble | null {
    const { config, state, staff } = this;
    return (
      (this.gone.has(by) ? { rule: 'staff', text: `${by} was retired in the same turn.` } : null) ??
      (staff.has(agent) ? { rule: 'name', text: `There is already an agent ${agent}.` } : null) ??
      nameTrouble(config, state, agent) ??
      limitTrouble(config, staff, by) ??
      creditTrouble(config, state, by, credits, -(this.moved.get(by) ?? 0))
    );
  }

  private written(chart: Patch | { why: string }): Patch | Trouble {
    return 'why' in chart ? { rule: 'chart', text: chart.why } : chart;
  }

  private give(from: string | null, to: string | null, credits: number): void {
    if (from !== null) this.moved.set(from, (this.moved.get(from) ?? 0) - credits);
    if (to !== null) this.moved.set(to, (this.moved.get(to) ?? 0) + credits);
  }

  /** Credits left to an agent. Amounts of `credits.yaml` do not count: an agent named there cannot be retired. */
  private leftOf(name: string): number {
    const { granted, spent, doubt } = agentState(this.state.staff, name);
    return granted + (this.moved.get(name) ?? 0) - spent - doubt;
  }

  private refuse(to: string, what: string, { rule, text }: Trouble): void {
    this.effects.push({ k: 'notice', to, about: 'refused', text: `${what} (${rule}): ${text}` });
  }
}
