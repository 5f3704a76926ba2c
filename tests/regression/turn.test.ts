import { describe, expect, it } from 'vitest';
import { type Json, type Prompt, ProviderError } from '../../src/core/model/call.ts';
import { inboxOf } from '../../src/core/model/state/mail.ts';
import { agentState } from '../../src/core/model/state/staff.ts';
import { readForm } from '../../src/core/prompt/json-form.ts';
import { load } from '../../src/engine/journal/load.ts';
import { FaultError } from '../../src/schema/fault.ts';
import { Crash } from '../../src/testing/memory-disk.ts';
import { type Act, CALL, Org, PRICED, resultsIn, say, textOf, visible } from './org.ts';

const STAR = { human: ['a', 'b', 'c'], a: ['b', 'human'], b: ['a', 'human'], c: ['human'] };
const GRANTS = { agents: { a: { grant: 1 }, b: { grant: 1 }, c: { grant: 1 } } };
const act = (tool: string, input: Json): Act => ({ tool, input });

/** The codes of the fault that the work ends with. */
async function codesOf(work: Promise<unknown>): Promise<string[]> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof FaultError) return error.faults.map(({ code }) => code);
  if (error) throw error;
  return [];
}

/** Stops the machine at its next operation. */
function stop(org: Org): void {
  org.disk.plan = () => 'crash-before';
}

