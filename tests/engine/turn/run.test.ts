import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/model/call.ts';
import { type RunOptions, run } from '../../../src/engine/turn/run.ts';
import { CALL, type Mind, PRICED, say } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const EDGES = { human: ['a'], a: ['b', 'human'], b: ['a'] };
const PING: Mind = ({ agent, mail }) => (mail.length ? [say(agent === 'a' ? 'b' : 'a', 'Again.')] : []);

function lab(mind: Mind, more: Partial<ConstructorParameters<typeof Lab>[0]> = {}): Lab {
  const org = new Lab({ edges: EDGES, org: { limits: { hops: 100 } }, ...more }, mind);
  org.drop('a', 'Begin.');
  return org;
}

describe('a run looks at the folder', () => {
  it.each([{ turns: 6 }, { untilIdle: true, maxCost: 6 * CALL }])(
    'once a turn while somebody is due: %o',
    async (wish) => {
      const org = lab(PING, { models: PRICED, credits: { agents: { a: { grant: 1 }, b: { grant: 1 } } } });
      await org.turns(2);
      let looks = 0;
      org.disk.looking = ({ name, path }) => {
        if (name === 'stat' && path === 'agents/b/resume.md') looks++;
        return 'go';
      };
      const { turns } = await org.run(wish);
      expect(turns).toBeGreaterThanOrEqual(5);
      // Beside those of the turns: at the start, and when the run ends.
      expect(looks).toBeLessThanOrEqual(turns + 2);
    },
  );
});

describe('a run ends', () => {
  it('after so many turns, idle or not', async () => {
    expect(await lab(PING).run({ turns: 3 })).toMatchObject({
      end: 'turns',
      idle: false,
      reports: [{ turn: 1 }, { turn: 2 }, { turn: 3 }],
    });
    const idle = lab(() => []);
    expect(await idle.run({ turns: 3 })).toMatchObject({ end: 'turns', idle: true });
    expect(await idle.run({ turns: 1 })).toMatchObject({ reports: [{ turn: 4 }] });
  });

  it('when nobody is due any more, and then makes no turn at all', async () => {
    const org = lab(({ agent }) => (agent === 'a' ? [say('b', 'Last one.')] : []));
    expect(await org.run()).toMatchObject({ end: 'idle', idle: true, reports: [{ turn: 1 }, { turn: 2 }] });
    expect(await org.run()).toMatchObject({ end: 'idle', reports: [] });
  });

  it('when only agents with failing providers remain', async () => {
    const org = lab(() => {
      throw new ProviderError('unavailable', 'down');
    });
    const { end, idle, reports } = await org.run();
    expect([end, idle]).toEqual(['failing', false]);
    expect(reports.flatMap(({ visits }) => visits.map(({ turn, blame }) => `${turn} ${blame}`))).toEqual([
      '1 provider',
      '2 provider',
    ]);
    expect(org.delivered('a')).toEqual([]);
  });

  it('not while another agent can work', async () => {
    const org = lab(
      ({ agent, turn }) => {
        if (agent === 'a') throw new ProviderError('overloaded', 'busy');
        return turn < 5 ? [say('b', 'To myself?')] : [];
      },
      { edges: { human: ['a', 'b'], a: [], b: [] }, resumes: { b: { schedule: { every: 5 } } } },
    );
    org.drop('b', 'Wait for turn 5.');
    const { end, reports } = await org.run();
    expect(end).toBe('failing');
    expect(reports.at(-1)?.turn).toBe(5);
    expect(org.delivered('b')).toHaveLength(1);
  });

  it('when nobody has credits for what waits; a later run makes no turn for it', async () => {
    const org = lab(() => [], { models: PRICED });
    expect(await org.run()).toMatchObject({
      end: 'idle',
      idle: true,
      reports: [{ visits: [{ outcome: 'skipped', blame: 'credits' }] }],
    });
    expect(await org.run()).toMatchObject({ end: 'idle', turns: 0, reports: [] });
    await org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: CALL, note: '' });
    expect(await org.run()).toMatchObject({ end: 'idle', spent: CALL });
  });

  const grants = { agents: { a: { grant: 10 }, b: { grant: 10 } } };

  it.each([
    [3 * CALL, 3],
    [3 * CALL - 1, 2],
    [CALL / 2, 0],
    [0, 0],
  ])('when it has cost %i micro-credits: after %i calls', async (maxCost, calls) => {
    const org = lab(PING, { models: PRICED, credits: grants });
    expect(await org.run({ untilIdle: true, maxCost })).toMatchObject({ end: 'max-cost', spent: calls * CALL });
    expect(await org.run({ turns: 1, maxCost })).toMatchObject({ spent: maxCost >= CALL ? CALL : 0 });
  });

  it('at that cost within a visit too, which starves nobody', async () => {
    const org = lab(({ n }) => (n < 3 ? [say('nobody', 'refused, so think again')] : []), {
      models: PRICED,
      credits: grants,
    });
    expect(await org.run({ untilIdle: true, maxCost: 2 * CALL })).toMatchObject({ end: 'max-cost', spent: 2 * CALL });
    expect(org.lines('notice').filter(({ about }) => about === 'credits')).toEqual([]);
    expect(await org.run({ untilIdle: true })).toMatchObject({ end: 'idle' });
    expect(org.delivered('a')).toEqual(['000001-human-01']);
  });

  it('never above that cost, when a cheap call fits where a dear one does not', async () => {
    const models = {
      default: { provider: 'mind', price: { per_call: 0.01 } },
      dear: { provider: 'mind', price: { per_call: 0.05 } },
    };
    const org = lab(() => [], {
      edges: { human: ['a', 'b'], a: [], b: [] },
      models,
      credits: grants,
      resumes: { a: { model: 'dear' } },
    });
    org.drop('b', 'You too.');
    const { end, spent } = await org.run({ untilIdle: true, maxCost: 3 * CALL });
    expect([end, spent, org.delivered('b').length]).toEqual(['max-cost', CALL, 1]);
  });
});

