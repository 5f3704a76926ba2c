import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/model/call.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { journalPath, readJournal } from '../../../src/disk/journal/journal.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { type FaultCode, FaultError } from '../../../src/schema/fault.ts';
import { Crash, MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { JournalLog } from '../../../src/views/journal/journal-log.ts';
import type { LogEvent } from '../../../src/views/journal/log-event.ts';
import { CALL, type Mind, PRICED, resultsIn, say, visible } from '../../regression/org.ts';
import { Lab, service } from '../world.ts';

const EDGES = { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] };

function lab(mind: Mind = () => [], more: Partial<ConstructorParameters<typeof Lab>[0]> = {}): Lab {
  const org = new Lab({ edges: EDGES, ...more }, mind);
  org.drop('*', 'Begin.');
  return org;
}

async function codeOf(work: () => unknown): Promise<FaultCode | 'none'> {
  try {
    await work();
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code;
    throw error;
  }
  return 'none';
}

/** Makes a turn that ends with the machine, at the n-th operation after its start. */
async function dies(org: Lab, at: number): Promise<void> {
  org.dieAt(at);
  await expect(org.turns(1)).rejects.toBeInstanceOf(Crash);
}

describe('an engine opens', () => {
  it('no folder that is no organisation', async () => {
    const org = lab();
    org.disk = new MemoryDisk();
    expect(await codeOf(() => org.open())).toBe('no-org');
    expect(org.disk.count).toBe(0);
  });

  it('no folder in which another works, and gives it back when it closes', async () => {
    const org = lab();
    const engine = org.open();
    expect(await codeOf(() => org.open())).toBe('locked');
    engine.close();
    expect(await codeOf(() => org.turns(1))).toBe('none');
  });

  it('no journal that was changed, and holds no lock after that', async () => {
    const org = lab();
    await org.turns(2);
    org.disk.remove('.lemming/state.json');
    org.disk.replace(journalPath(1), (org.read(journalPath(1)) ?? '').replace('Begin', 'Bagin'));
    for (let i = 0; i < 2; i++) expect(await codeOf(() => org.open())).toBe('damaged-journal');
  });

  it.each([
    ['handles', 'no-handles'],
    ['full', 'disk-full'],
  ] as const)('nothing on a disk that fails: %s', async (failure, code) => {
    const org = lab();
    org.disk.plan = () => failure;
    expect(await codeOf(() => org.open())).toBe(code);
    org.disk.plan = () => 'go';
    org.disk.looking = ({ name }) => (name === 'list' ? failure : 'go');
    expect(await codeOf(() => org.open())).toBe(code);
  });

  it('a broken organisation, but makes no turn of it and tells all that is wrong', async () => {
    const org = lab();
    org.disk.replace('org/chart.yaml', 'version: 1\nagentz: {}\n');
    org.disk.replace('org/credits.yaml', 'version: 2\n');
    const engine = org.open();
    const error: unknown = await engine.turn().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FaultError);
    expect((error as FaultError).faults.map(({ file }) => file)).toEqual(['org/chart.yaml', 'org/credits.yaml']);
    engine.close();
    org.disk.replace(
      'org/chart.yaml',
      'version: 1\nagents: { human: { send_to: [a], read_from: [] }, a: { send_to: [], read_from: [human] } }\n',
    );
    org.disk.replace('org/credits.yaml', 'version: 1\n');
    expect(await org.turns(1)).toMatchObject([{ turn: 1 }]);
    expect(org.delivered('a')).toHaveLength(1);
  });
});

