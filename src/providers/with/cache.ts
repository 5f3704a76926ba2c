/** The wrapper that gives the reply of an equal request again. */
import { LRUCache } from 'lru-cache';
import type { Reply } from '../../core/model/call.ts';
import type { CallModel, ModelRequest } from './line.ts';

/** A kept reply. `model` is its name in the org, `cost` its cost in micro-credits. */
export interface CachedReply {
  agent: string;
  model: string;
  cost: number;
  reply: Reply;
}

/** How often replies were given again, and what that saved, in micro-credits. */
export interface CacheStatistics {
  hits: number;
  misses: number;
  entries: number;
  saved: number;
}

/** What `dump` writes and `load` reads; times are milliseconds since 1970. */
export interface CacheDump {
  hits: number;
  misses: number;
  saved: number;
  /** From the least to the most recently used. */
  entries: { key: string; at: number; kept: CachedReply }[];
}

/** Replies by the hash of provider, model and whole request. What a turn adds counts once it is committed. */
export class Replies {
  private readonly kept: LRUCache<string, { at: number; kept: CachedReply }>;
  private readonly fresh = new Map<string, CachedReply>();
  private readonly flights = new Map<string, Promise<Reply>>();
  private readonly now: () => number;
  private hits = 0;
  private misses = 0;
  private saved = 0;

  constructor(entries: number, now: () => number) {
    this.kept = new LRUCache({ max: entries });
    this.now = now;
  }

  /** The reply, if it is not older than `ttlMs`; it becomes the most recently used. */
  find(key: string, ttlMs: number): CachedReply | null {
    const found = this.kept.get(key);
    if (found && this.now() - found.at < ttlMs) {
      this.hits++;
      this.saved += found.kept.cost;
      return found.kept;
    }
    if (found) this.kept.delete(key);
    this.misses++;
    return null;
  }

  add(key: string, kept: CachedReply): void {
    this.fresh.set(key, kept);
  }

  /** Makes equal requests that are under way at the same time share one call. */
  together(key: string, ask: () => Promise<Reply>): { reply: Promise<Reply>; leads: boolean } {
    const flight = this.flights.get(key);
    if (flight) return { reply: flight, leads: false };
    const reply = ask().finally(() => this.flights.delete(key));
    this.flights.set(key, reply);
    return { reply, leads: true };
  }

  /** The turn is committed: its replies may be reused from now on. */
  commit(): void {
    for (const [key, kept] of this.fresh) this.kept.set(key, { at: this.now(), kept });
    this.fresh.clear();
  }

  /** Forgets the replies of models or agents that the pattern names (`*` stands for any text); returns how many. */
  invalidate(pattern: string): number {
    const fits = new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`);
    const keys = [...this.kept.entries()]
      .filter(
        ([, { kept }]) => fits.test(kept.model) || fits.test(kept.agent) || fits.test(`${kept.model}/${kept.agent}`),
      )
      .map(([key]) => key);
    for (const key of keys) this.kept.delete(key);
    return keys.length;
  }

  get statistics(): CacheStatistics {
    return { hits: this.hits, misses: this.misses, saved: this.saved, entries: this.kept.size };
  }

  dump(): CacheDump {
    const entries = [...this.kept.entries()].reverse().map(([key, one]) => ({ key, ...one }));
    return { hits: this.hits, misses: this.misses, saved: this.saved, entries };
  }

  load({ hits, misses, saved, entries }: CacheDump): void {
    Object.assign(this, { hits, misses, saved });
    for (const { key, at, kept } of entries) this.kept.set(key, { at, kept });
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What the cache needs to know of a request: its key, how long replies live, and what to do with a reused one. */
export interface CacheUse<A extends ModelRequest> {
  key(asked: A): string;
  ttlMs: number;
  /** Marks a reused reply, which costs nothing, and resolves with it. */
  again(asked: A, reply: Reply): Promise<Reply>;
}

/** The outermost wrapper: a request that was answered in a committed turn, or is under way, is not sent again. */
export function cache<A extends ModelRequest>(line: CallModel<A>, replies: Replies, use: CacheUse<A>): CallModel<A> {
  return async (asked, signal) => {
    const key = use.key(asked);
    const known = replies.find(key, use.ttlMs);
    if (known) return use.again(asked, known.reply);
    const { reply, leads } = replies.together(key, () => line(asked, signal));
    if (leads) return reply;
    const shared = await reply.catch(() => null);
    return shared ? use.again(asked, shared) : line(asked, signal);
  };
}
