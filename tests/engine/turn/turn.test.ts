import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/model/call.ts';
import { FaultError } from '../../../src/schema/fault.ts';
import { type Act, CALL, type Mind, PRICED, say, textOf, visible } from '../../regression/org.ts';
import { Lab } from '../world.ts';

/** Resolves after so many steps of the event loop's microtask queue. */
async function after(ticks: number): Promise<void> {
  for (let i = 0; i < ticks; i++) await null;
}

const CREW = ['zed', 'ann', 'mid', 'bob', 'eve', 'kim', 'lou', 'pat'];
const MESH = {
  human: CREW,
  ...Object.fromEntries(CREW.map((name) => [name, ['human', ...CREW.filter((other) => other !== name)]])),
};

/** Everyone writes to the next, works in the workspace and in a shared file of their own, and asks for something forbidden. */
function busy(delay: (agent: string, n: number) => number): Mind {
  return async ({ agent, n, turn }) => {
    await after(delay(agent, n));
    const next = CREW[(CREW.indexOf(agent) + turn) % CREW.length] as string;
    if (n > 1) return [say(next, `Second thoughts of ${agent} in turn ${turn}`)];
    const acts: Act[] = [
      { tool: 'write_file', input: { path: 'work.txt', content: `${agent} ${turn}` } },
      { tool: 'write_file', input: { path: `shared/${agent}.txt`, content: `${turn}` } },
      { tool: 'remember', input: { key: `k${turn % 2}`, text: `turn ${turn}` } },
      say(next === agent ? 'human' : next, `From ${agent} in turn ${turn}`),
      say('nobody', 'refused'),
    ];
    return acts;
  };
}

async function run(concurrency: number, delay: (agent: string, n: number) => number) {
  const resumes = Object.fromEntries(CREW.map((name) => [name, { tools: ['write_file', 'remember'], shared: ['.'] }]));
  const org = new Lab({ edges: MESH, resumes }, busy(delay));
  org.env.LEMMING_LIMITS_CONCURRENCY = String(concurrency);
  org.drop('*', 'Begin.');
  const reports = await org.turns(3);
  const effects = org.journal().filter(({ k }) => ['visit', 'sent', 'wrote', 'notice', 'dead'].includes(k));
  return { org, effects, visits: reports.flatMap(({ visits }) => visits.map(({ turn, agent }) => `${turn} ${agent}`)) };
}

