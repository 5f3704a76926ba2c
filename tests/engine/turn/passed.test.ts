import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/model/call.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { load } from '../../../src/engine/journal/load.ts';
import { verifyJournal } from '../../../src/engine/journal/verify.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import type { Engine } from '../../../src/engine/turn/engine.ts';
import { run } from '../../../src/engine/turn/run.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, Org, say } from '../../regression/org.ts';

const EDGES = { human: ['a', 'b', 'c'], a: ['b', 'human'], b: ['a', 'c'], c: ['a'] };

/** What a run leaves that people can count on: who was visited when, with what, and what became of the mail. */
function told(org: Org): unknown[] {
  let turn = 0;
  return org.journal().flatMap((line: Entry): unknown[] => {
    if (line.k === 'open') turn = line.turn;
    if (line.k === 'visit') return [[turn, 'visit', line.agent, line.outcome, line.mail]];
    if (line.k === 'dead') return [[turn, 'dead', line.record.id, line.record.reason]];
    return ['sent', 'escalated', 'lapsed', 'decided', 'summarised'].includes(line.k)
      ? [[turn, line.k, JSON.stringify(line)]]
      : [];
  });
}

interface Plan {
  schedules: { every: number; offset: number; when: string }[];
  expires: number;
  timeout: number;
  fails: number;
  summary: number;
  drops: number[];
  turns: number;
}

const PLAN: fc.Arbitrary<Plan> = fc.record({
  schedules: fc.array(
    fc.record({
      every: fc.integer({ min: 1, max: 9 }),
      offset: fc.integer({ min: 0, max: 4 }),
      when: fc.constantFrom('mail', 'mail', 'always'),
    }),
    { minLength: 3, maxLength: 3 },
  ),
  expires: fc.integer({ min: 1, max: 6 }),
  timeout: fc.integer({ min: 1, max: 7 }),
  fails: fc.integer({ min: 0, max: 3 }),
  summary: fc.integer({ min: 2, max: 9 }),
  drops: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }),
  turns: fc.integer({ min: 5, max: 30 }),
});

function orgOf({ schedules, expires, timeout, fails, summary }: Plan): Org {
  let failures = fails;
  const org = new Org(
    {
      edges: EDGES,
      org: {
        summary: { agent: 'a', every: summary },
        approvals: { timeout: `${timeout} turns`, default: 'approve', escalate_to: ['human'] },
        policies: [{ act: 'send_message to:human', do: { ask: ['human'] } }],
        limits: { hops: 5 },
      },
      resumes: Object.fromEntries(['a', 'b', 'c'].map((name, i) => [name, { schedule: schedules[i] }])),
    },
    ({ agent, mail, turn, n }): Act[] => {
      if (agent === 'c' && failures-- > 0) throw new ProviderError('unavailable', 'down');
      if (n > 1 || mail.length === 0) return [];
      if (agent === 'a') return [say('b', `On to b in ${turn}`, { expires_in: expires }), say('human', 'For you')];
      return agent === 'b'
        ? [say('c', `On to c in ${turn}`, { expires_in: expires }), say('a', 'Back', { priority: 'low' })]
        : [];
    },
  );
  return org;
}

/** Plays it turn by turn; `step`: what is done for each turn. */
async function play(plan: Plan, step: (engine: Engine, last: boolean) => Promise<unknown>): Promise<Org> {
  const org = orgOf(plan);
  await org.with(async (engine) => {
    for (let turn = 1; turn <= plan.turns; turn++) {
      for (const at of plan.drops) if (at === turn) org.drop(turn % 2 ? 'a' : ['b', 'c'], `Drop of ${turn}`);
      org.clock.advance(10_000);
      await step(engine, turn === plan.turns);
    }
  });
  return org;
}

const every = (engine: Engine) => engine.turn();
const sparing = async (engine: Engine, last: boolean) => (!last && (await engine.pass())) || engine.turn();