describe('the report of a turn', () => {
  it('tells visits with their costs, inputs, faults and who was not due', async () => {
    const org = lab(({ agent }) => [say(agent === 'a' ? 'b' : 'nobody', 'Hi.')], {
      models: PRICED,
      credits: { agents: { a: { grant: 1 }, b: { grant: 1 } } },
      org: { limits: { steps: 1 } },
    });
    const [report] = await org.turns(1);
    expect(report).toMatchObject({
      turn: 1,
      spent: 2 * CALL,
      visits: [
        { turn: 1, agent: 'a', outcome: 'ok', sent: 1, refused: 0, held: 0, cost: CALL },
        { agent: 'b', outcome: 'cut', reason: 'steps', sent: 0, refused: 1, held: 0, cost: CALL },
      ],
      conflicts: [],
      faults: [],
      schedule: [
        { agent: 'a', due: true },
        { agent: 'b', due: true },
      ],
    });
    expect(report?.inputs).toBe(1 + 3 + org.paths(/^org\/[^/]+\.yaml$/).length);
    expect(await org.turns(1)).toMatchObject([
      { turn: 2, inputs: 0, visits: [{ agent: 'b' }], schedule: [{ agent: 'a', due: false, why: 'no mail' }, {}] },
    ]);
  });

  it('tells of files that met an edit, ours beside them', async () => {
    const org = lab(
      ({ agent }) => {
        if (agent === 'a') org.disk.replace('agents/a/memory/k.md', 'of a person');
        return [{ tool: 'remember', input: { key: 'k', text: 'of the agent' } }];
      },
      { resumes: { a: { tools: ['remember'] } } },
    );
    const [report] = await org.turns(1);
    expect(report?.conflicts).toEqual([{ path: 'agents/a/memory/k.md', ours: 'agents/a/memory/k.md.conflict-1' }]);
    expect(org.read('agents/a/memory/k.md')).toBe('of a person');
  });
});

describe('configuration that breaks while the engine works', () => {
  const GOOD =
    'version: 1\nagents: { human: { send_to: ["*"], read_from: ["*"] }, a: { send_to: ["*"], read_from: ["*"] }, b: { send_to: ["*"], read_from: ["*"] } }\n';

  it('is not taken over and is told once; mended it counts from the next turn on', async () => {
    const org = lab(() => [], { resumes: { a: { schedule: { when: 'always' } } } });
    await org.with(async (engine) => {
      await engine.turn();
      const { chart, resume } = {
        chart: org.read('org/chart.yaml') ?? '',
        resume: org.read('agents/a/resume.md') ?? '',
      };
      org.disk.put('org/chart.yaml', 'version: 1\nagents: [\n');
      org.disk.put('agents/a/resume.md', resume.replace('when: always', 'every: 100'));
      for (let i = 0; i < 2; i++) {
        const report = await engine.turn();
        expect(report.faults).toMatchObject(i === 0 ? [{ code: 'invalid-yaml', file: 'org/chart.yaml' }] : []);
        expect(report.visits).toMatchObject([{ agent: 'a' }]);
      }
      org.disk.put('org/chart.yaml', chart);
      const report = await engine.turn();
      expect([report.faults, report.visits]).toEqual([[], []]);
      org.disk.put('org/chart.yaml', GOOD);
      expect((await engine.turn()).inputs).toBe(1);
    });
  });

  it('of one resume leaves that agent as it was, and takes the other changes', async () => {
    const org = lab(() => [], { resumes: { a: { schedule: { when: 'always' } } } });
    await org.with(async (engine) => {
      await engine.turn();
      org.disk.put('agents/a/resume.md', '---\nrolle: x\n---\n');
      org.disk.put('agents/b/resume.md', '---\nschedule: { when: always }\n---\nYou are another b.\n');
      const report = await engine.turn();
      expect(report.faults).toMatchObject([{ code: 'unknown-key', file: 'agents/a/resume.md' }]);
      expect(report.visits).toMatchObject([{ agent: 'a' }, { agent: 'b' }]);
    });
    expect(org.prompts.findLast(({ agent }) => agent === 'b')?.system).toContain('another b');
  });
});

