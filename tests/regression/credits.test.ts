import { describe, expect, it } from 'vitest';
import * as statusCommand from '../../src/commands/look/status.ts';
import * as topUpCommand from '../../src/commands/money/top-up.ts';
import * as approvalsCommand from '../../src/commands/people/approvals.ts';
import * as historyCommand from '../../src/commands/people/history.ts';
import * as inboxCommand from '../../src/commands/people/inbox.ts';
import * as outboxCommand from '../../src/commands/people/outbox.ts';
import * as pauseCommand from '../../src/commands/run/pause.ts';
import * as resumeCommand from '../../src/commands/run/resume.ts';
import * as runCommand from '../../src/commands/run/run.ts';
import * as stepCommand from '../../src/commands/run/step.ts';
import * as validateCommand from '../../src/commands/start/validate.ts';
import { type Prompt, ProviderError, type Usage } from '../../src/core/model/call.ts';
import { inboxOf } from '../../src/core/model/state/mail.ts';
import { balanceOf } from '../../src/core/money/ledger.ts';
import { type Fault, FaultError } from '../../src/schema/fault.ts';
import { checked } from '../commands/checked.ts';
import { ask, RELAY } from '../commands/relay.ts';
import { inputOf, scratchOrg, testWorld, writtenIn } from '../commands/world.ts';
import { type Answer, CALL, Org, PRICED, say, USAGE } from './org.ts';

const status = checked(statusCommand);
const topUp = checked(topUpCommand);
const approvals = checked(approvalsCommand);
const history = checked(historyCommand);
const inbox = checked(inboxCommand);
const outbox = checked(outboxCommand);
const pause = checked(pauseCommand);
const resume = checked(resumeCommand);
const runTurns = checked(runCommand);
const step = checked(stepCommand);
const validate = checked(validateCommand);

const EDGES = { human: ['a', 'b'], a: ['human'], b: ['human'] };
const CREDITS = 'org/credits.yaml';
const POOR = '# Mine.\nversion: 1\nagents: { a: { grant: 1 } }   # b gets nothing yet\n';
const RICH = '# Mine.\nversion: 1\nagents: { a: { grant: 1 }, b: { grant: 0.5 } }   # b too\n';

function orgOf(
  credits: string,
  mind: (prompt: Prompt) => Answer = ({ agent }) => [say('human', `I am ${agent}.`)],
  more: object = {},
): Org {
  return new Org({ edges: EDGES, models: PRICED, ...more }, mind).withFile(CREDITS, credits);
}

/** Where faults are, each place once. */
function placesOf(faults: readonly Fault[]): string[] {
  return [...new Set(faults.map(({ file, line }) => `${file}:${line}`))];
}

