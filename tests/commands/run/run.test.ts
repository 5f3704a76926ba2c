import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import * as statusCommand from '../../../src/commands/look/status.ts';
import * as pauseCommand from '../../../src/commands/run/pause.ts';
import * as resumeCommand from '../../../src/commands/run/resume.ts';
import * as runCommand from '../../../src/commands/run/run.ts';
import * as runOnceCommand from '../../../src/commands/run/run-once.ts';
import * as undoCommand from '../../../src/commands/work/undo.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { checked } from '../checked.ts';
import { ask, RELAY, say } from '../relay.ts';
import { faultsOf, filesIn, inputOf, scratchOrg, testWorld, type WorldWish, writtenIn } from '../world.ts';

const showStatus = checked(statusCommand);
const pause = checked(pauseCommand);
const resume = checked(resumeCommand);
const run = checked(runCommand);
const runOnce = checked(runOnceCommand);
const undo = checked(undoCommand);

interface RunData {
  turn: number;
  turns: number;
  visits: {
    turn: number;
    agent: string;
    outcome: string;
    reason?: string;
    detail?: string;
    sent: number;
    refused: number;
    held: number;
    cost: number;
  }[];
  spent: number;
  idle: boolean;
}

async function runs(root: string, flags: Record<string, string | number | boolean> = {}, wish: WorldWish = {}) {
  const world = testWorld(root, wish);
  const outcome = await run(world, inputOf({ flags }));
  return { ...outcome, data: outcome.data as RunData, said: world.said };
}

/** Takes back what came after the freeze of turn 1: the rest of its journal, the message it sent, the cache. */
function cutAfterFreeze(root: string): void {
  const path = join(root, 'org/journal/000001.jsonl');
  const lines = readFileSync(path, 'utf8').split('\n');
  const seal = lines.findIndex((line) => line.startsWith('{"k":"seal"'));
  writeFileSync(path, `${lines.slice(0, seal + 1).join('\n')}\n`);
  rmSync(join(root, 'org/journal/000002.jsonl'), { force: true });
  rmSync(join(root, 'agents/a/outbox'), { recursive: true });
  rmSync(join(root, '.lemming'), { recursive: true });
}

/** Asks for the same, which is refused, in each of its calls. */
const loops = (agent: string) =>
  Array.from({ length: 8 }, (_, i) => ({
    when: { agent, call: i + 1 },
    reply: { text: 'Once more.', acts: [{ tool: 'shell', input: { command: 'ls' } }] },
  }));

const messagesOf = (root: string, agent: string) => readdirSync(join(root, `agents/${agent}/outbox`)).sort();