describe('a turn', () => {
  it('comes to the same bytes at any concurrency, whoever answers first', async () => {
    const golden = await run(64, () => 0);
    expect(golden.effects.length).toBeGreaterThan(100);
    const delays = [
      (agent: string, n: number) => (CREW.indexOf(agent) * 37 + n * 11) % 50,
      (agent: string) => 60 - CREW.indexOf(agent) * 7,
    ];
    for (const concurrency of [1, 8, 64])
      for (const delay of delays) {
        const other = await run(concurrency, delay);
        expect([...visible(other.org)]).toEqual([...visible(golden.org)]);
        expect(other.effects).toEqual(golden.effects);
        expect(other.visits).toEqual(golden.visits);
      }
  });

  it('has its visits and effects in chart order', async () => {
    const { effects, visits } = await run(64, (agent) => 60 - CREW.indexOf(agent) * 7);
    expect(visits.slice(0, CREW.length)).toEqual(CREW.map((agent) => `1 ${agent}`));
    expect(effects.flatMap((effect) => (effect.k === 'visit' ? [effect.agent] : []))).toEqual([
      ...CREW,
      ...CREW,
      ...CREW,
    ]);
  });

  it('lets so many think at a time, and no more', async () => {
    for (const concurrency of [1, 3, 64]) {
      let now = 0;
      let most = 0;
      const org = new Lab({ edges: MESH, org: { limits: { concurrency } } }, async () => {
        most = Math.max(most, ++now);
        await after(20);
        now--;
        return [];
      });
      org.drop('*', 'Begin.');
      await org.turns(1);
      expect(most).toBe(Math.min(concurrency, CREW.length));
    }
  });

  it('shows all its visits the same folder and mail: what one does, the others see in the next', async () => {
    const org = new Lab(
      {
        edges: { human: ['a', 'b'], a: ['b'], b: ['a'] },
        resumes: { a: { tools: ['write_file'], shared: ['.'] }, b: { tools: ['read_file'], shared: ['.'] } },
        files: { 'org/shared/x': 'old' },
      },
      ({ agent, turn, n }) => {
        if (agent === 'a')
          return turn === 1 && n === 1
            ? [{ tool: 'write_file', input: { path: 'shared/x', content: 'new' } }, say('b', 'Look.')]
            : [];
        return n === 1 ? [{ tool: 'read_file', input: { path: 'shared/x' } }] : [];
      },
    );
    org.drop(['a', 'b'], 'Begin.');
    await org.turns(2);
    const seen = org.prompts
      .filter(({ agent, n }) => agent === 'b' && n === 2)
      .map((prompt) => prompt.parts.at(-1)?.text);
    expect(seen).toEqual(['old', 'new']);
    expect(org.visits('b').map(({ mail }) => mail.map(({ from }) => from))).toEqual([['human'], ['a']]);
  });

  it('asks for a summary when one is due, and notes when it was written', async () => {
    let down = true;
    const org = new Lab(
      { edges: { human: ['a'], a: ['human'] }, org: { summary: { agent: 'a', every: 2 } } },
      ({ summaryDue }) => {
        if (!summaryDue) return [];
        if (down) throw new ProviderError('malformed', 'no summary');
        return [say('human', 'All is well.', { kind: 'report' })];
      },
    );
    org.drop('a', 'Begin.');
    await org.turns(2);
    expect(org.lines('summarised')).toEqual([]);
    down = false;
    await org.turns(3);
    org.drop('a', 'News.');
    await org.turns(5);
    expect(org.messages('a').map(({ turn, kind }) => [turn, kind])).toEqual([
      [4, 'report'],
      [6, 'report'],
    ]);
  });

  it('keeps the stable part of its prompts once, and memory when it changes', async () => {
    const org = new Lab(
      { edges: { human: ['a'], a: [] }, resumes: { a: { schedule: { when: 'always' }, tools: ['remember'] } } },
      ({ turn }) => (turn === 2 ? [{ tool: 'remember', input: { key: 'k', text: 'x' } }] : []),
    );
    await org.turns(5);
    expect(org.lines('blob').map(({ text }) => text.includes('You are a.'))).toEqual([true, false]);
  });
});

describe('a disk that fails during the visits', () => {
  it('ends the turn: no new visit starts, those under way end, and the next engine finishes it', async () => {
    const started: string[] = [];
    const org = new Lab({ edges: MESH, org: { limits: { concurrency: 2 } } }, async ({ agent }) => {
      started.push(agent);
      await after(30);
      return [];
    });
    org.drop('*', 'Begin.');
    let writes = 0;
    org.disk.plan = ({ name, path }) =>
      name === 'write' && path.startsWith('org/journal/') && ++writes === 3 ? 'full-torn' : 'go';
    await expect(org.turns(1)).rejects.toMatchObject({ fault: { code: 'disk-full' } });
    expect(started.length).toBeLessThanOrEqual(4);
    org.disk.plan = () => 'go';
    org.restart();
    const [report] = await org.turns(1);
    expect(report).toMatchObject({ turn: 1, visits: CREW.map((agent) => ({ agent, outcome: 'ok' })) });
  });
});