describe('6.3 credits', () => {
  it('6.3-31 credits.yaml edited while an engine runs counts from the next turn, and is never written by the program', async () => {
    const org = orgOf(POOR);
    org.drop(['a', 'b'], 'Work.');
    await org.with(async (engine) => {
      expect((await engine.turn()).visits.map(({ agent, outcome }) => [agent, outcome])).toEqual([
        ['a', 'ok'],
        ['b', 'skipped'],
      ]);
      org.disk.put(CREDITS, RICH);
      expect((await engine.turn()).visits).toMatchObject([{ agent: 'b', outcome: 'ok', cost: CALL }]);
      expect(balanceOf(engine.config, engine.state, 'b')).toEqual({
        granted: 500_000,
        spent: CALL,
        reserved: 0,
        doubt: 0,
        left: 490_000,
      });
    });
    expect(org.read(CREDITS)).toBe(RICH);
  });

  it('6.3-31 the same within one run that goes on until it is idle', async () => {
    const org = orgOf(POOR);
    org.drop(['a', 'b'], 'Work.');
    const told = ({ turn }: { turn: number }) => {
      if (turn === 1) org.disk.put(CREDITS, RICH);
    };
    const { reports } = await org.run({ untilIdle: true, onTurn: told });
    expect(
      reports.map(({ visits }) => visits.filter(({ outcome }) => outcome === 'ok').map(({ agent }) => agent)),
    ).toEqual([['a'], ['b']]);
  });

  it('6.3-31 a top-up for a running engine is one line of the ledger, taken once', async () => {
    const org = orgOf(POOR);
    org.drop('b', 'Work.');
    await org.with(async (engine) => {
      await engine.turn();
      org.disk.put('agents/human/requests/1.yaml', 'ask: top-up\nby: somebody\nagent: b\namount: 10000\n');
      expect((await engine.turn()).visits).toMatchObject([{ agent: 'b', outcome: 'ok' }]);
      await engine.turn();
    });
    expect(org.lines('request').map(({ request }) => request)).toEqual([
      { ask: 'top-up', by: 'human', agent: 'b', amount: CALL, note: '' },
    ]);
    expect(org.paths(/\/requests\//)).toEqual([]);
    expect(org.read(CREDITS)).toBe(POOR);
  });

  it('6.3-32 a torn credits.yaml costs nothing: in a run the last good one counts, at a start the fault says where', async () => {
    const org = orgOf(RICH);
    org.drop('a', 'Work.');
    await org.with(async (engine) => {
      await engine.turn();
      org.disk.put(CREDITS, RICH.slice(0, 40));
      org.drop('b', 'Work.');
      const { visits, faults } = await engine.turn();
      expect(visits).toMatchObject([{ agent: 'b', outcome: 'ok', cost: CALL }]);
      expect(placesOf(faults)).toEqual([`${CREDITS}:3`]);
    });
    const error = await org.turns(1).catch((reason: unknown) => reason);
    expect(error instanceof FaultError && placesOf(error.faults)).toEqual([`${CREDITS}:3`]);
    org.disk.put(CREDITS, RICH);
    const [report] = await org.turns(1);
    expect(report?.turn).toBe(3);
    expect(await org.look(({ state }) => state.money.org.spent)).toBe(2 * CALL);
  });

  it('6.3-33 a visit spends no more than its agent has: the call it cannot pay is not made', async () => {
    const org = orgOf(
      'version: 1\nagents: { a: { grant: 0.025 } }\n',
      ({ n }) => [{ tool: 'recall', input: { key: `x${n}` } }],
      {
        resumes: { a: { tools: ['recall'] } },
      },
    );
    org.drop('a', 'Work.');
    const reports = await org.turns(6);
    expect(org.prompts).toHaveLength(2);
    expect(reports[0]?.visits).toMatchObject([{ agent: 'a', outcome: 'cut', blame: 'credits', cost: 2 * CALL }]);
    const { balance, waiting } = await org.look(({ config, state }) => ({
      balance: balanceOf(config, state, 'a'),
      waiting: inboxOf(state.mail, 'a'),
    }));
    expect(balance).toEqual({ granted: 25_000, spent: 2 * CALL, reserved: 0, doubt: 0, left: 5_000 });
    expect(waiting).toMatchObject([{ id: '000001-human-01', attempts: {} }]);
  });

  it('6.3-33 the worst case is reserved before a call, and what it did not use comes back', async () => {
    const price = { input: 1, output: 10 };
    const usage = { input: 1000, cachedInput: 0, cacheWrite: 0, output: 100, reasoning: 0 };
    let reserved = 0;
    const org = orgOf(POOR, () => ({ usage }), {
      models: { default: { provider: 'mind', price, max_output_tokens: 500 } },
    });
    org.drop('a', 'Work.');
    await org.turns(1);
    const [intent] = org.lines('intent');
    reserved = intent?.reserve ?? 0;
    expect(reserved).toBeGreaterThanOrEqual(500 * 10 + 1000);
    expect(org.lines('reply').map(({ cost, over }) => [cost, over])).toEqual([[2000, 0]]);
    expect(await org.look(({ config, state }) => balanceOf(config, state, 'a'))).toEqual({
      granted: 1e6,
      spent: 2000,
      reserved: 0,
      doubt: 0,
      left: 998_000,
    });
  });

  it('6.3-33 a call that fails costs what the provider billed, and nothing when it billed nothing', async () => {
    const usage = { input: 700, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    for (const [billed, cost] of [
      [null, 0],
      [usage, 700],
    ] as const) {
      const org = orgOf(
        POOR,
        () => {
          throw new ProviderError('unavailable', 'gone', { usage: billed, requestId: 'r-1' });
        },
        { models: { default: { provider: 'mind', price: { input: 1 } } } },
      );
      org.drop('a', 'Work.');
      await org.turns(1);
      expect(org.lines('failed')).toMatchObject([{ cost, requestId: 'r-1' }]);
      expect(await org.look(({ state }) => state.money.org.spent)).toBe(cost);
    }
  });

  it('6.3-33 a fallback is charged at its own price, the model that failed at none', async () => {
    const models = {
      default: { provider: 'mind', model: 'dear', price: { per_call: 0.5 }, fallback: ['cheap'] },
      cheap: { provider: 'mind', price: { per_call: 0.01 } },
    };
    let calls = 0;
    const org = orgOf(
      POOR,
      () => {
        if (++calls === 1) throw new ProviderError('overloaded', 'busy');
        return [say('human', 'Done.')];
      },
      { models },
    );
    org.drop('a', 'Work.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ agent: 'a', outcome: 'ok', cost: CALL }]);
    expect(org.lines('intent').map(({ model, reserve }) => [model, reserve])).toEqual([
      ['default', 50 * CALL],
      ['cheap', CALL],
    ]);
  });

  it('6.3-33 a call that ends in an unexpected error is booked too: failed or in doubt, never forgotten', async () => {
    const org = orgOf(POOR, () => {
      throw new TypeError('fetch failed');
    });
    org.repeatable = false;
    org.drop('a', 'Work.');
    await org.turns(1);
    const answered = org.lines('failed').map(({ turn, agent, n, attempt }) => `${turn}.${agent}.${n}.${attempt}`);
    const doubts = await org.look(({ state }) => [...state.money.doubts.keys()]);
    expect([...answered, ...doubts]).toEqual(['1.a.1.1', '1.a.1.2', '1.a.1.3']);
  });

  it.each([
    ['NaN', Number.NaN],
    ['less than nothing', -1000],
    ['half a token', 0.5],
    ['a text', '7'],
  ])('6.3-33 usage that is %s is charged as the estimate, and the account stays a number', async (_name, count) => {
    const price = { input: 1, output: 1 };
    const usage = { ...USAGE, output: count } as unknown as Usage;
    const make = async (reported: Usage | null) => {
      const org = orgOf(POOR, () => ({ usage: reported, text: 'x'.repeat(900) }), {
        models: { default: { provider: 'mind', price } },
      });
      org.drop('a', 'Work.');
      await org.turns(1);
      return org.look(({ state }) => state.money.org.spent);
    };
    const estimated = await make(null);
    expect(estimated).toBeGreaterThanOrEqual(300);
    expect(await make(usage)).toBe(estimated);
  });

  it('6.3-33 usage above the reserve is charged as the reserve, and that model stops until the owner looks', async () => {
    const usage = { input: 10_000_000, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    const org = orgOf(POOR, () => ({ usage }), { models: { default: { provider: 'mind', price: { input: 1 } } } });
    org.drop('a', 'Work.');
    org.drop('a', 'More.');
    await org.turns(1);
    const reserve = org.lines('intent')[0]?.reserve ?? 0;
    expect(org.lines('reply')).toMatchObject([{ cost: reserve, over: 10_000_000 - reserve }]);
    org.drop('a', 'And more.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ agent: 'a', outcome: 'failed', cost: 0 }]);
    expect(org.prompts).toHaveLength(1);
    expect(await org.look(({ state }) => [...state.calls.stopped.keys()])).toEqual(['default']);
  });

  it('6.3-34 cost is counted in tokens by their kind, to the micro-credit', async () => {
    const price = { input: 1, cached_input: 0.1, cache_write: 1.25, output: 10 };
    const usage = { input: 1000, cachedInput: 500, cacheWrite: 40, output: 200, reasoning: 50 };
    const org = orgOf(POOR, () => ({ usage }), { models: { default: { provider: 'mind', price } } });
    org.drop('a', 'Work.');
    const [report] = await org.turns(1);
    expect(report?.spent).toBe(1000 + 50 + 50 + 2000);
    const account = await org.look(({ state }) => state.staff.agents.get('a'));
    expect([account?.tokensIn, account?.tokensOut, account?.calls]).toEqual([1540, 200, 1]);
  });

  it('6.3-34 the least limit of output tokens reaches the provider, and a visit makes no more calls than its steps', async () => {
    const org = orgOf(POOR, ({ n }) => [{ tool: 'recall', input: { key: `x${n}` } }], {
      org: { limits: { output_tokens: 900, steps: 6 } },
      models: { default: { ...PRICED.default, max_output_tokens: 400 } },
      resumes: {
        a: { tools: ['recall'], limits: { output_tokens: 300, steps: 3 } },
        b: { tools: ['recall'], limits: { output_tokens: 700 } },
      },
    }).withFile(CREDITS, RICH);
    org.drop(['a', 'b'], 'Work.');
    await org.turns(1);
    const calls = (agent: string) =>
      org.prompts.filter((prompt) => prompt.agent === agent).map(({ maxOutputTokens }) => maxOutputTokens);
    expect(calls('a')).toEqual([300, 300, 300]);
    expect(calls('b')).toEqual([400, 400, 400, 400, 400, 400]);
  });

  it('6.3-35 a new folder is granted nothing, whatever its resume says of itself', async () => {
    const org = orgOf(RICH);
    await org.turns(1);
    const chart =
      'version: 1\nagents: { human: { send_to: ["*"], read_from: ["*"] }, a: {}, b: {}, new: { read_from: [human] } }\n';
    org.disk.put('agents/new/resume.md', '---\nrole: greedy\n---\nHello.\n');
    org.disk.put(
      'agents/greedy/resume.md',
      '---\nrole: greedy\nmax_credits: 1000\ncredits: { grant: 1000 }\n---\nHello.\n',
    );
    org.disk.put('org/chart.yaml', chart);
    org.drop('new', 'Work.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ agent: 'new', outcome: 'skipped', blame: 'credits', cost: 0 }]);
    expect(report?.faults.map(({ file, code, line }) => [file, code, line])).toEqual(
      expect.arrayContaining([
        ['agents/greedy/resume.md', 'unknown-key', 3],
        ['agents/greedy/resume.md', 'unknown-key', 4],
      ]),
    );
    expect(org.prompts).toEqual([]);
    expect(await org.look(({ config, state }) => balanceOf(config, state, 'new').granted)).toBe(0);
  });

  it('6.3-36 reading commands change no byte of the folder', async () => {
    const root = scratchOrg(RELAY);
    ask(root, 'a');
    await runTurns(testWorld(root), inputOf({ flags: { turns: 2 } }));
    ask(root, 'b');
    const before = writtenIn(root);
    for (const run of [status, inbox, history, validate, approvals]) await run(testWorld(root), inputOf());
    await outbox(testWorld(root), inputOf({ args: { agent: 'a' } }));
    await runTurns(testWorld(root), inputOf({ flags: { 'dry-run': true } }));
    expect(writtenIn(root)).toEqual(before);
  });

  it('6.3-37 top-up, pause, resume and step exist and do what they say', async () => {
    const root = scratchOrg({ ...RELAY, credits: {} });
    ask(root, 'a');
    const visits = async (agent?: string) => {
      const { data } = await step(testWorld(root), inputOf({ flags: agent === undefined ? {} : { agent } }));
      return (data as { visits: { agent: string; outcome: string }[] }).visits.map((visit) => [
        visit.agent,
        visit.outcome,
      ]);
    };
    expect(await visits()).toEqual([['a', 'skipped']]);
    await topUp(testWorld(root), inputOf({ args: { agent: 'a', credits: '1' } }));
    await pause(testWorld(root), inputOf({ args: { agent: 'a' } }));
    expect(await visits()).toEqual([]);
    await resume(testWorld(root), inputOf({ args: { agent: 'a' } }));
    expect(await visits('b')).toEqual([['b', 'skipped']]);
    expect(await visits('a')).toEqual([['a', 'ok']]);
  });

  it('6.3-37 a reset of the credits begins the account anew and is one line of the ledger', async () => {
    const org = orgOf(POOR);
    org.drop('a', 'Work.');
    await org.turns(1);
    await org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: 5, note: '' });
    await org.ask({ ask: 'reset', by: 'human', scope: 'credits', archive: 'x' });
    expect(await org.look(({ config, state }) => balanceOf(config, state, 'a'))).toEqual({
      granted: 1e6,
      spent: 0,
      reserved: 0,
      doubt: 0,
      left: 1e6,
    });
    expect(org.lines('request').map(({ request }) => request.ask)).toEqual(['top-up', 'reset']);
  });
});