describe('run', () => {
  it('scenario 2: without any key the scripted provider answers, and the replies are markdown files', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    const once = await runOnce(testWorld(root), inputOf());
    expect(once.exit).toBe(0);
    expect(once.data).toMatchObject({ turn: 1, turns: 1, spent: 0.01, idle: false });
    expect(messagesOf(root, 'a')).toEqual(['000001-01-b-what-is-it.md']);
    expect(readFileSync(join(root, 'agents/a/outbox/000001-01-b-what-is-it.md'), 'utf8')).toContain('from: a\n');
  });

  it('goes on until nobody is due, says a line a turn, and tells what waits for the person', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    const { data, exit, text, said } = await runs(root, { 'until-idle': true });
    expect(exit).toBe(0);
    expect(data).toMatchObject({ turn: 3, turns: 3, spent: 0.03, idle: true });
    expect(data.visits.map(({ turn, agent, outcome, sent, cost }) => [turn, agent, outcome, sent, cost])).toEqual([
      [1, 'a', 'ok', 1, 0.01],
      [2, 'b', 'ok', 1, 0.01],
      [3, 'a', 'ok', 1, 0.01],
    ]);
    expect(said).toHaveLength(3);
    expect(text).toContain('Needs you: 1 message to read (lemming inbox)');
    expect((await runs(root, { 'until-idle': true })).data).toMatchObject({
      turn: 3,
      turns: 0,
      visits: [],
      spent: 0,
      idle: true,
    });
  });

  it('makes no more turns than asked', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    expect((await runs(root, { turns: 2 })).data).toMatchObject({ turn: 2, turns: 2, idle: false });
    expect((await runs(root, { turns: 2, 'until-idle': true })).data).toMatchObject({ turn: 3, turns: 1, idle: true });
  });

  it('gives the same files at any concurrency', async () => {
    const plan = { ...RELAY, name: 'same' };
    const [one, many] = [scratchOrg(plan), scratchOrg(plan)];
    for (const root of [one, many]) for (const to of ['a', 'b']) ask(root, to);
    await runs(one, { 'until-idle': true, concurrency: 1 });
    await runs(many, { 'until-idle': true, concurrency: 16 });
    const outside = ([path]: [string, string]) => !/^(org\/journal|\.lemming)\/|\/logs\//.test(path);
    expect(Object.entries(filesIn(many)).filter(outside)).toEqual(Object.entries(filesIn(one)).filter(outside));
  });

  it('scenario 17: a second run is refused while the first holds the lock', async () => {
    const root = scratchOrg(RELAY);
    const codes = await withEngine({ machine: realMachine, root, env: {} }, 'run', () =>
      faultsOf(runs(root, { turns: 1 })),
    );
    expect(codes).toEqual(['locked']);
    expect((await runs(root, { turns: 1 })).exit).toBe(0);
  });

  it('scenario 4: broken configuration stops it before the turn, all faults together', async () => {
    const root = scratchOrg({ ...RELAY, files: { 'org/units/x.md': '---\nmission: 1\n---\n' } });
    writeFileSync(join(root, 'org/org.yaml'), 'version: 1\nname: x\npurpos: y\nlimits: { hops: none }\n');
    const before = writtenIn(root);
    const codes = await faultsOf(runs(root, { 'until-idle': true }));
    expect(codes).toEqual(expect.arrayContaining(['unknown-key', 'invalid-value']));
    const journal = ([path]: [string, string]) => !path.startsWith('.lemming/');
    expect(Object.entries(filesIn(root)).filter(journal)).toEqual(Object.entries(before).filter(journal));
  });
});

describe('a run that is stopped', () => {
  it('scenario 21: finishes its turn and ends with 130', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    const stop = new AbortController();
    const { exit, data } = await runs(root, { 'until-idle': true }, { signal: stop.signal, onSay: () => stop.abort() });
    expect(exit).toBe(130);
    expect(data).toMatchObject({ turn: 1, turns: 1 });
    expect((await runs(root, { 'until-idle': true })).data).toMatchObject({ turn: 3, turns: 2 });
  });

  it('stops at --max-cost, and says that mail waits', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    const { exit, data } = await runs(root, { 'until-idle': true, 'max-cost': 15_000 });
    expect(exit).toBe(7);
    expect(data.spent).toBe(0.01);
    const rest = await runs(root, { 'until-idle': true });
    expect(rest.exit).toBe(0);
    expect(rest.data.spent).toBe(0.02);
  });

  it('scenario 16: a turn that was cut off is finished first, as if nothing had happened, and it is said', async () => {
    const [whole, root] = [scratchOrg(RELAY), scratchOrg(RELAY)];
    for (const org of [whole, root]) ask(org, 'a');
    const expected = await runs(whole, { 'until-idle': true });
    await runs(root, { turns: 1 });
    cutAfterFreeze(root);
    const { data, said } = await runs(root, { 'until-idle': true });
    expect(said[0]).toMatch(/^Recovered: turn 1/);
    expect(data).toMatchObject({ turn: 3, turns: 3, visits: expected.data.visits });
    const outside = ([path]: [string, string]) => !/^(org\/journal|\.lemming)\/|\/logs\//.test(path);
    expect(Object.entries(filesIn(root)).filter(outside)).toEqual(Object.entries(filesIn(whole)).filter(outside));
  });

  it('can be followed by a run of the copied folder', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    await runs(root, { turns: 1 });
    rmSync(join(root, '.lemming'), { recursive: true });
    expect((await runs(root, { 'until-idle': true })).data).toMatchObject({ turn: 3, turns: 2, spent: 0.02 });
  });
});