describe('credits for a first call', () => {
  const starving = (credits: object) => {
    const org = new Lab(
      { edges: { human: ['a', 'b'], a: ['human'], b: [] }, models: PRICED, credits: { ...credits } },
      () => [],
    );
    org.drop(['a', 'b'], 'Begin.');
    return org;
  };

  it('that are missing skip the visit, its mail waits, and people are told once', async () => {
    const org = starving({ agents: { b: { grant: 1 } } });
    const reports = await org.turns(3);
    expect(
      reports.map(({ visits }) => visits.map(({ agent, outcome, blame, cost }) => [agent, outcome, blame, cost])),
    ).toEqual([
      [
        ['b', 'ok', undefined, CALL],
        ['a', 'skipped', 'credits', 0],
      ],
      [],
      [],
    ]);
    expect(org.lines('notice').filter(({ about }) => about === 'credits')).toHaveLength(1);
    expect(org.delivered('a')).toEqual([]);
    await org.ask({ ask: 'top-up', by: 'human', agent: 'a', amount: CALL, note: '' });
    await org.turns(1);
    expect(org.delivered('a')).toEqual(['000001-human-01']);
  });

  it('come in chart order while a shared cap lasts', async () => {
    const org = starving({ org: { cap: 0.015 }, agents: { a: { grant: 1 }, b: { grant: 1 } } });
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([
      { agent: 'a', outcome: 'ok' },
      {
        agent: 'b',
        outcome: 'skipped',
        reason: 'no credits: its next call could cost 0.01 credits, but the organisation has 0.005 left (org.cap)',
      },
    ]);
    expect(report?.spent).toBe(CALL);
  });

  it('beyond the limit of a run only wait for the next run', async () => {
    const org = starving({ agents: { a: { grant: 1 }, b: { grant: 1 } } });
    const [report] = await org.turns(1, { budget: CALL });
    expect(report?.visits).toMatchObject([
      { agent: 'a', outcome: 'ok' },
      { agent: 'b', outcome: 'skipped', blame: 'budget' },
    ]);
    expect(org.lines('notice')).toEqual([]);
    await org.turns(1);
    expect(org.delivered('b')).toEqual(['000001-human-01']);
  });

  it('that the limit of a run left to the next one are bounded by that limit, whatever a cap would have left', async () => {
    const dear = { provider: 'mind', price: { per_call: 0.05 } };
    const org = new Lab(
      {
        edges: { human: ['a', 'b'], a: ['human'], b: [] },
        models: { ...PRICED, dear },
        resumes: { a: { model: 'dear' } },
        credits: { org: { cap: 0.05 }, agents: { a: { grant: 1 }, b: { grant: 1 } } },
      },
      () => [{ tool: 'read_file', input: { path: 'nowhere' } }],
    );
    org.drop(['a', 'b'], 'Begin.');
    const [report] = await org.turns(1, { budget: CALL });
    expect(report?.visits).toMatchObject([
      { agent: 'b', outcome: 'cut', reason: 'credits', blame: 'budget' },
      { agent: 'a', outcome: 'skipped', blame: 'budget' },
    ]);
    expect(org.lines('notice').filter(({ about }) => about === 'credits')).toEqual([]);
  });

  it('warn people of a soft cap once', async () => {
    const org = starving({ agents: { a: { grant: 1, soft: 0.01 }, b: { grant: 1 } } });
    await org.turns(2);
    expect(org.lines('warned')).toEqual([{ k: 'warned', scope: 'a' }]);
  });
});

