/** What the logs tell of a journal, line by line as it is written. */
import { isGiven } from '../../core/journal/line-kinds.ts';
import type { Entry } from '../../core/model/entry.ts';
import type { LogSums } from './kinds/line-view.ts';
import type { LogEvent } from './log-event.ts';
import { viewOf } from './view-of.ts';

/** Turns lines into events; knows what the visits of the turn under way have cost. */
export class JournalLog {
  private turn: number;
  private visits = 0;
  private inputs = 0;
  /** Micro-credits of the turn, and of each of its agents. */
  private cost = 0;
  private readonly costs = new Map<string, number>();

  /** `turn`: the one that the first lines belong to, until a line opens another. */
  constructor(turn: number) {
    this.turn = turn;
  }

  /** What the logs tell of a line that was written. */
  take(entry: Entry): LogEvent[] {
    this.note(entry);
    return viewOf(entry).log?.(entry, this.turn, this.sumsAt(entry)) ?? [];
  }

  /** Counts a line that was told before. */
  note(entry: Entry): void {
    if (isGiven(entry)) this.inputs++;
    switch (entry.k) {
      case 'open':
        this.turn = entry.turn;
        break;
      case 'visit':
        this.visits++;
        break;
      case 'reply':
      case 'failed':
      case 'use':
        this.book(entry.agent, entry.cost ?? 0);
        break;
      case 'done':
        this.reset();
    }
  }

  private book(agent: string, cost: number): void {
    this.cost += cost;
    this.costs.set(agent, (this.costs.get(agent) ?? 0) + cost);
  }

  private reset(): void {
    this.turn++;
    this.visits = 0;
    this.inputs = 0;
    this.cost = 0;
    this.costs.clear();
  }

  private sumsAt(entry: Entry): LogSums {
    const { visits, inputs, costs } = this;
    return { visits, inputs, cost: entry.k === 'visit' ? (costs.get(entry.agent) ?? 0) : this.cost };
  }
}
