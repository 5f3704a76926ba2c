import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/core/model/call.ts';
import { inboxOf } from '../../src/core/model/state/mail.ts';
import { agentState } from '../../src/core/model/state/staff.ts';
import { Org, resultsIn, say, textOf } from '../regression/org.ts';

const STAR = { human: ['a', 'b', 'c'], a: ['b', 'human'], b: ['a', 'human'], c: ['human'] };
const aboutOf = (org: Org, name: string) =>
  org.look(({ state }) => agentState(state.staff, name).notices.map(({ about }) => about));

describe('mail, as a user lives it', () => {
  it('scenario 9: without an edge nothing leaves, the author is told, and the record names the rule', async () => {
    const org = new Org({ edges: STAR }, ({ agent, n }) =>
      agent === 'c' && n === 1 ? [say('a', 'Psst'), say(['human', 'b'], 'Both')] : undefined,
    );
    org.drop('c', 'Write to a.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ agent: 'c', outcome: 'ok', sent: 0, refused: 2 }]);
    expect(org.messages('c')).toEqual([]);
    expect(await org.look(({ state }) => ['a', 'b', 'human'].map((name) => inboxOf(state.mail, name).length))).toEqual([
      0, 0, 0,
    ]);
    expect(resultsIn(org.prompts[1]).map(({ ok }) => ok)).toEqual([false, false]);
    expect(org.lines('visit')[0]?.refusals?.map(({ tool, rule }) => [tool, rule])).toEqual([
      ['send_message', 'edge'],
      ['send_message', 'edge'],
    ]);
  });

  it('scenario 9: who has no step left to be told in is told at the next visit', async () => {
    const org = new Org({ edges: STAR, org: { limits: { steps: 1 } } }, ({ agent, turn }) =>
      agent === 'c' && turn === 1 ? [say('a', 'Psst')] : undefined,
    );
    org.drop('c', 'Write to a.');
    await org.turns(1);
    expect(await aboutOf(org, 'c')).toEqual(['cut']);
    org.drop('c', 'And now?');
    await org.turns(1);
    expect(textOf(org.visits('c')[1])).toContain('The chart does not let c write to a.');
    expect(await aboutOf(org, 'c')).toEqual([]);
  });

  it('scenario 10: of 200 messages all are read, by priority, then age, and a chatty sender starves nobody', async () => {
    const priorities = ['low', 'normal', 'high', 'urgent'];
    const org = new Org(
      { edges: { human: ['a', 'chatty'], chatty: ['a'] }, org: { limits: { inbox_tokens: 1500 } } },
      ({ agent }) => (agent === 'chatty' ? Array.from({ length: 180 }, (_, i) => say('a', `Chat ${i}`)) : undefined),
    );
    org.drop('chatty', 'Write.');
    await org.ask({ ask: 'pause', by: 'human', agent: 'a' });
    await org.turns(1);
    for (let i = 0; i < 20; i++) org.drop('a', `Human ${i}`, { priority: priorities[i % 4] ?? 'normal' });
    await org.turns(1);
    await org.ask({ ask: 'resume', by: 'human', agent: 'a' });
    await org.run();
    const delivered = org.delivered('a');
    expect(delivered).toHaveLength(200);
    expect(new Set(delivered).size).toBe(200);
    const place = (n: number) => delivered.indexOf(`000002-human-${String(n + 1).padStart(2, '0')}`);
    const places = [3, 7, 2, 6, 1, 5].map(place);
    expect(places).toEqual([...places].sort((x, y) => x - y));
    const firstVisit = org.visits('a')[0]?.mail.map(({ from }) => from) ?? [];
    expect(firstVisit.filter((from) => from === 'human').length).toBeGreaterThanOrEqual(10);
    const normal = [1, 5, 9, 13, 17].map(place);
    expect(Math.max(...normal)).toBeLessThan(40);
  });

  it('scenario 10: mail of low priority is read in the end, though urgent mail comes every turn', async () => {
    const org = new Org({ edges: { human: ['a'] }, org: { limits: { inbox_tokens: 200 } } });
    org.drop('a', `Low. ${'x'.repeat(700)}`, { priority: 'low' });
    for (let turn = 1; turn <= 40; turn++) {
      org.drop('a', `High ${turn}. ${'x'.repeat(700)}`, { priority: 'high' });
      await org.turns(1);
    }
    expect(org.delivered('a').indexOf('000001-human-01')).toBeGreaterThan(0);
  });

  it('scenario 11: an urgent message wakes its reader at once, and stands before normal and low ones', async () => {
    const org = new Org({ edges: STAR, resumes: { a: { schedule: { every: 10, offset: 0 } } } });
    for (const priority of ['low', 'medium', 'high']) org.drop('a', priority, { priority });
    await org.turns(2);
    expect(org.visits('a')).toEqual([]);
    org.drop('a', 'critical', { priority: 'critical' });
    await org.turns(1);
    expect(org.visits('a').map(({ turn, mail }) => [turn, mail.map(({ body }) => body)])).toEqual([
      [3, ['critical', 'high', 'medium', 'low']],
    ]);
    expect(org.messages('human').map(({ priority }) => priority)).toEqual(['low', 'normal', 'high', 'urgent']);
  });

  it('scenario 12: every member of a unit gets a broadcast once, and the answers are one conversation', async () => {
    const org = new Org(
      {
        edges: STAR,
        files: { 'org/units/team.md': '---\nmembers: [c]\n---\n' },
        resumes: { a: { unit: 'team' }, b: { unit: 'team' } },
      },
      ({ agent }) => [say('human', `Here is ${agent}.`)],
    );
    org.drop('@team', 'Report.');
    await org.run();
    expect(org.messages('human').map(({ id, to }) => [id, to])).toEqual([['000001-human-01', ['a', 'b', 'c']]]);
    for (const name of ['a', 'b', 'c']) {
      expect(org.delivered(name)).toEqual(['000001-human-01']);
      expect(org.messages(name)).toMatchObject([
        { thread: '000001-human-01', reply_to: '000001-human-01', to: ['human'] },
      ]);
    }
  });

  it('scenario 13: mail that makes three visits fail is a dead letter, I am told, and a retry revives it', async () => {
    let bad = true;
    const org = new Org({ edges: STAR }, ({ agent }) => {
      if (agent === 'b' && bad) throw new ProviderError('malformed', 'no JSON');
      return agent === 'a' ? [say('b', 'Poison')] : undefined;
    });
    org.drop('a', 'Write to b.');
    await org.turns(4);
    const letter = org.read('org/dead-letter/000001-a-01.md');
    expect(letter).toContain('reason: attempts');
    for (const name of ['human', 'a']) expect(await aboutOf(org, name)).toEqual(['dead-letter']);
    expect(org.messages('a')).toHaveLength(1);
    expect((await org.run()).reports).toEqual([]);
    bad = false;
    await org.ask({ ask: 'retry', by: 'human', id: '000001-a-01' });
    await org.run();
    expect(org.delivered('b')).toEqual(['000001-a-01']);
    expect(org.paths(/^org\/dead-letter\/[^/]*$/)).toEqual([]);
    expect(await org.look(({ state }) => state.dead.letters.size)).toBe(0);
  });

  it('scenario 13: the same for mail that expired unread', async () => {
    const org = new Org({ edges: STAR }, ({ agent }) =>
      agent === 'a' ? [say('b', 'Soon', { expires_in: 2 })] : undefined,
    );
    await org.ask({ ask: 'pause', by: 'human', agent: 'b' });
    org.drop('a', 'Write to b.');
    await org.turns(4);
    expect(org.read('org/dead-letter/000001-a-01.md')).toContain('reason: expired');
    for (const name of ['human', 'a']) expect(await aboutOf(org, name)).toEqual(['dead-letter']);
    await org.ask({ ask: 'resume', by: 'human', agent: 'b' });
    await org.ask({ ask: 'retry', by: 'human', id: '000001-a-01' });
    await org.run();
    expect(org.delivered('b')).toEqual(['000001-a-01']);
  });

  it('scenario 13: a drop that cannot be understood is a dead letter, its author is told, and mended it is revived', async () => {
    const org = new Org({ edges: STAR });
    const path = org.drop('nobody', 'Hello');
    await org.turns(2);
    const [letter] = org.paths(/^org\/dead-letter\//);
    expect(org.read(letter as string)).toContain('reason: no-edge');
    expect(await aboutOf(org, 'human')).toEqual(['dead-letter']);
    org.disk.put(
      'org/chart.yaml',
      (org.read('org/chart.yaml') as string)
        .replace('agents:\n', 'agents:\n  nobody: { read_from: [human] }\n')
        .replace('send_to:\n', 'send_to:\n      - nobody\n'),
    );
    org.disk.put('agents/nobody/resume.md', '---\nrole: new\n---\nHello.\n');
    const id = (letter as string).slice('org/dead-letter/'.length, -3);
    await org.ask({ ask: 'retry', by: 'human', id });
    await org.run();
    expect(org.delivered('nobody')).toHaveLength(1);
    expect(org.read(path)).toBeNull();
  });

  it('scenario 13: a retry of a message whose file is gone ends, and I am told', async () => {
    const stop = new AbortController();
    const org = new Org({ edges: STAR }, ({ agent }) => {
      if (agent === 'b') throw new ProviderError('malformed', 'no JSON');
      return [say('b', 'Hello')];
    });
    org.drop('a', 'Write to b.');
    await org.run();
    await org.ask({ ask: 'read', by: 'human', ids: ['notices'] });
    for (const path of org.paths(/^agents\/a\/outbox\//)) org.disk.remove(path);
    await org.ask({ ask: 'retry', by: 'human', id: '000001-a-01' });
    const told = ({ turn }: { turn: number }) => {
      if (turn > 20) stop.abort();
    };
    expect((await org.run({ untilIdle: true, onTurn: told, signal: stop.signal })).end).toBe('idle');
    expect(await aboutOf(org, 'human')).toEqual(['dead-letter']);
    expect(await org.look(({ state }) => state.dead.letters.size)).toBeGreaterThan(0);
  });

  it('scenario 13: a retry that fails again leaves a dead letter again', async () => {
    const org = new Org({ edges: STAR }, ({ agent }) => (agent === 'a' ? [say('b', 'Hello')] : undefined));
    const chart = org.read('org/chart.yaml') as string;
    org.drop('a', 'Write to b.');
    await org.turns(1);
    org.disk.put('org/chart.yaml', 'version: 1\nagents: { human: { send_to: [a] }, a: { read_from: [human] } }\n');
    await org.turns(1);
    const first = org.read('org/dead-letter/000001-a-01.md');
    expect(first).toContain('reason: no-edge');
    await org.ask({ ask: 'retry', by: 'human', id: '000001-a-01' });
    await org.turns(2);
    expect(org.read('org/dead-letter/000001-a-01.md')).toBe(first?.replace('turn: 2', 'turn: 3'));
    expect(org.paths(/conflict/)).toEqual([]);
    org.disk.put('org/chart.yaml', chart);
    await org.ask({ ask: 'retry', by: 'human', id: '000001-a-01' });
    await org.run();
    expect(org.delivered('b')).toEqual(['000001-a-01']);
  });

  it('scenario 15: an exchange of two agents stops at the limit of hops, and I am told', async () => {
    const org = new Org({ edges: STAR, org: { limits: { hops: 5 } } }, ({ agent }) => [
      say(agent === 'a' ? 'b' : 'a', 'Thank you!'),
    ]);
    org.drop('a', 'Thank b.');
    const { reports, end } = await org.run();
    expect([end, reports.length]).toEqual(['idle', 6]);
    const mail = [...org.messages('a'), ...org.messages('b')].sort((x, y) => x.turn - y.turn);
    expect(mail.map(({ hops }) => hops)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(org.lines('dead').map(({ record }) => [record.message, record.reason])).toEqual([['000006-b-01', 'hops']]);
    expect(await aboutOf(org, 'human')).toEqual(['loop']);
    expect((await org.turns(3)).flatMap(({ visits }) => visits)).toEqual([]);
    await org.ask({ ask: 'retry', by: 'human', id: '000006-b-01' });
    expect((await org.run()).reports.length).toBeGreaterThan(1);
  });

  it('scenario 15: acknowledgements wake nobody', async () => {
    const org = new Org({ edges: STAR }, ({ agent, mail }) =>
      agent === 'a' && mail[0]?.from === 'human'
        ? [say('b', 'Hello')]
        : mail.map(({ id }) => ({ tool: 'acknowledge', input: { id, reaction: 'ok' } })),
    );
    org.drop('a', 'Greet b.');
    const { reports } = await org.run();
    expect(reports.map(({ visits }) => visits.map(({ agent }) => agent))).toEqual([['a'], ['b']]);
    expect(await aboutOf(org, 'a')).toEqual(['ack']);
  });
});