describe('turns in which nobody is due and nothing was asked', () => {
  it('go by, and the same happens in the same turns as when each was made', async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(PLAN, async (plan) => {
        const [all, few] = [await play(plan, every), await play(plan, sparing)];
        expect(told(few)).toEqual(told(all));
        expect(load(few.disk).state.clock.turn).toBe(plan.turns);
        expect(verifyJournal(few.disk).faults).toEqual([]);
        const again = new Recompute(TOOLS, few.ports());
        for (const group of readJournal(few.disk, [])) await again.take(group);
        expect(again.divergence).toBeNull();
        passed += plan.turns - verifyJournal(few.disk).turns;
      }),
      { numRuns: 60, seed: 11 },
    );
    expect(passed).toBeGreaterThan(200);
  });

  it('leave the state that the journal makes', async () => {
    const plan: Plan = {
      schedules: [
        { every: 7, offset: 3, when: 'always' },
        { every: 1, offset: 0, when: 'mail' },
        { every: 5, offset: 0, when: 'mail' },
      ],
      expires: 3,
      timeout: 4,
      fails: 0,
      summary: 6,
      drops: [2],
      turns: 20,
    };
    const org = await play(plan, sparing);
    const live = load(org.disk).state;
    for (const path of org.paths(/^\.lemming\/(state|fold)/)) org.disk.remove(path);
    expect(load(org.disk).state).toEqual(live);
    expect(org.lines('open').some(({ passed = 0 }) => passed > 0)).toBe(true);
  });

  const DAILY = { edges: EDGES, resumes: { a: { schedule: { every: 5000, when: 'always' } } } };

  it('of a day at rest leave a handful of files, and a run that ends makes the last of them', async () => {
    const org = new Org(DAILY);
    const stop = new AbortController();
    const end = org.clock.now() + 24 * 3_600_000;
    const sleep = org.clock.sleep.bind(org.clock);
    org.clock.sleep = async (ms, signal) => {
      if (org.clock.now() >= end) stop.abort();
      await sleep(ms, signal);
    };
    const report = await org.with((engine) => run(engine, org.clock, { signal: stop.signal, onTurn: () => {} }));
    expect(report.end).toBe('interrupted');
    expect(report.turns).toBeGreaterThan(8600);
    const { state } = load(org.disk);
    expect(state.clock.turn).toBe(report.turns);
    expect(org.lines('visit').map(({ agent }) => agent)).toEqual(['a']);
    expect(org.lines('commit').length).toBeLessThan(8);
    expect(verifyJournal(org.disk).faults).toEqual([]);
  });

  it('are taken back by a kill, of six hours at most', async () => {
    const org = new Org(DAILY);
    const kill = org.clock.now() + 13 * 3_600_000;
    const engine = org.open();
    const turns: number[] = [];
    await run(
      engine,
      {
        ...clockOf(org),
        sleep: async (ms, signal) => {
          if (org.clock.now() >= kill) org.disk.plan = () => 'crash-before';
          await org.clock.sleep(ms, signal);
          if (org.clock.now() >= kill) throw new Error('killed');
        },
      },
      { signal: new AbortController().signal, onTurn: ({ turn }) => void turns.push(turn) },
    ).catch(() => {});
    org.restart();
    const { state } = load(org.disk);
    expect(state.clock.turn).toBe(turns.at(-1));
    expect(13 * 360 - state.clock.turn).toBeLessThanOrEqual(6 * 360 + 1);
    expect((await org.run({ turns: 3 })).turns).toBe(3);
    expect(load(org.disk).state.clock.turn).toBe((turns.at(-1) ?? 0) + 3);
    expect(verifyJournal(org.disk).faults).toEqual([]);
  });

  it('count in `--turns N`, of which the last is made', async () => {
    const org = new Org({ edges: EDGES });
    expect(await org.run({ turns: 5 })).toMatchObject({ turns: 5, end: 'turns' });
    expect(load(org.disk).state.clock.turn).toBe(5);
    expect(org.paths(/^org\/journal\/0+5\.jsonl$/)).toHaveLength(1);
    expect(org.lines('open')).toMatchObject([{ turn: 1 }, { turn: 5, passed: 3 }]);
  });

  it('between a cut-off first turn and its repetition leave nothing torn', async () => {
    const org = new Org({ edges: EDGES });
    await org.turns(1);
    const engine = org.open();
    while (engine.state.clock.turn < 9) expect(await engine.pass()).toBe(true);
    org.disk.plan = ({ path, name }) => (path === 'org/journal/000010.jsonl' && name === 'write' ? 'crash-torn' : 'go');
    await expect(engine.turn()).rejects.toThrow();
    org.restart();
    await org.turns(1);
    expect(load(org.disk).state.clock.turn).toBe(2);
    await org.run({ turns: 12 });
    expect(verifyJournal(org.disk)).toMatchObject({ faults: [] });
    expect(load(org.disk).state.clock.turn).toBe(14);
  });
});

function clockOf(org: Org) {
  const { clock } = org;
  return {
    now: () => clock.now(),
    ticks: () => clock.ticks(),
    sleep: clock.sleep.bind(clock),
    timer: clock.timer.bind(clock),
    random: () => clock.random(),
    token: () => clock.token(),
  };
}

describe('a paused organisation', () => {
  it('takes in what people asked, and makes no further turn', async () => {
    const org = new Org({ edges: EDGES });
    await org.ask({ ask: 'pause', by: 'human', agent: null });
    org.drop('a', 'Hello');
    for (const wish of [{ turns: 3 }, { untilIdle: true }, {}])
      expect(await org.run(wish)).toMatchObject({ end: 'paused', called: 0 });
    expect(load(org.disk).state.clock.turn).toBe(1);
    expect(org.lines('drop')).toHaveLength(1);
    await org.ask({ ask: 'resume', by: 'human', agent: null });
    expect(await org.run()).toMatchObject({ end: 'idle', called: 1 });
  });
});

describe('an agent that is out of credits', () => {
  it('makes no turn until it can be paid', async () => {
    const org = new Org(
      {
        edges: EDGES,
        models: { default: { provider: 'mind', price: { per_call: 0.01 } } },
        credits: { agents: { a: { grant: 0.005 } } },
      },
      () => [],
    );
    org.drop('a', 'Hello');
    await org.run();
    const { turn } = load(org.disk).state.clock;
    for (let i = 0; i < 3; i++) expect(await org.run()).toMatchObject({ turns: 0, end: 'idle' });
    expect(load(org.disk).state.clock.turn).toBe(turn);
    await org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: 1_000_000, note: '' });
    expect(await org.run()).toMatchObject({ called: 1 });
  });
});