describe('a unit that breaks while the engine works', () => {
  const unit = (members: string, charter: string) => `---\nmembers: ${members}\n---\n${charter}\n`;
  const TEAM = 'org/units/team.md';
  const OPS = 'org/units/ops.md';
  const charters = (engine: Engine) => [...engine.config.units.values()].map(({ charter }) => charter.trim());

  it('is told once and stays as it was; other units, and what mends it, count', async () => {
    const org = lab(() => [], { files: { [TEAM]: unit('[a]', 'One.'), [OPS]: unit('[b]', 'Two.') } });
    await org.with(async (engine) => {
      await engine.turn();
      expect(charters(engine)).toEqual(['Two.', 'One.']);
      org.disk.put(TEAM, unit('[nobody]', 'Broken.'));
      org.disk.put(OPS, unit('[b]', 'Three.'));
      expect((await engine.turn()).faults).toMatchObject([{ code: 'unknown-name', file: TEAM }]);
      expect(charters(engine)).toEqual(['Three.', 'One.']);
      const report = await engine.turn();
      expect([report.faults, report.inputs]).toEqual([[], 0]);
      org.disk.put(TEAM, unit('[nobody, b]', 'Broken otherwise.'));
      expect((await engine.turn()).faults).toMatchObject([{ file: TEAM }]);
      org.disk.put(TEAM, unit('[a]', 'Mended.'));
      expect((await engine.turn()).faults).toEqual([]);
      expect(charters(engine)).toEqual(['Three.', 'Mended.']);
    });
    expect(org.lines('file').flatMap(({ path, text }) => (path === TEAM ? [text] : []))).toEqual([
      unit('[a]', 'One.'),
      unit('[a]', 'Mended.'),
    ]);
  });

  it('a new one that is broken sets nothing else back, and one that is removed is gone', async () => {
    const org = lab(() => [], { files: { [TEAM]: unit('[a]', 'One.') } });
    await org.with(async (engine) => {
      await engine.turn();
      org.disk.put(OPS, unit('[nobody]', 'Broken.'));
      org.disk.put(TEAM, unit('[b]', 'Two.'));
      expect((await engine.turn()).faults).toMatchObject([{ file: OPS }]);
      expect(charters(engine)).toContain('Two.');
      org.disk.remove(TEAM);
      await engine.turn();
      expect(charters(engine)).not.toContain('Two.');
    });
  });
});

describe('a file that cannot be read while the engine works', () => {
  it('is set aside once, and the last good one counts', async () => {
    const org = lab(() => [], { resumes: { a: { schedule: { when: 'always' } } } });
    await org.with(async (engine) => {
      await engine.turn();
      org.disk.replace('agents/a/resume.md', 'binary\0');
      for (let i = 0; i < 2; i++) expect((await engine.turn()).visits).toMatchObject([{ agent: 'a' }]);
    });
    expect(org.lines('aside')).toMatchObject([{ path: 'agents/a/resume.md', reason: 'not-text', owner: 'a' }]);
    expect(org.lines('notice').map(({ to, about }) => [to, about])).toEqual([['human', 'dead-letter']]);
  });
});

