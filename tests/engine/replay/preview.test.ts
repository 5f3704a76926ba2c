// @module-tag campaign
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Prompt } from '../../../src/core/model/call.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { load } from '../../../src/engine/journal/load.ts';
import { type Preview, preview } from '../../../src/engine/replay/preview.ts';
import { drawsOf, sketchOf } from '../../../src/testing/generators.ts';
import { type Deed, deedOf } from '../../campaign/deeds.ts';
import { Play } from '../../campaign/play.ts';
import { portsOf } from '../../campaign/world.ts';

const RUNS = 40;

/** Who is called first, with what, at which price at most. Lines that tell the time of day are left out. */
interface Call {
  agent: string;
  system: string;
  text: string;
  reserve: number;
}

/** Foretells every turn before it is made. */
class Foretold extends Play {
  readonly turns: { foretold: Call[]; made: Call[] }[] = [];

  protected override async turn(): Promise<void> {
    const began = this.prompts.length;
    let foretold: Call[] | null = null;
    await this.made(async () => {
      foretold = await this.foretell();
      this.engine.begin();
    });
    if (foretold === null) return;
    this.turns.push({ foretold, made: this.firstCalls(this.prompts.slice(began)) });
  }

  /** null: something that was approved is done first. */
  private async foretell(): Promise<Call[] | null> {
    const ports = { ...portsOf(this.machine), provider: async (name: string) => this.provider(name) };
    const loaded = load(ports.disk, ports.kept);
    const { calls } = await preview(ports, loaded);
    if ([...loaded.state.approvals.pending.values()].some(({ answer }) => answer)) return null;
    return sorted(calls.map(callOf));
  }

  private firstCalls(prompts: readonly Prompt[]): Call[] {
    const first = new Map<string, Prompt>();
    for (const prompt of prompts) if (!first.has(prompt.agent)) first.set(prompt.agent, prompt);
    const reserves = this.reserves();
    return sorted(
      [...first.values()].map(({ agent, system, parts }) => ({
        agent,
        system: timeless(system),
        text: timeless(parts.map((part) => (part.role === 'user' ? part.text : '')).join('\n')),
        reserve: reserves.get(agent) as number,
      })),
    );
  }

  /** Of the first calls of the last turn. */
  private reserves(): Map<string, number> {
    const reserves = new Map<string, number>();
    for (const { entries } of readJournal(this.machine.disk, []))
      for (const entry of entries) {
        if (entry.k === 'open') reserves.clear();
        if (entry.k === 'intent' && !reserves.has(entry.agent)) reserves.set(entry.agent, entry.reserve);
      }
    return reserves;
  }
}

function callOf({ agent, prompt, reserve }: Preview['calls'][number]): Call {
  return { agent, system: timeless(prompt.system), text: timeless(prompt.text), reserve };
}

function sorted(calls: readonly Call[]): Call[] {
  return [...calls].sort((a, b) => (a.agent < b.agent ? -1 : 1));
}

function timeless(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
}

it('a dry run foretells who is called in the next turn, with which prompt, at which price at most', async () => {
  let turns = 0;
  let calls = 0;
  const numbers = fc.array(fc.array(fc.nat(9999), { minLength: 6, maxLength: 6 }), { minLength: 20, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(999), { minLength: 60, maxLength: 200 }), numbers, async (draws, rows) => {
      const sketch = sketchOf(drawsOf(draws));
      const deeds = rows.map((row): Deed => deedOf(drawsOf(row), sketch));
      const played = await new Foretold(sketch).all(deeds);
      for (const { foretold, made } of played.turns) {
        turns++;
        calls += made.length;
        expect(foretold).toEqual(made);
      }
    }),
    { numRuns: RUNS, seed: 13 },
  );
  console.log(`foretold: ${turns} turns, ${calls} first calls, 0 differences`);
  expect(calls).toBeGreaterThan(5 * RUNS);
});
