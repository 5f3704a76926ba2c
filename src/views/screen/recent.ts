/** Keeps what a screen shows of the last turns. */
import { type Booked, bookedIn, type Entry } from '../../core/model/entry.ts';
import type { Pace } from '../../core/money/forecast.ts';
import type { Message } from '../../schema/records/message.ts';
import { eventOf } from '../journal/turn.ts';
import type { TurnEvent } from '../journal/turn-event.ts';

/** What a turn cost and used, as far as it is known. Amounts are micro-credits. */
export interface TurnSum {
  turn: number;
  committed: boolean;
  spent: number;
  byAgent: Map<string, number>;
  tokensIn: number;
  /** Those of them that came from a provider's cache. */
  cached: number;
  tokensOut: number;
}

/** Turns that are kept: enough for a screen, never more. */
export const KEPT_TURNS = 60;
const KEPT_MAIL = 2000;
const KEPT_EVENTS = 500;

/** The latest events, from the lines of the journal in order. */
export class Recent {
  /** Newest last. */
  readonly mail = new Map<string, Message>();
  readonly events: { turn: number; event: TurnEvent }[] = [];
  readonly turns: TurnSum[] = [];
  /** Messages by conversation, ids in order. */
  readonly threads = new Map<string, string[]>();
  private turn = 0;

  take(entry: Entry): void {
    if (entry.k === 'open') this.turn = entry.turn;
    if (entry.k === 'sent' || entry.k === 'drop') this.addMail(entry.message);
    if (entry.k === 'revived') this.addMail(entry.message);
    if (entry.k === 'mail') this.edit(entry.id, { subject: entry.subject, body: entry.body, priority: entry.priority });
    const booked = bookedIn(entry);
    if (booked) this.spend(booked);
    if (entry.k === 'reply' || entry.k === 'failed') this.read(entry);
    if (entry.k === 'commit') this.sum(entry.turn).committed = true;
    const event = eventOf(entry);
    if (event) this.events.push({ turn: this.turn, event });
    if (this.events.length > 2 * KEPT_EVENTS) this.events.splice(0, KEPT_EVENTS);
  }

  /** What the last turns cost together. */
  pace(turns: number): Pace {
    const pace: Pace = { turns: 0, spent: 0, byAgent: new Map() };
    for (const sum of this.turns.filter(({ committed }) => committed).slice(-turns)) {
      pace.turns++;
      pace.spent += sum.spent;
      for (const [agent, cost] of sum.byAgent) pace.byAgent.set(agent, (pace.byAgent.get(agent) ?? 0) + cost);
    }
    return pace;
  }

  /** Share of the tokens read that came from a provider's cache: 0 to 1; null when none were read. */
  cacheShare(): number | null {
    const read = this.turns.reduce((sum, turn) => sum + turn.tokensIn, 0);
    return read > 0 ? this.turns.reduce((sum, turn) => sum + turn.cached, 0) / read : null;
  }

  private addMail(message: Message): void {
    if (!this.mail.has(message.id))
      this.threads.set(message.thread, [...(this.threads.get(message.thread) ?? []), message.id]);
    this.mail.set(message.id, message);
    if (this.mail.size <= KEPT_MAIL) return;
    const [oldest] = this.mail.values();
    if (!oldest) return;
    this.mail.delete(oldest.id);
    const left = (this.threads.get(oldest.thread) ?? []).filter((id) => id !== oldest.id);
    if (left.length > 0) this.threads.set(oldest.thread, left);
    else this.threads.delete(oldest.thread);
  }

  private edit(id: string, change: Pick<Message, 'subject' | 'body' | 'priority'>): void {
    const message = this.mail.get(id);
    if (message) this.mail.set(id, { ...message, ...change });
  }

  private spend({ turn, agent, cost }: Booked): void {
    const sum = this.sum(turn);
    sum.spent += cost;
    if (cost > 0) sum.byAgent.set(agent, (sum.byAgent.get(agent) ?? 0) + cost);
  }

  private read(entry: Extract<Entry, { k: 'reply' | 'failed' }>): void {
    const sum = this.sum(entry.turn);
    const usage = entry.k === 'reply' ? entry.reply.usage : entry.usage;
    if (!usage) return;
    sum.tokensIn += usage.input + usage.cachedInput + usage.cacheWrite;
    sum.cached += usage.cachedInput;
    sum.tokensOut += usage.output;
  }

  private sum(turn: number): TurnSum {
    const last = this.turns.at(-1);
    if (last?.turn === turn) return last;
    const sum = {
      turn,
      committed: false,
      spent: 0,
      byAgent: new Map<string, number>(),
      tokensIn: 0,
      cached: 0,
      tokensOut: 0,
    };
    this.turns.push(sum);
    if (this.turns.length > KEPT_TURNS) this.turns.shift();
    return sum;
  }
}