describe('what goes wrong in a run', () => {
  const failing = (error: string, rules: object[] = []): OrgPlan => ({
    ...RELAY,
    rules: [{ when: { agent: 'b', from: ['human', 'a'] }, reply: { error } }, ...rules, ...(RELAY.rules ?? [])],
  });

  it('scenario 18: a provider that fails for one leaves the others at work: exit 1', async () => {
    const root = scratchOrg(
      failing('overloaded', [{ when: { agent: 'a', from: 'human' }, reply: { acts: [say('human', 'Hello.')] } }]),
    );
    for (const to of ['a', 'b']) ask(root, to);
    const { exit, data, said } = await runs(root, { turns: 1 });
    expect(exit).toBe(1);
    expect(data.visits.map(({ agent, outcome }) => [agent, outcome])).toEqual([
      ['a', 'ok'],
      ['b', 'failed'],
    ]);
    expect(said.join('\n')).toMatch(/b failed: overloaded/);
  });

  it('ends with 8 when only failing providers remain', async () => {
    const root = scratchOrg(failing('unavailable'));
    ask(root, 'b');
    const { exit, data } = await runs(root, { 'until-idle': true });
    expect(exit).toBe(8);
    expect(data.idle).toBe(false);
    const again = await runs(root, { 'until-idle': true });
    expect(again.data).toMatchObject({ turns: 1, visits: [{ agent: 'b', outcome: 'failed' }] });
    expect(again.text).toMatch(/^b waits for its provider \(.+\)$/m);
    expect(again.text).toContain('The next lemming run tries each of these agents once');
    expect((await runs(root, { turns: 1 })).exit).toBe(8);
  });

  it('ends with 8 when every visit of a single turn failed by its provider', async () => {
    const root = scratchOrg(failing('auth'));
    ask(root, 'b');
    expect((await runOnce(testWorld(root), inputOf())).exit).toBe(8);
  });

  it('scenario 23: without credits nobody is called, the mail waits, exit 7', async () => {
    const root = scratchOrg({ ...RELAY, credits: { agents: { a: { grant: 1 } } } });
    ask(root, 'b');
    const { exit, data, text } = await runs(root, { 'until-idle': true });
    expect(exit).toBe(7);
    expect(data).toMatchObject({ spent: 0, visits: [{ agent: 'b', outcome: 'skipped', cost: 0 }] });
    expect(data.visits[0]?.reason).toMatch(/no credits/);
    expect(text).toContain('lemming top-up b 0.08');
  });

  it('a visit whose steps are used up is cut: run, --json, status and the exit code say so', async () => {
    const root = scratchOrg({ ...RELAY, rules: loops('b'), org: { limits: { steps: 2 } } });
    ask(root, 'b');
    const { exit, data, said } = await runs(root, { turns: 1 });
    expect([exit, data.visits]).toEqual([
      1,
      [
        expect.objectContaining({
          outcome: 'cut',
          reason: 'steps',
          detail: 'its 2 replies were used up',
          refused: 2,
          cost: 0.02,
        }),
      ],
    ]);
    expect(said.join('\n')).toContain('b was cut (steps): its 2 replies were used up; its mail waits');
    const status = (await showStatus(testWorld(root), inputOf())).data as { agents: object[] };
    expect(status.agents).toContainEqual(
      expect.objectContaining({
        name: 'b',
        health: 'degraded',
        unread: 1,
        last_outcome: 'cut',
        why: '1 message waits; its last visit was cut: its 2 replies were used up',
      }),
    );
  });

  it('the last attempt of a message says that it was given up, and what gives it another chance', async () => {
    const root = scratchOrg({ ...RELAY, rules: loops('b'), org: { limits: { steps: 2, max_attempts: 1 } } });
    ask(root, 'b');
    const said = (await runs(root, { turns: 1 })).said.join('\n');
    expect(said).toMatch(/b was cut \(steps\): its 2 replies were used up\n/);
    expect(said).toContain('b gave up on 000001-human-01 (lemming retry ID delivers it again)');
  });

  it('a visit whose credits are used up is cut: exit 7, and its mail waits', async () => {
    const root = scratchOrg({ ...RELAY, rules: loops('b'), credits: { agents: { b: { grant: 0.02 } } } });
    ask(root, 'b');
    const { exit, data, text } = await runs(root, { 'until-idle': true });
    expect([exit, data.visits]).toEqual([
      7,
      [expect.objectContaining({ outcome: 'cut', reason: 'credits', cost: 0.02 })],
    ]);
    expect(text).toContain('lemming top-up b 0.08');
  });

  it('a reply that cannot be used ends in a dead letter: exit 1', async () => {
    const root = scratchOrg(failing('malformed'));
    ask(root, 'b');
    const { exit, data } = await runs(root, { 'until-idle': true });
    expect(exit).toBe(1);
    expect(data.visits.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed']);
  });

  it('a failure that was made good in the same run is none', async () => {
    const root = scratchOrg({
      ...RELAY,
      rules: [{ when: { agent: 'a', from: 'human', turn: 1 }, reply: { error: 'timeout' } }, ...(RELAY.rules ?? [])],
    });
    ask(root, 'a');
    const { exit, data } = await runs(root, { 'until-idle': true });
    expect(data.visits.map(({ outcome }) => outcome)).toEqual(['failed', 'ok', 'ok', 'ok']);
    expect(exit).toBe(0);
  });

  it('scenario 22: a person who changes a file meanwhile keeps their version, and it is said', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    realDisk(root).create('agents/a/outbox/000001-01-b-what-is-it.md', 'mine\n');
    const { data, said } = await runs(root, { turns: 1 });
    expect((data as unknown as { conflicts: unknown[] }).conflicts).toHaveLength(1);
    expect(said.join('\n')).toContain('000001-01-b-what-is-it.md.conflict-1');
    expect(readFileSync(join(root, 'agents/a/outbox/000001-01-b-what-is-it.md'), 'utf8')).toBe('mine\n');
  });
});