describe('6.2 turns', () => {
  it.each(['auth', 'rate-limit', 'overloaded', 'timeout', 'unavailable', 'bad-request'] as const)(
    "6.2-15 one agent's provider failing with %s stops nobody else, and its mail waits",
    async (failure) => {
      let down = true;
      const org = new Org({ edges: STAR }, ({ agent }) => {
        if (agent === 'a' && down) throw new ProviderError(failure, 'down');
        return [say('human', `Done by ${agent}.`)];
      });
      org.drop(['a', 'b', 'c'], 'Work.');
      const [report] = await org.turns(1);
      expect(report?.visits.map(({ agent, outcome, blame }) => [agent, outcome, blame])).toEqual([
        ['a', 'failed', failure === 'bad-request' ? 'config' : 'provider'],
        ['b', 'ok', undefined],
        ['c', 'ok', undefined],
      ]);
      expect(await org.look(({ state }) => inboxOf(state.mail, 'a').map(({ id, attempts }) => [id, attempts]))).toEqual(
        [['000001-human-01', {}]],
      );
      down = false;
      await org.run();
      expect(org.messages('a').map(({ to }) => to)).toEqual([['human']]);
      expect(org.delivered('b')).toEqual(['000001-human-01']);
    },
  );

  it('6.2-15 a model whose provider does not exist stops only those who use it, and works once it is corrected', async () => {
    const models = (provider: string) =>
      `version: 1\nmodels: { default: { provider: mind }, odd: { provider: ${provider} } }\n`;
    const org = new Org({ edges: STAR, resumes: { a: { model: 'odd' } } }, ({ agent }) => [
      say('human', `Done by ${agent}.`),
    ]);
    org.disk.put('org/models.yaml', models('opnai'));
    org.drop(['a', 'b'], 'Work.');
    const [report] = await org.turns(1);
    expect(report?.visits.map(({ agent, outcome }) => [agent, outcome])).toEqual([
      ['a', 'failed'],
      ['b', 'ok'],
    ]);
    org.disk.put('org/models.yaml', models('mind'));
    await org.run();
    expect(org.delivered('a')).toEqual(['000001-human-01']);
  });

  it('6.2-16 a turn that was cut off is finished: who answered is neither asked, nor paid, nor posted again', async () => {
    for (const repeatable of [true, false]) {
      let machine: Org | null = null;
      const mind = ({ agent }: Prompt) => {
        if (agent === 'c' && machine) stop(machine);
        return [say('human', `Done by ${agent}.`)];
      };
      const org = new Org({ edges: STAR, org: { limits: { concurrency: 1 } }, models: PRICED, credits: GRANTS }, mind);
      org.repeatable = repeatable;
      org.drop(['a', 'b', 'c'], 'Work.');
      machine = org;
      await expect(org.turns(1)).rejects.toThrow(Crash);
      machine = null;
      org.restart();
      await org.turns(1);
      expect(org.prompts.map(({ agent, turn }) => [agent, turn])).toEqual([
        ['a', 1],
        ['b', 1],
        ['c', 1],
        ['c', 1],
      ]);
      for (const agent of ['a', 'b', 'c'])
        expect(org.messages(agent).map(({ id }) => id)).toEqual([`000001-${agent}-01`]);
      const doubts = repeatable ? [] : ['1.c.1.1'];
      expect(org.lines('recovered')).toMatchObject([{ again: repeatable ? ['1.c.1.1'] : [], doubt: doubts }]);
      const { turn, spent, doubt } = await org.look(({ state }) => ({ turn: state.clock.turn, ...state.money.org }));
      expect([turn, spent, doubt]).toEqual([1, 3 * CALL, doubts.length * CALL]);
    }
  });

  it('6.2-17 mail, files, memory and charge of a visit are there together or not at all, wherever it is cut off', async () => {
    const plan = {
      edges: STAR,
      name: 'atomic',
      models: PRICED,
      credits: GRANTS,
      resumes: { a: { tools: ['write_file', 'remember'], shared: ['.'] } },
    };
    const acts = [
      say('b', 'Hello'),
      act('write_file', { path: 'x.txt', content: 'private' }),
      act('write_file', { path: 'shared/y.txt', content: 'common' }),
      act('remember', { key: 'k', text: 'noted' }),
      say('human', 'Done'),
    ];
    const make = () => {
      const org = new Org(plan, ({ agent, n }) => (agent === 'a' && n === 1 ? acts : undefined));
      org.drop('a', 'Work.');
      return org;
    };
    const whole = make();
    const before = whole.disk.count;
    await whole.turns(2);
    const operations = whole.disk.count - before;
    const final = /^agents\/a\/(outbox|memory)\/[^.].*\.md$|^org\/shared\/[^.]/;
    for (let at = 1; at <= operations; at++) {
      const org = make();
      const start = org.disk.count;
      org.disk.plan = ({ index }) => (index - start === at ? 'crash-torn' : 'go');
      await org.turns(2).catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
      org.restart();
      const committed = org.lines('commit').length > 0;
      if (!committed) expect(org.paths(final)).toEqual([]);
      const { state } = load(org.disk);
      await org.turns(2 - state.clock.turn);
      expect(visible(org)).toEqual(visible(whole));
      expect(await org.look((engine) => engine.state.money.org.spent)).toBe(3 * CALL);
    }
  });

  it('6.2-18 a torn journal never rewinds the organisation beyond the turn that was being written', async () => {
    const make = async () => {
      const org = new Org(
        { edges: STAR, name: 'torn', resumes: { b: { schedule: { when: 'always' } } } },
        ({ agent, turn }) => (agent === 'b' ? [say('a', `Turn ${turn}`)] : undefined),
      );
      org.disk.plan = ({ name, path }) => (name === 'link' && path.includes('/000003-') ? 'crash-before' : 'go');
      await expect(org.killedAfter(3)).rejects.toThrow(Crash);
      org.restart();
      return org;
    };
    const whole = await make();
    const path = 'org/journal/000003.jsonl';
    const text = whole.read(path) as string;
    await whole.turns(1);
    for (let length = 0; length < text.length; length += 61) {
      const org = await make();
      org.disk.put(path, text.slice(0, length));
      const { turn } = load(org.disk).state.clock;
      expect(turn).toBeGreaterThanOrEqual(2);
      await org.turns(4 - turn);
      expect(visible(org)).toEqual(visible(whole));
      expect(org.delivered('a')).toEqual(['000001-b-01', '000002-b-01', '000003-b-01']);
    }
  });

  it('6.2-18 a journal that is changed or has a gap is a fault, never a new beginning', async () => {
    const org = new Org({ edges: STAR });
    org.drop('a', 'Work.');
    await org.turns(3);
    const path = 'org/journal/000002.jsonl';
    const text = org.read(path) as string;
    const before = visible(org);
    org.disk.put('.lemming/state.json', '{');
    org.disk.put(path, text.replace('"turn":2', '"turn":9'));
    expect(await codesOf(org.turns(1))).toEqual(['damaged-journal']);
    org.disk.remove(path);
    expect(await codesOf(org.turns(1))).toEqual(['damaged-journal']);
    org.disk.put(path, text);
    expect(visible(org)).toEqual(before);
    expect((await org.turns(1)).map(({ turn }) => turn)).toEqual([4]);
  });

  it('6.2-18 the cached state is only a cache: torn, gone or of another journal, the turn is the same', async () => {
    const org = new Org({ edges: STAR });
    org.drop('a', 'Work.');
    await org.turns(2);
    const cache = org.read('.lemming/state.json') as string;
    for (const text of [
      '',
      '[]',
      'null',
      '{"version":1}',
      cache.slice(0, 300),
      cache.replace(/"head":"[^"]*"/, '"head":"other"'),
    ]) {
      org.disk.put('.lemming/state.json', text);
      expect(load(org.disk).state.clock.turn).toBe(2);
    }
    for (const path of org.paths(/^\.lemming\//)) org.disk.remove(path);
    expect((await org.turns(1)).map(({ turn }) => turn)).toEqual([3]);
    expect(org.delivered('a')).toEqual(['000001-human-01']);
  });

  it('6.2-19 whatever a reply asks for, only that act is refused: the turn and the other agents go on', async () => {
    const form = readForm(
      'Sure: {"acts":["x",5,null,["y"],{"tool":["send_message"],"input":{}},{"tool":"send_message","input":{"to":"b","body":"From the form"}}]}',
    );
    const hostile = [
      ...(form?.acts ?? []),
      ...['', 'nobody', '__proto__', 'constructor', 'toString', 'x'.repeat(5000), '../remember'].map((tool, i) => ({
        id: `t${i}`,
        tool,
        input: {},
      })),
      ...[
        'text',
        null,
        7,
        ['to', 'b'],
        { to: 'b', body: 'x', agent_path: '/etc', agent_name: 'b' },
        JSON.parse('{"to":"b","body":"x","__proto__":{"admin":true}}') as Json,
        { to: { constructor: 'b' }, body: 'x' },
        { to: 'b' },
        { to: [], body: 'x' },
        { to: 'b', body: { toString: 'x' } },
      ].map((input, i) => ({ id: `i${i}`, tool: 'send_message', input: input as Json })),
      { id: 'last', tool: 'send_message', input: { to: 'b', body: 'At the end' } },
    ];
    const org = new Org({ edges: STAR, models: PRICED, credits: GRANTS }, ({ agent, n }) =>
      agent === 'a' && n === 1 ? { acts: hostile } : [say('human', `Done by ${agent}.`)],
    );
    org.drop(['a', 'b', 'c'], 'Work.');
    const [report] = await org.turns(1);
    expect(report?.visits.map(({ agent, outcome }) => [agent, outcome])).toEqual([
      ['a', 'ok'],
      ['b', 'ok'],
      ['c', 'ok'],
    ]);
    const sent = org.messages('a').filter(({ to }) => to[0] === 'b');
    const told = resultsIn(org.prompts.find(({ agent, n }) => agent === 'a' && n === 2));
    expect(sent.map(({ body }) => body)).toContain('At the end');
    expect(sent.map(({ body }) => body)).toContain('From the form');
    expect(told).toHaveLength(hostile.length);
    expect(told.filter(({ ok }) => ok)).toHaveLength(sent.length);
    expect(report?.visits[0]?.refused).toBe(hostile.length - sent.length);
    expect(Object.prototype).not.toHaveProperty('admin');
    expect((await org.turns(1)).map(({ turn }) => turn)).toEqual([2]);
  });

  it('6.2-19 a reply that is no reply at all fails that visit alone', async () => {
    const replies: unknown[] = [
      { acts: null },
      { acts: ['x'] },
      { acts: [null] },
      { acts: { tool: 'x' } },
      { text: null },
      { usage: 'many' },
    ];
    for (const reply of replies) {
      const org = new Org({ edges: STAR }, ({ agent }) =>
        agent === 'a' ? (reply as object) : [say('human', `Done by ${agent}.`)],
      );
      org.drop(['a', 'b'], 'Work.');
      const [report] = await org.turns(1);
      expect(report?.visits.map(({ agent }) => agent)).toEqual(['a', 'b']);
      expect(report?.visits[1]?.outcome).toBe('ok');
      expect((await org.turns(1)).map(({ turn }) => turn)).toEqual([2]);
    }
  });

  it('6.2-20 a memory entry that cannot be kept is refused, the next one is kept', async () => {
    const inputs: Json[] = [
      { op: 'write', key: 'a', text: 'x' },
      { key: '../../b/memory/k', text: 'x' },
      { key: 'Bad Key', text: 'x' },
      { key: '', text: 'x' },
      { key: 'k', text: ['merge', 'into'] },
      { key: 'good', text: 'kept' },
    ];
    const org = new Org({ edges: STAR, resumes: { a: { tools: ['remember'] } } }, ({ agent, n }) =>
      agent === 'a' && n === 1 ? inputs.map((input) => act('remember', input)) : undefined,
    );
    org.drop(['a', 'b'], 'Work.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([
      { agent: 'a', outcome: 'ok', refused: 5 },
      { agent: 'b', outcome: 'ok' },
    ]);
    expect(org.paths(/\/memory\//)).toEqual(['agents/a/memory/good.md']);
  });

  it('6.2-21 what is added to memory keeps what was there, in one visit and over turns', async () => {
    const org = new Org({ edges: STAR, resumes: { a: { tools: ['remember', 'recall'] } } }, ({ n, turn, parts }) => {
      if (n === 1) return [act('remember', { key: `other-${turn}`, text: 'other' }), act('recall', { key: 'log' })];
      const known = resultsIn({ parts } as Prompt).at(-1)?.text ?? '';
      const lines = known.includes('---\n') ? known.slice(known.lastIndexOf('---\n') + 4) : '';
      return n < 4
        ? [act('remember', { key: 'log', text: `${lines}line ${turn}.${n}` }), act('recall', { key: 'log' })]
        : undefined;
    });
    for (let turn = 1; turn <= 3; turn++) {
      org.drop('a', 'Work.');
      await org.turns(1);
    }
    const kept = org.read('agents/a/memory/log.md') as string;
    expect(kept.match(/line \d\.\d/g)).toEqual([
      'line 1.2',
      'line 1.3',
      'line 2.2',
      'line 2.3',
      'line 3.2',
      'line 3.3',
    ]);
    expect(org.paths(/\/memory\/other-/)).toHaveLength(3);
  });

  it('6.2-21 a person who edits an entry while the visit runs loses nothing either', async () => {
    const entry = (text: string) => `---\nkey: "k"\ntags: []\nturn: 1\n---\n${text}\n`;
    const org = new Org(
      { edges: STAR, resumes: { a: { tools: ['remember'] } }, files: { 'agents/a/memory/k.md': entry('old') } },
      () => {
        org.disk.put('agents/a/memory/k.md', entry('of the person'));
        return [act('remember', { key: 'k', text: 'of the agent' })];
      },
    );
    org.drop('a', 'Work.');
    const [report] = await org.turns(1);
    expect(report?.conflicts).toMatchObject([{ path: 'agents/a/memory/k.md' }]);
    expect(org.read('agents/a/memory/k.md')).toContain('of the person');
    expect(org.read(report?.conflicts[0]?.ours as string)).toContain('of the agent');
  });

  it('6.2-22 the result of a tool comes back in the same visit, and memory in the next', async () => {
    const org = new Org(
      {
        edges: STAR,
        resumes: { a: { tools: ['read_file', 'remember'] } },
        files: { 'agents/a/workspace/notes.txt': 'SECRET-42' },
      },
      ({ n, turn }) =>
        n === 1 && turn === 1
          ? [act('read_file', { path: 'notes.txt' }), act('remember', { key: 'k', text: 'MEMORY-43' })]
          : undefined,
    );
    org.drop('a', 'Work.');
    await org.turns(1);
    expect(resultsIn(org.prompts[1])[0]).toMatchObject({ tool: 'read_file', ok: true, text: 'SECRET-42' });
    org.drop('a', 'More.');
    await org.turns(1);
    expect(textOf(org.visits('a')[1])).toContain('MEMORY-43');
  });

  it('6.2-23 every tool in a prompt says what it does and what it takes', async () => {
    const tools = ['read_file', 'write_file', 'list_files', 'remember', 'recall'];
    const org = new Org({ edges: STAR, resumes: { a: { tools } } });
    org.drop('a', 'Work.');
    await org.turns(1);
    const specs = org.prompts[0]?.tools ?? [];
    expect(specs.map(({ name }) => name).sort()).toEqual(['done', 'send_message', ...tools].sort());
    for (const { description, input } of specs) {
      expect(description.length).toBeGreaterThan(20);
      expect(input).toMatchObject({ type: 'object' });
      expect(Object.keys(input.properties as object).length).toBeGreaterThan(0);
    }
  });

  it('6.2-24 a second engine in the same folder is refused and told who holds it', async () => {
    const org = new Org({ edges: STAR });
    await org.with(async () => {
      const ports = org.ports();
      const other = { ...ports, host: { ...ports.host, pid: 2, startOf: (pid: number) => `start-${pid}` } };
      const { Engine } = await import('../../src/engine/turn/engine.ts');
      const { TOOLS } = await import('../../src/tools/all.ts');
      try {
        Engine.open(other, TOOLS, 'run');
        expect.unreachable();
      } catch (error) {
        expect(error).toMatchObject({ faults: [{ code: 'locked', value: '1' }] });
      }
    });
    expect(await org.turns(1)).toHaveLength(1);
  });

  it('6.2-24 an engine whose lock was taken from it commits nothing', async () => {
    const org = new Org({ edges: STAR }, () => {
      for (const path of org.paths(/^\.lemming\/lock/)) org.disk.remove(path);
      return [say('human', 'Too late.')];
    });
    org.drop('a', 'Work.');
    expect(await codesOf(org.turns(1))).toEqual(['lost-lock']);
    expect(org.paths(/^agents\/a\/outbox\//)).toEqual([]);
    expect(org.lines('commit')).toEqual([]);
  });

  it('6.2-25 while agents think, the state can be read without the lock and the loop is free', async () => {
    let reached = (_: unknown) => {};
    let answer = (_: unknown) => {};
    const asked = new Promise((resolve) => (reached = resolve));
    const org = new Org({ edges: STAR }, async () => {
      reached(null);
      await new Promise((resolve) => (answer = resolve));
      return undefined;
    });
    org.drop('a', 'Work.');
    const turn = org.turns(1);
    await asked;
    const loaded = load(org.disk);
    expect([loaded.state.clock.turn, loaded.unfinished?.open.turn]).toEqual([0, 1]);
    answer(null);
    expect(await turn).toHaveLength(1);
  });

  it('6.2-26 agents of a turn think at the same time and see the same snapshot: order changes no byte', async () => {
    const make = async (concurrency: number, order: (agent: string) => number) => {
      let running = 0;
      let most = 0;
      const org = new Org({ edges: STAR, name: 'same' }, async ({ agent, turn, mail }) => {
        most = Math.max(most, ++running);
        for (let i = 0; i < order(agent); i++) await new Promise((resolve) => setImmediate(resolve));
        running--;
        if (turn === 1) expect(mail.map(({ from }) => from)).toEqual(['human']);
        return agent === 'c'
          ? [say('human', 'c')]
          : [say(agent === 'a' ? 'b' : 'a', `${agent} ${turn} ${mail.length}`)];
      });
      org.env = { LEMMING_LIMITS_CONCURRENCY: `${concurrency}` };
      org.drop(['a', 'b', 'c'], 'Work.');
      await org.turns(3);
      return { files: visible(org), most };
    };
    const serial = await make(1, () => 0);
    const forward = await make(8, (agent) => agent.charCodeAt(0) - 96);
    const backward = await make(8, (agent) => 5 * (100 - agent.charCodeAt(0)));
    expect([serial.most, forward.most, backward.most]).toEqual([1, 3, 3]);
    expect(forward.files).toEqual(serial.files);
    expect(backward.files).toEqual(serial.files);
  });

  it('6.2-27 an agent fires when (turn - offset) mod every is 0, in the order of the chart', async () => {
    const always = (every: number, offset: number) => ({ schedule: { every, offset, when: 'always' } });
    const org = new Org({
      edges: { human: ['z', 'a', 'm'] },
      resumes: { z: always(3, 1), a: always(2, 0), m: always(3, 5) },
    });
    await org.turns(8);
    const turns = (agent: string) => org.visits(agent).map(({ turn }) => turn);
    expect([turns('z'), turns('a'), turns('m')]).toEqual([
      [1, 4, 7],
      [2, 4, 6, 8],
      [2, 5, 8],
    ]);
    const order = org.lines('visit').map(({ agent }) => agent);
    expect(order).toEqual(['z', 'a', 'm', 'z', 'a', 'm', 'a', 'z', 'a', 'm']);
  });

  it('6.2-28 max_turns counts the turns of a run, every time it is run', async () => {
    const org = new Org({
      edges: STAR,
      org: { clock: { max_turns: 2, turn_seconds: 1 } },
      resumes: { a: { schedule: { when: 'always' } } },
    });
    for (const last of [2, 4, 6]) {
      const { reports, end } = await org.run({});
      expect([reports.map(({ turn }) => turn), end]).toEqual([[last - 1, last], 'max-turns']);
    }
  });

  it('6.2-29 an interrupted run finishes its turn, and the next goes on at the next number', async () => {
    const stopping = new AbortController();
    const org = new Org({ edges: STAR }, ({ agent }) => {
      stopping.abort();
      return agent === 'a' ? [say('b', 'Go on.')] : undefined;
    });
    org.drop('a', 'Work.');
    const { reports, end } = await org.run({ untilIdle: true, signal: stopping.signal });
    expect([reports.map(({ turn }) => turn), end]).toEqual([[1], 'interrupted']);
    expect(org.messages('a')).toHaveLength(1);
    expect((await org.run()).reports.map(({ turn }) => turn)).toEqual([2]);
    expect(org.lines('commit').map(({ turn }) => turn)).toEqual([1, 2]);
  });

  it('6.2-30 a person is never scheduled, called or billed, whatever their resume says', async () => {
    const human = { person: true, schedule: { every: 1, when: 'always' } };
    const org = new Org(
      { edges: STAR, resumes: { human, a: { schedule: { when: 'always' } } }, models: PRICED, credits: GRANTS },
      () => [say('human', 'Hello')],
    );
    await org.turns(5);
    expect(new Set(org.prompts.map(({ agent }) => agent))).toEqual(new Set(['a']));
    expect(
      await org.look(({ state }) => [inboxOf(state.mail, 'human').length, agentState(state.staff, 'human').spent]),
    ).toEqual([5, 0]);
  });
});