it('delivered mail that has become old moves to the archive, unread mail stays', async () => {
  const org = lab(({ agent, turn }) => (agent === 'a' && turn === 1 ? [say(['b', 'human'], 'Hi.')] : []), {
    org: { limits: { live_turns: 5 } },
  });
  await org.turns(60);
  expect(org.paths(/^agents\/human\/outbox\//)).toEqual(['agents/human/outbox/archive/0000/000001-01-a-begin.md']);
  expect(org.paths(/^agents\/a\/outbox\//)).toEqual(['agents/a/outbox/000001-01-human-re-begin.md']);
  await org.ask({ ask: 'read', by: 'human', ids: ['000001-a-01'] });
  await org.turns(50);
  expect(org.paths(/^agents\/a\/outbox\//)).toEqual(['agents/a/outbox/archive/0000/000001-01-human-re-begin.md']);
});

describe('a turn is not committed', () => {
  it.each<[string, (org: Lab) => void, FaultCode]>([
    ['when the lock is gone', (org) => org.disk.remove('.lemming/lock.1'), 'lost-lock'],
    ['when somebody took the lock over', (org) => org.disk.put('.lemming/lock.2', '{}'), 'lost-lock'],
    [
      'when the journal was replaced, as by a checkout',
      (org) => org.disk.replace(journalPath(1), 'another history\n'),
      'two-histories',
    ],
    ['when the journal is gone', (org) => org.disk.remove(journalPath(1)), 'two-histories'],
  ])('%s', async (_what, disturb, code) => {
    const org = lab(() => {
      disturb(org);
      return [say('human', 'Never sent.')];
    });
    const engine = org.open();
    expect(await codeOf(() => engine.turn())).toBe(code);
    engine.close();
    expect(org.messages('a')).toEqual([]);
    expect(org.disk.read('.lemming/state.json')).toBeNull();
  });
});

describe('a turn that was cut off', () => {
  const busy: Mind = ({ agent, n }) =>
    n === 1 ? [say('human', `From ${agent}.`), { tool: 'write_file', input: { path: 'x', content: agent } }] : [];
  const crew = (mind: Mind = busy) =>
    lab(mind, { resumes: { a: { tools: ['write_file'] }, b: { tools: ['write_file'] } } });

  it('is finished before anything else, from its inputs and replies, wherever it was cut off', async () => {
    const golden = crew();
    const { count } = golden.disk;
    const started = count;
    await golden.turns(1);
    const last = golden.disk.count - started;
    const finished = new Set<boolean>();
    for (let at = 1; at <= last; at++) {
      const org = crew();
      await dies(org, at);
      org.restart();
      const asked = org.prompts.length;
      const committed = org.lines('commit').length;
      const replies = new Set(org.lines('reply').map((line) => `${line.agent} ${line.n}`));
      org.drop('a', 'Later mail.');
      await org.with(async (engine) => {
        if (committed === 0 && org.lines('open').length) expect(engine.idle()).toBe('busy');
        if (committed === 0) {
          const report = await engine.turn();
          expect(report.turn).toBe(1);
          finished.add(engine.recovered.length > 0);
        }
      });
      const again = org.prompts.slice(asked).map(({ agent, n }) => `${agent} ${n}`);
      expect(
        again.filter((call) => replies.has(call)),
        `died at ${at}`,
      ).toEqual([]);
      expect(org.delivered('a')).toEqual(expect.arrayContaining(['000001-human-01']));
      expect(org.messages('a').map(({ body }) => body)).toEqual(['From a.']);
    }
    expect(finished).toEqual(new Set([true, false]));
  });

  it('leaves the same files as if nothing had happened', async () => {
    const golden = crew();
    const started = golden.disk.count;
    await golden.turns(2);
    const first = golden.disk.count - started;
    for (let at = 2; at < first / 2; at += 2) {
      const org = crew();
      await dies(org, at);
      org.restart();
      await org.turns(2 - org.lines('commit').length);
      expect([...visible(org)], `died at ${at}`).toEqual([...visible(golden)]);
    }
  });

  it('tells people of calls that may have been billed', async () => {
    const org = lab();
    org.repeatable = false;
    await org.cutOff();
    await org.with(async (engine) => {
      await engine.turn();
      expect(engine.recovered).toEqual([
        expect.stringMatching(/^turn 1 was cut off and is finished now; 2 calls may have been billed/),
      ]);
    });
  });

  it('in doubt is charged to nobody until it is settled, and the doubt stays booked', async () => {
    let kills = true;
    const org = lab(
      () => {
        if (kills) org.disk.plan = () => 'crash-before';
        return [];
      },
      { edges: { human: ['a'], a: [] }, models: PRICED, credits: { agents: { a: { grant: 1 } } } },
    );
    org.repeatable = false;
    await expect(org.turns(1)).rejects.toBeInstanceOf(Crash);
    kills = false;
    org.restart();
    const [report] = await org.turns(1);
    expect(report).toMatchObject({ turn: 1, spent: CALL, visits: [{ outcome: 'ok' }] });
    expect(org.lines('recovered')).toEqual([{ k: 'recovered', turn: 1, again: [], doubt: ['1.a.1.1'] }]);
    expect(org.lines('intent').map(({ attempt }) => attempt)).toEqual([1, 2]);
    await org.look(({ state }) => expect(agentState(state.staff, 'a')).toMatchObject({ spent: CALL, doubt: CALL }));
    await org.ask({ ask: 'settle-doubt', by: 'human', key: '1.a.1.1', amount: 0 });
    await org.look(({ state }) => expect(agentState(state.staff, 'a')).toMatchObject({ spent: CALL, doubt: 0 }));
  });

  it('and cut off again keeps each doubt once', async () => {
    const org = lab(() => [], {
      edges: { human: ['a'], a: [] },
      models: PRICED,
      credits: { agents: { a: { grant: 1 } } },
    });
    org.repeatable = false;
    for (let i = 0; i < 3; i++) await org.cutOff();
    await org.turns(1);
    expect(org.lines('recovered').map(({ doubt }) => doubt)).toEqual([['1.a.1.1'], ['1.a.1.2'], ['1.a.1.3']]);
    await org.look(({ state }) => expect(agentState(state.staff, 'a')).toMatchObject({ spent: CALL, doubt: 3 * CALL }));
  });

  it('takes a failure from the journal as well, and the answer of the model that came next', async () => {
    const usage = { input: 1, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    const models = {
      one: { provider: 'one', price: { input: 5 }, retry: { attempts: 1 }, fallback: ['two'] },
      two: { provider: 'mind', price: { per_call: 0.01 } },
    };
    const org = lab(
      ({ n }) => {
        if (n === 2 && org.prompts.length === 2) org.disk.plan = () => 'crash-before';
        return n === 1 ? [say('nobody', 'Think again.')] : [];
      },
      {
        edges: { human: ['a'], a: [] },
        models,
        credits: { agents: { a: { grant: 1 } } },
        resumes: { a: { model: 'one' } },
      },
    );
    let asked = 0;
    org.providers.one = service(() => {
      asked++;
      throw new ProviderError('overloaded', 'busy', { usage });
    });
    await expect(org.turns(1)).rejects.toBeInstanceOf(Crash);
    org.restart();
    const before = asked;
    const [report] = await org.turns(1);
    expect(org.lines('failed').map(({ n, attempt, cost }) => [n, attempt, cost])).toEqual([
      [1, 1, 5],
      [2, 1, 5],
    ]);
    expect([before, asked, report?.spent]).toEqual([2, 2, 2 * CALL + 2 * 5]);
  });

  it('of a repeatable provider is simply asked again under the same key', async () => {
    let kills = true;
    const org = lab(
      () => {
        if (kills) org.disk.plan = () => 'crash-before';
        return [];
      },
      { edges: { human: ['a'], a: [] } },
    );
    await expect(org.turns(1)).rejects.toBeInstanceOf(Crash);
    kills = false;
    org.restart();
    await org.turns(1);
    expect(org.lines('recovered')).toEqual([{ k: 'recovered', turn: 1, again: ['1.a.1.1'], doubt: [] }]);
    expect(org.lines('intent')).toHaveLength(1);
  });

  it('is finished with the variables that were in force then; after it those of now count', async () => {
    let kills = true;
    const org = lab(({ agent, n }) => {
      if (agent === 'a' && n === 2 && kills) org.disk.plan = () => 'crash-before';
      return [say('nobody', 'Think again.')];
    });
    org.env.LEMMING_LIMITS_STEPS = '3';
    org.env.OTHER = 'unseen';
    await expect(org.turns(1)).rejects.toBeInstanceOf(Crash);
    kills = false;
    org.restart();
    org.env = { LEMMING_LIMITS_STEPS: '1' };
    org.drop('a', 'Again.');
    await org.turns(2);
    const calls = (turn: number) =>
      new Set(org.prompts.filter((prompt) => prompt.agent === 'a' && prompt.turn === turn).map(({ n }) => n)).size;
    expect([calls(1), calls(2)]).toEqual([3, 1]);
    expect(org.lines('open').map(({ env }) => env)).toEqual([
      { LEMMING_LIMITS_STEPS: '3' },
      { LEMMING_LIMITS_STEPS: '1' },
    ]);
  });

  it('sees its folder as it was frozen: what people did since counts from the next turn on', async () => {
    const org = crew();
    await org.cutOff();
    const model = org.read('agents/b/resume.md') ?? '';
    org.disk.put('agents/b/resume.md', model.replace('You are b.', 'You are another b.'));
    org.drop('b', 'Since then.');
    await org.turns(2);
    expect(org.visits('b').map(({ turn, mail, system }) => [turn, mail.length, system.includes('another b')])).toEqual(
      expect.arrayContaining([
        [1, 1, false],
        [2, 1, true],
      ]),
    );
  });
});

describe('after a power loss', () => {
  it('what was committed is restored from the journal, and it is said', async () => {
    const org = lab(
      ({ agent }) => [say('human', `From ${agent}.`), { tool: 'write_file', input: { path: 'x', content: agent } }],
      { resumes: { a: { tools: ['write_file'] } }, org: { limits: { steps: 1 } } },
    );
    const golden = org.disk.copy();
    const engine = org.open();
    await engine.turn();
    const files = visible(org);
    expect(golden.files()).not.toEqual(files);
    org.powerLoss();
    expect(visible(org).has('agents/a/workspace/x')).toBe(false);
    await org.with(async (next) => {
      expect(next.state.clock.turn).toBe(1);
      expect(next.recovered.join()).toMatch(/restored from the journal/);
    });
    expect([...visible(org)]).toEqual([...files]);
  });

  it('nothing is lost that a later engine closed after', async () => {
    const org = lab(({ agent, turn }) => [say('human', `From ${agent} in turn ${turn}.`)], {
      resumes: { a: { schedule: { when: 'always' } } },
    });
    const engine = org.open();
    await engine.turn();
    org.restart();
    await org.turns(1);
    const files = visible(org);
    org.powerLoss();
    await org.look(() => {});
    expect([...visible(org)]).toEqual([...files]);
  });

  it('nothing is lost that a closed engine left', async () => {
    const org = lab(({ agent }) => [say('human', `From ${agent}.`)]);
    await org.turns(2);
    const files = visible(org);
    org.powerLoss();
    expect([...visible(org)]).toEqual([...files]);
    await org.with(async (next) => expect(next.recovered).toEqual([]));
  });
});

describe('requests of commands', () => {
  it('are posted before the turn, and count at once', async () => {
    const org = lab(() => [], { models: PRICED });
    await org.with(async (engine) => {
      const ask = (request: Parameters<Lab['ask']>[0]) =>
        engine.post([{ k: 'request', request, time: org.clock.now() }]);
      ask({ ask: 'top-up', by: 'human', agent: 'a', amount: 2 * CALL, note: '' });
      ask({ ask: 'pause', by: 'human', agent: 'b' });
      expect(agentState(engine.state.staff, 'a').granted).toBe(2 * CALL);
      expect(await engine.turn()).toMatchObject({ turn: 1, visits: [{ agent: 'a', outcome: 'ok' }] });
      ask({ ask: 'resume', by: 'human', agent: 'b' });
      ask({ ask: 'top-up', by: 'human', agent: 'b', amount: CALL, note: '' });
      expect(await engine.turn()).toMatchObject({ turn: 2, visits: [{ agent: 'b', outcome: 'ok' }] });
    });
    expect(org.lines('request').map(({ request }) => request.ask)).toEqual(['top-up', 'pause', 'resume', 'top-up']);
  });

  it('are durable when they are posted, and stand in the journal of the coming turn', async () => {
    const org = lab();
    await org.turns(1);
    const engine = org.open();
    engine.post([{ k: 'request', request: { ask: 'pause', by: 'human', agent: null }, time: 0 }]);
    org.powerLoss();
    expect(org.read(journalPath(2))).toContain('"pause"');
    await org.look(({ state }) => expect(state.staff.paused).toBe(true));
  });

  it('wait while a turn is to be finished', async () => {
    const org = lab();
    await org.cutOff();
    expect(await codeOf(() => org.ask({ ask: 'pause', by: 'human', agent: null }))).toBe('locked');
  });

  it('that came as files are taken at the freeze, stamped with their author, and removed', async () => {
    const org = lab();
    org.disk.put('agents/human/requests/1.yaml', 'ask: pause\nby: somebody\nagent: b\n');
    org.disk.put('agents/human/requests/2.yaml', 'ask: dance\n');
    expect(await org.turns(1)).toMatchObject([{ visits: [{ agent: 'a' }] }]);
    expect(org.lines('request')).toMatchObject([
      { request: { ask: 'pause', by: 'human' }, file: 'agents/human/requests/1.yaml' },
    ]);
    expect(org.paths(/requests\//)).toEqual(['agents/human/requests/2.yaml']);
    expect(org.lines('aside')).toMatchObject([{ path: 'agents/human/requests/2.yaml', reason: 'malformed' }]);
  });
});

describe('a world tool that may not be repeated', () => {
  const ring = (rings: number[]) => {
    const tool = TOOLS.get('read_file');
    if (tool?.kind !== 'world') throw new Error('no world tool');
    const bell = {
      ...tool,
      spec: { ...tool.spec, name: 'ring_bell' },
      touches: 'once' as const,
      parse: () => ({ ok: true as const, value: null }),
      run: () => ({ ok: rings.push(rings.length + 1) > 0, text: 'It rang.' }),
    };
    return new Map([...TOOLS, ['ring_bell', bell]]);
  };
  const bellman: Mind = ({ agent, n }) => (agent === 'a' && n === 1 ? [{ tool: 'ring_bell', input: {} }] : []);
  const org = (mind = bellman) =>
    lab(mind, { edges: { human: ['a'], a: [] }, resumes: { a: { tools: ['ring_bell'] } } });

  it('is used once: cut off while it ran, its outcome is unknown, and the model is told so', async () => {
    const bell = org();
    const rings: number[] = [];
    const toolbox = ring(rings);
    const engine = Engine.open(bell.ports(), toolbox, 'run');
    bell.disk.plan = ({ name }) => (name === 'write' && rings.length > 0 ? 'crash-before' : 'go');
    await expect(engine.turn()).rejects.toBeInstanceOf(Crash);
    bell.restart();
    const next = Engine.open(bell.ports(), toolbox, 'run');
    await next.turn();
    next.close();
    expect(rings).toEqual([1]);
    expect(resultsIn(bell.prompts.at(-1))).toMatchObject([
      { tool: 'ring_bell', ok: false, text: expect.stringMatching(/^Result unknown/) },
    ]);
  });

  it('whose result is recorded is told from there', async () => {
    const bell = org(({ n }) => {
      if (n === 2 && bell.prompts.length === 2) bell.disk.plan = () => 'crash-before';
      return n === 1 ? [{ tool: 'ring_bell', input: {} }] : [];
    });
    const rings: number[] = [];
    const toolbox = ring(rings);
    await expect(Engine.open(bell.ports(), toolbox, 'run').turn()).rejects.toBeInstanceOf(Crash);
    bell.restart();
    const next = Engine.open(bell.ports(), toolbox, 'run');
    await next.turn();
    next.close();
    expect(rings).toEqual([1]);
    expect(resultsIn(bell.prompts.at(-1))).toMatchObject([{ text: 'It rang.', ok: true }]);
  });
});

describe('the log', () => {
  it('hears of every turn and of what was recovered', async () => {
    const org = lab();
    const events: LogEvent[] = [];
    await org.cutOff();
    const engine = Engine.open({ ...org.ports(), log: (event) => void events.push(event) }, TOOLS, 'run');
    await engine.turn();
    engine.close();
    expect(new Set(events.map(({ event }) => event))).toEqual(
      expect.objectContaining(new Set(['recovered', 'visit', 'turn'])),
    );
    const recovered = events.filter(({ event }) => event === 'recovered');
    expect(recovered.map(({ module }) => module)).toEqual(['provider', 'engine']);
  });

  it('hears of each line of the journal once, as it is written, and of what people posted', async () => {
    const org = lab();
    const events: LogEvent[] = [];
    const engine = Engine.open({ ...org.ports(), log: (event) => void events.push(event) }, TOOLS, 'run');
    engine.post([{ k: 'request', request: { ask: 'top-up', by: 'human', agent: 'a', amount: 5, note: '' }, time: 1 }]);
    expect(events.map(({ event }) => event)).toEqual(['request']);
    org.drop('a', 'Begin.');
    for (let i = 0; i < 3; i++) await engine.turn();
    engine.close();
    const log = new JournalLog(1);
    const written = [...readJournal(org.disk, [])].flatMap(({ entries }) => entries).flatMap((line) => log.take(line));
    expect(written.filter(({ event }) => event === 'call').length).toBeGreaterThan(1);
    expect(events.filter(({ event }) => event !== 'not-due')).toEqual(written);
  });
});

it('an idle turn costs no call, and writes no file beyond the journal', async () => {
  const org = lab(() => []);
  org.drop('a', 'Begin.');
  await org.with(async (engine) => {
    for (let i = 0; i < 3; i++) await engine.turn();
    const touched = new Set<string>();
    const asked = org.prompts.length;
    org.disk.plan = ({ path }) => {
      touched.add(path);
      return 'go';
    };
    await engine.turn();
    org.disk.plan = () => 'go';
    expect([...touched].filter((path) => !path.startsWith('org/journal'))).toEqual([]);
    expect(touched).toContain('org/journal/000004.jsonl');
    expect(org.prompts.length).toBe(asked);
  });
});

it('a run of thousands of files syncs none of them when it ends: the journal can make them again', async () => {
  const many = lab(({ agent }) =>
    agent === 'a' ? Array.from({ length: 2001 }, (_, i) => say('b', `Number ${i}.`)) : [],
  );
  many.drop('a', 'Begin.');
  await many.turns(1);
  expect(many.lines('synced')).toEqual([]);
  expect(many.messages('a')).toHaveLength(2001);
});
