// @module-tag campaign
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import { printKey } from '../../../src/core/model/call.ts';
import type { Config } from '../../../src/core/model/config.ts';
import type { CallEntry, Entry, IntentEntry } from '../../../src/core/model/entry.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { type Draw, drawsOf, type Sketch, sketchOf } from '../../../src/testing/generators.ts';
import { type Cost, costsOf, type Heading, spendingBy } from '../../../src/views/money/costs.ts';
import { deedOf } from '../../campaign/deeds.ts';
import { Play } from '../../campaign/play.ts';
import { journalOf } from '../../campaign/world.ts';

const HEADINGS: Heading[] = ['turn', 'day', 'task', 'thread'];
const DAY = 86_400_000;

/** Headings whose total is not what the ledger has spent, in words. */
function wrongTotals(config: Config, state: State, entries: readonly Entry[]): string[] {
  const { by_agent, by_model, by_provider, by_tool } = costsOf(config, state);
  const rows: Record<string, Cost[]> = {
    agent: Object.values(by_agent),
    'model and tool': Object.values({ ...by_model, ...by_tool }),
    'provider and tool': Object.values({ ...by_provider, ...by_tool }),
  };
  for (const heading of HEADINGS) rows[heading] = [...spendingBy(heading, entries).values()];
  return Object.entries(rows).flatMap(([heading, costs]) => {
    const total = costs.reduce((sum, { spent }) => sum + Math.round(spent * 1e6), 0);
    return total === state.money.org.spent ? [] : [`by ${heading}: ${total}, the ledger: ${state.money.org.spent}`];
  });
}

/** How often something was in the histories, so that a test that tests nothing is found out. */
class Seen {
  readonly counts = { failed: 0, fallback: 0, cached: 0, settled: 0, over: 0, reset: 0, used: 0 };

  add(entries: readonly Entry[]): void {
    const { counts } = this;
    for (const entry of entries) {
      if (entry.k === 'failed') counts.failed++;
      else if (entry.k === 'reply' && entry.over > 0) counts.over++;
      else if (entry.k === 'use' && entry.cost) counts.used++;
      else if (entry.k === 'intent' && entry.via) counts.fallback++;
      else if (entry.k === 'intent' && entry.cached) counts.cached++;
      else if (entry.k === 'request' && entry.request.ask === 'settle-doubt') counts.settled++;
      else if (entry.k === 'request' && entry.request.ask === 'reset') counts.reset++;
    }
  }
}

/** A journal in which everything happens that books something. */
class Story {
  readonly lines: Entry[] = [];
  readonly state = emptyState();
  private readonly draw: Draw;
  private readonly mail: string[] = [];

  constructor(draw: Draw) {
    this.draw = draw;
    for (let turn = 1 + draw(12); turn > 0; turn--) this.turn();
  }

  private add(line: Entry): void {
    this.lines.push(line);
    apply(this.state, line);
  }

  private turn(): void {
    const { draw } = this;
    const turn = this.state.clock.turn + 1;
    this.ask();
    this.add({ k: 'open', turn, time: DAY * (turn + draw(2)), boot: 'b', lock: 1, version: '1' });
    const agents = ['a', 'b', 'c'].filter(() => draw(3) > 0);
    for (const agent of agents) {
      for (let n = 1 + draw(2); n > 0; n--) this.thought(turn, agent, n);
      if (draw(3)) this.use(turn, agent);
      if (draw(5)) this.visit(agent);
    }
    for (let i = draw(3); i > 0; i--) this.send(turn);
    this.add({ k: 'commit', turn, lock: 1 });
  }

  /** What a person asks between two turns. */
  private ask(): void {
    const { draw, state } = this;
    for (const { key, reserve } of [...state.money.doubts.values()])
      if (draw(2)) this.request({ ask: 'settle-doubt', by: 'human', key, amount: draw(2 * reserve + 1) });
    if (draw(12) === 1) this.request({ ask: 'reset', by: 'human', scope: draw(2) ? 'credits' : 'all', archive: '' });
  }

  private request(request: Extract<Entry, { k: 'request' }>['request']): void {
    this.add({ k: 'request', request, time: 0 });
  }

  private use(turn: number, agent: string): void {
    const { draw } = this;
    const paid = draw(3) ? { cost: 1 + draw(50), unit: agent === 'c' ? null : 'team' } : {};
    this.add({ k: 'use', turn, agent, n: 1, act: 1, tool: `tool${draw(2)}`, input: null, ...paid });
  }

  /** Attempts at one model and then another, until one answers. */
  private thought(turn: number, agent: string, n: number): void {
    const { draw } = this;
    const unit = agent === 'c' ? null : 'team';
    for (let attempt = 1; attempt <= 4; attempt++) {
      const second = attempt > 2;
      const key = { turn, agent, n, attempt };
      const cached = draw(6) === 1;
      const intent: IntentEntry = {
        k: 'intent',
        ...key,
        unit,
        model: second ? 'spare' : 'default',
        provider: second ? 'q' : 'p',
        hash: '',
        reserve: cached ? 0 : 1 + draw(500),
        ...(second ? { via: 'spare, because default failed (timeout)' } : {}),
        ...(cached ? { cached } : {}),
        repeatable: false,
        prompt: { after: 0, results: [] },
      };
      this.add(intent);
      if (!cached && draw(5) === 1) this.add({ k: 'recovered', turn, again: [], doubt: [printKey(key)] });
      else {
        const answer = this.answerTo(intent);
        this.add(answer);
        if (answer.k === 'reply') return;
      }
    }
  }