describe('an act that a person answered', () => {
  const held = (tools: string[], mind: Mind) => {
    const org = new Lab(
      {
        edges: { human: ['a'], a: ['b', 'human'], b: [] },
        resumes: { a: { tools } },
        org: { policies: [{ act: 'send_message to:b', do: { ask: ['human'] } }] },
      },
      mind,
    );
    org.drop('a', 'Begin.');
    return org;
  };
  const answer = (org: Lab, ask: 'approve' | 'deny', id: string, note = '') => org.ask({ ask, by: 'human', id, note });
  const once: Mind = ({ agent, turn }) =>
    agent === 'a' && turn === 1 ? [say('b', 'One.'), say('b', 'Two.')] : agent === 'a' ? [say('human', 'Own.')] : [];

  it('is done once, in the turn that reads the answer, before the visits and with numbers of its own', async () => {
    const org = held([], once);
    await org.turns(1);
    expect(org.messages('a')).toEqual([]);
    await answer(org, 'approve', 'A-1-a-1');
    await answer(org, 'approve', 'A-1-a-2');
    org.drop('a', 'And now?');
    await org.turns(3);
    expect(org.messages('a').map(({ id, body }) => [id, body])).toEqual([
      ['000002-a-01', 'One.'],
      ['000002-a-02', 'Two.'],
      ['000002-a-03', 'Own.'],
      ['000003-a-01', 'Own.'], // told what came of them
    ]);
    expect(org.delivered('b')).toEqual(['000002-a-01', '000002-a-02']);
    expect(org.paths(/^org\/approvals\//)).toEqual([
      'org/approvals/answered/A-1-a-1.md',
      'org/approvals/answered/A-1-a-2.md',
    ]);
  });

  it('is not done when it was denied, and the agent knows why in the same turn', async () => {
    const org = held([], once);
    await org.turns(1);
    await answer(org, 'deny', 'A-1-a-1', 'Not now.');
    await answer(org, 'deny', 'A-1-a-2');
    await org.turns(1);
    expect(org.messages('a').map(({ body }) => body)).toEqual(['Own.']);
    expect(textOf(org.visits('a').at(-1))).toMatch(
      /human denied your message to \S+ \(A-1-a-1, [^)]*\)\. Note: "Not now\." It was not done\.\n.*human denied your message to \S+ \(A-1-a-2, [^)]*\)\. It was not done\.\n/,
    );
  });

  it.each([
    ['deny', ['Own.']],
    ['approve', ['One.', 'Two.', 'Own.']],
  ] as const)(
    'by nobody in time gets the answer %s of org.yaml, and who it is escalated to is told',
    async (decision, sent) => {
      const org = held([], once);
      const text = org.read('org/org.yaml') ?? '';
      org.disk.replace('org/org.yaml', `${text}approvals: { timeout: 1h, default: ${decision} }\n`);
      await org.turns(1);
      org.clock.advance(3_599_000);
      expect((await org.run({ untilIdle: true })).reports).toEqual([]);
      org.clock.advance(1000);
      expect((await org.run({ untilIdle: true })).end).toBe('idle');
      expect(org.messages('a').map(({ body }) => body)).toEqual(sent);
      expect(org.lines('lapsed').map(({ id }) => id)).toEqual(['A-1-a-1', 'A-1-a-2']);
      expect(org.lines('notice').filter(({ to, text }) => to === 'human' && text.includes('within 1h'))).toHaveLength(
        2,
      );
    },
  );

  it('is judged again: what is not allowed any more is refused', async () => {
    const org = held([], once);
    await org.turns(1);
    org.disk.replace(
      'org/chart.yaml',
      'version: 1\nagents:\n  human: { send_to: [a], read_from: [a] }\n  a: { send_to: [human], read_from: [human] }\n  b: { send_to: [], read_from: [] }\n',
    );
    await answer(org, 'approve', 'A-1-a-1');
    await org.turns(1);
    expect(org.lines('decided')).toMatchObject([
      { decision: 'approved', outcome: expect.stringMatching(/^Refused \(edge\)/) },
    ]);
  });

  it('of an agent that is gone is not done', async () => {
    const org = held([], once);
    await org.turns(1);
    for (const path of org.paths(/^agents\/a\/resume\.md$/)) org.disk.remove(path);
    org.disk.replace('org/chart.yaml', 'version: 1\nagents: {}\n');
    await answer(org, 'approve', 'A-1-a-1');
    await org.turns(1);
    expect(org.lines('decided')).toMatchObject([{ outcome: 'The agent a no longer exists.' }]);
    expect(org.messages('a')).toEqual([]);
  });

  it('that works on the world is done as well, once', async () => {
    const org = held(['ask:write_file'], ({ turn, n }) =>
      turn === 1 && n === 1 ? [{ tool: 'write_file', input: { path: 'x', content: 'approved' } }] : [],
    );
    await org.turns(1);
    expect(org.read('agents/a/workspace/x')).toBeNull();
    await answer(org, 'approve', 'A-1-a-1');
    await org.turns(2);
    expect(org.read('agents/a/workspace/x')).toBe('approved');
  });

  it('and a visit of the same turn that write to the same memory leave no conflict', async () => {
    const remember = (text: string) => [{ tool: 'remember', input: { key: 'k', text } }];
    const org = held(['ask:remember'], ({ turn }) => (turn === 1 ? [...remember('first'), ...remember('second')] : []));
    await org.turns(1);
    await answer(org, 'approve', 'A-1-a-1');
    await answer(org, 'approve', 'A-1-a-2');
    const [report] = await org.turns(1);
    expect(report?.conflicts).toEqual([]);
    expect(org.read('agents/a/memory/k.md')).toContain('second');
  });
});