describe('an open-ended run', () => {
  const open = async (org: Lab, wish: Partial<RunOptions> & { stopAfter?: number } = {}) => {
    const abort = new AbortController();
    const told: number[] = [];
    const report = await org.with((engine) =>
      run(engine, org.clock, {
        signal: abort.signal,
        onTurn: ({ turn }) => {
          told.push(turn);
          if (told.length === (wish.stopAfter ?? Number.POSITIVE_INFINITY)) abort.abort();
        },
        ...wish,
      }),
    );
    return { ...report, told };
  };

  it('ends after the turns that org.yaml allows a run', async () => {
    const org = lab(PING, { org: { clock: { max_turns: 3, turn_seconds: 10 } } });
    expect(await open(org)).toMatchObject({ end: 'max-turns', told: [1, 2, 3] });
    expect(await open(org)).toMatchObject({ end: 'max-turns', told: [4, 5, 6] });
  });

  it('waits between its turns, a bounded run does not', async () => {
    const time = async (wish: Partial<RunOptions>) => {
      const org = lab(PING, { org: { clock: { max_turns: 3, turn_seconds: 10 } } });
      org.clock.advance(1000);
      const start = org.clock.now();
      await open(org, wish);
      return org.clock.now() - start;
    };
    expect(await time({})).toBe(30_000);
    expect(await time({ turns: 3 })).toBe(0);
  });

  it('finishes its turn when it is interrupted, and does not wait then', async () => {
    const org = lab(PING, { org: { clock: { turn_seconds: 10 } } });
    const start = org.clock.now();
    expect(await open(org, { stopAfter: 2 })).toMatchObject({ end: 'interrupted', told: [1, 2] });
    expect(org.clock.now() - start).toBeLessThanOrEqual(11_000);
    expect(org.lines('commit').map(({ turn }) => turn)).toEqual([1, 2]);
  });

  it('makes no turn while the organisation is at rest, after one that reads the folder, and goes on when there is news', async () => {
    const abort = new AbortController();
    const org = new Lab({ edges: EDGES, org: { clock: { turn_seconds: 10 } } }, () => []);
    const sleep = org.clock.sleep.bind(org.clock);
    let naps = 0;
    org.clock.sleep = async (ms, signal) => {
      if (++naps === 3) org.drop('a', 'News.');
      if (naps === 9) abort.abort();
      await sleep(ms, naps === 9 ? undefined : signal);
    };
    const { reports, end } = await org.with((engine) =>
      run(engine, org.clock, { signal: abort.signal, onTurn: () => {} }),
    );
    expect([end, reports.map(({ turn, visits }) => [turn, visits.length])]).toEqual([
      'interrupted',
      [
        [1, 0],
        [2, 1],
      ],
    ]);
    expect(org.delivered('a')).toHaveLength(1);
  });
});

describe('a bounded run', () => {
  it('that is interrupted before it begins makes no turn', async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await lab(PING).run({ turns: 3, signal: abort.signal })).toMatchObject({ end: 'interrupted', reports: [] });
  });

  it('finishes the turn during which it is interrupted', async () => {
    const abort = new AbortController();
    const org = lab((prompt) => {
      abort.abort();
      return PING(prompt);
    });
    expect(await org.run({ untilIdle: true, signal: abort.signal })).toMatchObject({
      end: 'interrupted',
      reports: [{ turn: 1, visits: [{ outcome: 'ok' }] }],
    });
  });

  it('of one agent leaves the others alone, also in a paused organisation when it is a step', async () => {
    const org = lab(() => [], { edges: { human: ['a', 'b'], a: [], b: [] } });
    org.drop('b', 'You too.');
    await org.run({ turns: 1, only: 'b' });
    expect([org.delivered('a').length, org.delivered('b').length]).toEqual([0, 1]);
    await org.ask({ ask: 'pause', by: 'human', agent: null });
    await org.run({ turns: 1 });
    expect(org.delivered('a')).toHaveLength(0);
    await org.run({ turns: 1, step: true });
    expect(org.delivered('a')).toHaveLength(1);
  });
});