  private answerTo({ turn, agent, n, attempt, reserve, cached }: IntentEntry): CallEntry {
    const { draw } = this;
    const key = { turn, agent, n, attempt };
    const usage = { input: draw(9), cachedInput: draw(9), cacheWrite: 0, output: draw(9), reasoning: 0 };
    const cost = draw(reserve + 1);
    if (!cached && draw(2))
      return {
        k: 'failed',
        ...key,
        cost,
        ms: 1,
        failure: 'timeout',
        message: '',
        usage: draw(2) ? usage : null,
        requestId: null,
      };
    const over = !cached && draw(9) === 1 ? 5 : 0;
    return { k: 'reply', ...key, cost, over, ms: 1, reply: { text: '', acts: [], usage, requestId: null, model: 'm' } };
  }

  /** A visit that was given some of the mail, each message of any conversation and task. */
  private visit(agent: string): void {
    const mail = this.mail.filter(() => this.draw(3) === 0);
    this.add({ k: 'visit', agent, outcome: 'ok', mail, sent: 0, refused: 0, held: 0, told: 0, notes: [] });
  }

  private send(turn: number): void {
    const { draw } = this;
    const id = `m${this.mail.length}`;
    this.mail.push(id);
    const head = {
      id,
      from: 'x',
      to: ['a', 'b', 'c'],
      turn,
      kind: 'message',
      subject: '',
      priority: 'normal',
    } as const;
    const message = { ...head, to: [...head.to], thread: `t${draw(3)}`, hops: 0, path: '', body: '' };
    this.add({ k: 'sent', message: draw(2) ? { ...message, task: `T${draw(2)}` } : message });
  }
}

const config = {
  order: ['a', 'b', 'c'],
  agents: new Map(),
  credits: { org: {}, units: {}, agents: { a: { grant: 1_000_000 } } },
} as unknown as Config;

describe('the total under every heading is what the ledger has spent, to the micro-credit', () => {
  it('in any journal', () => {
    const seen = new Seen();
    fc.assert(
      fc.property(fc.array(fc.nat(9999), { minLength: 20, maxLength: 400, size: 'max' }), (numbers) => {
        const { lines, state } = new Story(drawsOf(numbers));
        seen.add(lines);
        expect(wrongTotals(config, state, lines)).toEqual([]);
      }),
      { numRuns: 1000, seed: 1 },
    );
    for (const [what, times] of Object.entries(seen.counts)) expect([what, times > 100]).toEqual([what, true]);
  });

  it('in the journals of generated organisations, with kills, doubts that are settled, fallbacks and kept replies', async () => {
    const seen = new Seen();
    const sketches = fc.array(fc.nat(999), { minLength: 60, maxLength: 200 }).map((them) => sketchOf(drawsOf(them)));
    const deeds = fc.array(fc.array(fc.nat(9999), { minLength: 6, maxLength: 6 }), {
      minLength: 3,
      maxLength: 7,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(sketches, deeds, async (sketch, numbers) => {
        const cached = withCache(sketch);
        let replies: Uint8Array | null = null;
        for (const _life of ['first', 'again']) {
          const { machine, engine } = await lived(cached, numbers, replies);
          const { entries } = journalOf(machine.disk);
          replies = machine.disk.read('.lemming/replies.json');
          seen.add(entries);
          expect(wrongTotals(engine.config, engine.state, entries)).toEqual([]);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
    const { failed, fallback, cached, settled } = seen.counts;
    expect(Math.min(failed, fallback, cached, settled)).toBeGreaterThan(5);
  });
});

function withCache(sketch: Sketch): Sketch {
  const models = Object.entries(sketch.plan.models as Record<string, object>);
  const kept = models.map(([name, model]) => [name, { ...model, cache: {} }]);
  return { ...sketch, plan: { ...sketch.plan, models: Object.fromEntries(kept) } };
}

/** An organisation after these deeds and many kills; a person settles what is in doubt. `replies`: what an earlier life kept. */
async function lived(sketch: Sketch, numbers: readonly number[][], replies: Uint8Array | null): Promise<Play> {
  const play = new Play(sketch, { reopen: true, kill: true, concurrency: 3 });
  if (replies) play.machine.disk.put('.lemming/replies.json', Buffer.from(replies).toString());
  for (const row of numbers) {
    const draw = drawsOf(row);
    if (replies && row.length > 5 && (row[5] ?? 0) % 2)
      await play.play({ do: 'kill', after: 1 + ((row[4] ?? 0) % 40) });
    await play.play(deedOf(draw, sketch));
    await play.play({ do: 'turn' });
    for (const { key, reserve } of play.engine.state.money.doubts.values())
      await play.play({
        do: 'ask',
        request: { ask: 'settle-doubt', by: 'human', key, amount: Math.ceil(reserve / 3) },
      });
  }
  return play.all([]);
}