it('an error that is nobody’s visit is thrown as it is, and the engine can only be closed', async () => {
  const org = new Lab({ edges: { human: ['a'], a: [] } }, () => []);
  org.drop('a', 'Begin.');
  const engine = org.open();
  org.disk.looking = ({ name }) => (name === 'list' ? 'io' : 'go');
  await expect(engine.turn()).rejects.toBeInstanceOf(FaultError);
  org.disk.looking = null;
  engine.close();
  expect(org.disk.stat('.lemming/state.json')).toBeNull();
});

describe('after a failure of the disk', () => {
  it.each([1, 3])('no further call is made, with %d at a time', async (concurrency) => {
    const resumes = Object.fromEntries(CREW.map((name) => [name, {}]));
    const org = new Lab({ edges: MESH, resumes, org: { limits: { concurrency } } }, () => []);
    org.drop('*', 'Begin.');
    let failed = false;
    org.disk.plan = ({ path }) => {
      if (failed || org.prompts.length === 0 || !path.startsWith('org/journal/')) return 'go';
      failed = true;
      return 'io';
    };
    await expect(org.turns(1)).rejects.toThrow();
    expect(org.prompts.length).toBeGreaterThan(0);
    expect(org.prompts.length).toBeLessThanOrEqual(concurrency);
  });
});

describe('after a disk that failed a tool, while the journal can still be written', () => {
  it.each([1, 3])('no further visit is begun, let alone paid, with %d at a time', async (concurrency) => {
    const resumes = Object.fromEntries(CREW.map((name) => [name, { tools: ['write_file'] }]));
    const plan = { edges: MESH, resumes, models: PRICED, org: { limits: { concurrency } } };
    const credits = { agents: Object.fromEntries(CREW.map((name) => [name, { grant: 1 }])) };
    const act = { tool: 'write_file', input: { path: 'w.txt', content: 'x' } };
    const org = new Lab({ ...plan, credits }, ({ n }) => (n === 1 ? [act] : []));
    org.drop('*', 'Begin.');
    let failures = 0;
    org.disk.plan = ({ path }) => (path.includes('/workspace/') && ++failures === 1 ? 'full' : 'go');
    await expect(org.turns(1)).rejects.toMatchObject({ fault: { code: 'disk-full' } });
    expect(failures).toBeGreaterThan(0);
    expect(new Set(org.prompts.map(({ agent }) => agent))).toEqual(new Set(CREW.slice(0, concurrency)));
    org.disk.plan = () => 'go';
    org.restart();
    const [report] = await org.turns(1);
    expect(report?.visits.map(({ agent, outcome }) => [agent, outcome])).toEqual(CREW.map((agent) => [agent, 'ok']));
  });
});

it('what is set aside in one freeze has an id each, whatever found it', async () => {
  const org = new Lab({ edges: { human: ['a'], a: ['human'] } }, () => []);
  await org.turns(1);
  for (const name of ['one', 'two']) {
    org.disk.put(`agents/human/outbox/${name}.md`, '---\nto: [\n---\nx\n');
    org.disk.put(`agents/human/requests/${name}.yaml`, 'ask: [');
    org.disk.put(`agents/a/outbox/${name}.md`, 'x');
    org.disk.put(`agents/a/memory/${name}.md`, '---\nkey: [\n---\n');
  }
  org.restart();
  await org.turns(2);
  const ids = org.lines('aside').map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(6);
  expect(new Set(ids).size).toBe(ids.length);
  expect(org.paths(/^org\/dead-letter\/aside-/)).toHaveLength(ids.length);
});
