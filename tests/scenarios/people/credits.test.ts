import { describe, expect, it } from 'vitest';
import { inboxOf } from '../../../src/core/model/state/mail.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { balanceOf } from '../../../src/core/money/ledger.ts';
import { statusOf } from '../../../src/views/org/status.ts';
import { CALL, Org, PRICED, say } from '../../regression/org.ts';

const PAIR = { human: ['a', 'b'], a: ['human'], b: ['human'] };
const done = () => [say('human', 'Done.')];
const creditNotices = (org: Org) =>
  org.look(({ state }) =>
    agentState(state.staff, 'human')
      .notices.filter(({ about }) => about === 'credits')
      .map(({ turn }) => turn),
  );

describe('credits, as a user lives them', () => {
  it('scenario 23: who cannot pay the estimated cost is not called and listed so, and the mail waits', async () => {
    const org = new Org(
      { edges: PAIR, models: PRICED, credits: { agents: { a: { grant: 0.009999 }, b: { grant: 0.01 } } } },
      done,
    );
    org.drop(['a', 'b'], 'Work.');
    const [report] = await org.turns(3);
    expect(report?.visits.map(({ agent, outcome, blame, cost }) => [agent, outcome, blame, cost]).sort()).toEqual([
      ['a', 'skipped', 'credits', 0],
      ['b', 'ok', undefined, CALL],
    ]);
    expect(org.prompts.map(({ agent }) => agent)).toEqual(['b']);
    const status = await org.look(({ config, state }) =>
      statusOf(config, state, 'human', []).agents.find(({ name }) => name === 'a'),
    );
    expect(status).toMatchObject({ unread: 1, credits: { granted: 0.009999, spent: 0, reserved: 0, left: 0.009999 } });
    expect(status?.why).toContain('no credits');
    expect(await org.look(({ state }) => inboxOf(state.mail, 'a').map(({ attempts }) => attempts))).toEqual([{}]);
  });

  it.each([
    ['the organisation', { org: { cap: 0.255 } }],
    ['a unit', { units: { team: { cap: 0.255 } } }],
    ['a turn', { org: { per_turn: 0.255 } }],
    ['a day', { org: { per_day: 0.255 } }],
  ])('scenario 24: ten agents at once never spend more than the cap of %s', async (_name, caps) => {
    const names = Array.from({ length: 10 }, (_, i) => `a${i}`);
    const agents = Object.fromEntries(names.map((name) => [name, { grant: 100 }]));
    let open = 0;
    let answered = 0;
    let most = 0;
    const org = new Org(
      {
        edges: { human: names, ...Object.fromEntries(names.map((name) => [name, ['human']])) },
        models: PRICED,
        credits: { agents, ...caps },
        files: { 'org/units/team.md': '---\nname: team\n---\n' },
        resumes: Object.fromEntries(names.map((name) => [name, { unit: 'team', tools: ['recall'] }])),
      },
      async ({ agent, n }) => {
        most = Math.max(most, ++open + answered);
        for (let i = 0; i < Number(agent.slice(1)); i++) await new Promise((resolve) => setImmediate(resolve));
        open--;
        answered++;
        return n < 5 ? [{ tool: 'recall', input: { key: 'x' } }] : [say('human', 'Done.')];
      },
    );
    org.drop(names, 'Work.');
    const [report] = await org.turns(1);
    expect(most).toBeLessThanOrEqual(25);
    expect(report?.spent).toBe(answered * CALL);
    expect(report?.spent).toBeLessThanOrEqual(255_000);
    expect(answered).toBeGreaterThanOrEqual(20);
    const sum = await org.look(({ config, state }) =>
      names.reduce((total, name) => total + balanceOf(config, state, name).spent, 0),
    );
    expect(sum).toBe(report?.spent);
  });

  it.each([
    ['the organisation', { org: { cap: 0.07 } }],
    ['a unit', { units: { team: { cap: 0.07 } } }],
  ])('scenario 24: over many turns the cap of %s holds as well, and has too little left', async (_name, caps) => {
    const team = { unit: 'team' };
    const org = new Org(
      {
        edges: PAIR,
        models: PRICED,
        credits: { agents: { a: { grant: 1 }, b: { grant: 1 } }, ...caps },
        files: { 'org/units/team.md': '---\nname: team\n---\n' },
        resumes: { a: team, b: team },
      },
      done,
    );
    for (let turn = 1; turn <= 6; turn++) {
      org.drop(['a', 'b'], 'Work.');
      await org.turns(1);
    }
    expect(await org.look(({ state }) => state.money.org.spent)).toBe(70_000);
  });

  it('scenario 25: a top-up while the engine runs counts in the next turn, and is one line of the ledger', async () => {
    const org = new Org({ edges: PAIR, models: PRICED }, done);
    org.drop('a', 'Work.');
    await org.with(async (engine) => {
      expect((await engine.turn()).visits).toMatchObject([{ agent: 'a', outcome: 'skipped' }]);
      org.disk.put('agents/human/requests/top-up.yaml', 'ask: top-up\nby: human\nagent: a\namount: 50000000\n');
      expect((await engine.turn()).visits).toMatchObject([{ agent: 'a', outcome: 'ok', cost: CALL }]);
      expect(balanceOf(engine.config, engine.state, 'a')).toEqual({
        granted: 50e6,
        spent: CALL,
        reserved: 0,
        doubt: 0,
        left: 50e6 - CALL,
      });
    });
    expect(org.lines('request')).toHaveLength(1);
  });

  it('scenario 26: the soft cap gives one warning, at the hard cap the agent waits and asks once, and goes on when I say so', async () => {
    const org = new Org({ edges: PAIR, models: PRICED, credits: { agents: { a: { grant: 0.05, soft: 0.02 } } } }, done);
    for (let turn = 1; turn <= 9; turn++) {
      org.drop('a', `Work ${turn}.`);
      await org.turns(1);
    }
    expect(org.visits('a').map(({ turn }) => turn)).toEqual([1, 2, 3, 4, 5]);
    expect(org.lines('warned').map(({ scope }) => scope)).toEqual(['a']);
    const [soft, hard, ...more] = await creditNotices(org);
    expect([[2, 3].includes(soft ?? 0), hard, more]).toEqual([true, 6, []]);
    await org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: CALL, note: '' });
    const { end } = await org.run();
    expect(end).toBe('idle');
    expect(org.delivered('a')).toHaveLength(9);
    expect(await org.look(({ config, state }) => balanceOf(config, state, 'a').left)).toBe(0);
  });
});
