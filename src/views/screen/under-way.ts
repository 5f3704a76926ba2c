/** Keeps what is done in the turn that is being made: who is at work, at what, and since when. */
import type { Entry } from '../../core/model/entry.ts';

/** A visit under way. Times are milliseconds since 1970. */
export interface WorkUnderWay {
  agent: string;
  /** Calls of models so far. */
  calls: number;
  /** The model that is being asked, the tool that is being used, or what comes between these. */
  doing: { what: 'thinks'; model: string } | { what: 'uses'; tool: string } | { what: 'goes on' } | { what: 'is done' };
  /** When it began with that. */
  since: number;
}

/** The turn that is being made, from its lines as they come. */
export class UnderWay {
  /** null between two turns. */
  turn: number | null = null;
  /** By agent, in the order in which they began. */
  readonly visits = new Map<string, WorkUnderWay>();

  /** `now`: when the line came. */
  take(entry: Entry, now: number): void {
    if (entry.k === 'open' || entry.k === 'commit') {
      this.turn = entry.k === 'open' ? entry.turn : null;
      this.visits.clear();
    }
    if (this.turn !== null && 'agent' in entry) this.step(entry, now);
  }

  private step(entry: Extract<Entry, { agent: unknown }>, now: number): void {
    if (entry.k === 'intent') this.set(entry.agent, now, { what: 'thinks', model: entry.model }, 1);
    if (entry.k === 'use') this.set(entry.agent, now, { what: 'uses', tool: entry.tool });
    if (entry.k === 'used' || entry.k === 'failed') this.set(entry.agent, now, { what: 'goes on' });
    if (entry.k !== 'reply') return;
    const { acts } = entry.reply;
    const isLast = acts.length === 0 || acts.some(({ tool }) => tool === 'done');
    this.set(entry.agent, now, { what: isLast ? 'is done' : 'goes on' });
  }

  private set(agent: string, now: number, doing: WorkUnderWay['doing'], more = 0): void {
    const calls = (this.visits.get(agent)?.calls ?? 0) + more;
    this.visits.set(agent, { agent, calls, doing, since: now });
  }
}

/** What a visit is at, and for how long: `thinks 12s`. */
export function printWorkUnderWay({ doing, since }: WorkUnderWay, now: number): string {
  if (doing.what === 'is done') return doing.what;
  const what = doing.what === 'uses' ? `uses ${doing.tool}` : doing.what;
  return `${what} ${printSeconds(now - since)}`;
}

/** `12s`, `2m05`, `1h02`. */
export function printSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (number: number): string => String(number).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}m${two(seconds % 60)}` : `${Math.floor(minutes / 60)}h${two(minutes % 60)}`;
}