describe('run --dry-run', () => {
  interface DryRun {
    dry_run: {
      turn: number;
      would_run: {
        agent: string;
        why: string;
        mail: string[];
        reserve: number;
        allowance: number;
        troubles: string[];
        prompt: { system: string; text: string };
      }[];
      would_not: { agent: string; why: string }[];
      reserve: number;
    };
  }

  it('scenario 29: shows who would run, with which prompt and cost, and changes no file', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a', 'What is the answer?');
    const before = writtenIn(root);
    const { data, exit, text } = await runs(root, { 'dry-run': true });
    expect(exit ?? 0).toBe(0);
    expect(writtenIn(root)).toEqual(before);
    expect(data).toMatchObject({ turn: 0, turns: 0, visits: [], spent: 0 });
    const { dry_run } = data as unknown as DryRun;
    expect(dry_run).toMatchObject({ turn: 1, reserve: 0.01, would_not: [{ agent: 'b' }] });
    expect(dry_run.would_run).toMatchObject([{ agent: 'a', mail: ['000001-human-01'], reserve: 0.01 }]);
    expect(dry_run.would_run[0]?.prompt.system).toContain('You are a.');
    expect(dry_run.would_run[0]?.prompt.text).toContain('What is the answer?');
    expect(text).toContain('What is the answer?');
  });

  it('foresees what then happens, turn by turn', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    for (const expected of [['a'], ['b'], ['a'], []]) {
      const foreseen = ((await runs(root, { 'dry-run': true })).data as unknown as DryRun).dry_run.would_run;
      expect(foreseen.map(({ agent }) => agent)).toEqual(expected);
      const made = await runs(root, { turns: 1 });
      expect(made.data.visits.map(({ agent }) => agent)).toEqual(expected);
    }
  });

  it('foresees that a message is undone before it is read', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a', 'Who?');
    await pause(testWorld(root), inputOf({ args: { agent: 'a' } }));
    await runs(root, { turns: 1 });
    await undo(testWorld(root), inputOf({ args: { id: '000001-human-01' } }));
    await resume(testWorld(root), inputOf({ args: { agent: 'a' } }));
    const { dry_run } = (await runs(root, { 'dry-run': true })).data as unknown as DryRun;
    expect(dry_run.would_run).toEqual([]);
    expect((await runs(root, { turns: 1 })).data.visits).toEqual([]);
  });

  it('tells who could not be paid', async () => {
    const root = scratchOrg({ ...RELAY, credits: {} });
    ask(root, 'a');
    const { dry_run } = (await runs(root, { 'dry-run': true })).data as unknown as DryRun;
    expect(dry_run.would_run).toEqual([]);
    expect(dry_run.would_not.find(({ agent }) => agent === 'a')?.why).toMatch(/no credits/);
  });

  it('tells which models could not be called, without calling them', async () => {
    const models = { default: { provider: 'openai', model: 'gpt-4.1-mini', key: 'env:NO_SUCH_KEY' } };
    const root = scratchOrg({ ...RELAY, models });
    ask(root, 'a');
    const { dry_run } = (await runs(root, { 'dry-run': true })).data as unknown as DryRun;
    expect(dry_run.would_run[0]?.troubles).toMatchObject([expect.stringContaining('NO_SUCH_KEY')]);
  });

  describe('the range of the cost', () => {
    interface Range {
      tokens: { input: number; output_at_most: number };
      cost: { least: number; most: number } | null;
      reserve: number;
    }
    const priced = (price: object) => ({ default: { provider: 'scripted', script: 'org/script.yaml', ...price } });

    async function ranges(models: object, to = ['a', 'b']) {
      const root = scratchOrg({ ...RELAY, models: models as Record<string, unknown> });
      for (const name of to) ask(root, name);
      const { data, text } = await runs(root, { 'dry-run': true });
      const { would_run, ...total } = (data as unknown as { dry_run: Range & { would_run: Range[] } }).dry_run;
      return { calls: would_run, total, text };
    }

    it('is from the estimated input out of the cache to what is reserved, call by call and together', async () => {
      const price = { input: 3, cached_input: 0.3, cache_write: 3.75, output: 15 };
      const { calls, total, text } = await ranges(priced({ price, max_output_tokens: 500 }));
      expect(calls).toHaveLength(2);
      for (const { tokens, cost, reserve } of calls) {
        expect(tokens.input).toBeGreaterThan(100);
        expect(tokens.output_at_most).toBe(500);
        expect(cost).toEqual({ least: Math.ceil(tokens.input * 0.3) / 1e6, most: reserve });
        expect(reserve).toBeGreaterThan(0.0075 + (tokens.input * 3.75) / 1e6);
      }
      expect(total.tokens).toEqual({
        input: calls.reduce((sum, { tokens }) => sum + tokens.input, 0),
        output_at_most: 1000,
      });
      expect(total.cost?.least).toBeCloseTo(
        calls.reduce((sum, { cost }) => sum + (cost?.least ?? 0), 0),
        9,
      );
      expect(total.cost?.most).toBe(total.reserve);
      const [first] = calls;
      expect(text).toContain(
        `model default, about ${first?.tokens.input} tokens in, up to 500 out: ${first?.cost?.least} to ${first?.reserve} credits`,
      );
      expect(text).toContain(`First calls: about ${total.tokens.input} tokens in, up to 1000 out: `);
    });

    it('is one amount when calls have a price of their own', async () => {
      const { calls, text } = await ranges(priced({ price: { per_call: 0.01 } }), ['a']);
      expect(calls[0]?.cost).toEqual({ least: 0.01, most: 0.01 });
      expect(text).toMatch(/about \d+ tokens in, up to \d+ out: 0\.01 credits/);
    });

    it('goes by the model that is reserved for: the first of the chain with a price', async () => {
      const none = { provider: 'no-such', fallback: ['spare'] };
      const { calls } = await ranges({
        default: none,
        spare: { provider: 'scripted', price: { per_call: 0.02 }, max_output_tokens: 7 },
      });
      expect(calls[0]).toMatchObject({ tokens: { output_at_most: 7 }, cost: { least: 0.02, most: 0.02 } });
    });

    it('is not known without a price', async () => {
      const { calls, total, text } = await ranges({ default: { provider: 'no-such' } }, ['a']);
      expect([calls[0]?.cost, total.cost]).toEqual([null, null]);
      expect(text).toMatch(/about \d+ tokens in, up to \d+ out: price unknown/);
    });
  });

  it('works beside a running engine', async () => {
    const root = scratchOrg(RELAY);
    const seen = await withEngine({ machine: realMachine, root, env: {} }, 'run', () =>
      runs(root, { 'dry-run': true }),
    );
    expect(seen.data.turns).toBe(0);
  });
});
