import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/core/model/call.ts';
import type { ActTool } from '../../../src/core/model/tool.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { turnOf } from '../../../src/views/journal/turn.ts';
import { type Act, type Mind, resultsIn, say, textOf } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const EDGES = { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] };

function lab(mind: Mind, more: Partial<ConstructorParameters<typeof Lab>[0]> = {}): Lab {
  const org = new Lab(
    { edges: EDGES, resumes: { a: { tools: ['read_file', 'write_file', 'remember', 'recall'] } }, ...more },
    mind,
  );
  org.drop('a', 'Please begin.');
  return org;
}

function act(tool: string, input: Act['input']): Act {
  return { tool, input };
}

describe('a visit thinks again', () => {
  it.each<[string, Act[], number]>([
    ['not after messages', [say('b', 'Hi.')], 1],
    ['not after what it remembers', [act('remember', { key: 'k', text: 'x' })], 1],
    ['not after doing nothing', [], 1],
    ['after a world tool', [act('write_file', { path: 'x', content: 'y' })], 2],
    ['after a question', [act('recall', { key: 'k' })], 2],
    ['after a refusal', [say('nobody', 'Hi.')], 2],
    ['after a refusal among acts that were done', [say('b', 'Hi.'), act('shell', {}), say('human', 'Hi.')], 2],
  ])('%s', async (_what, acts, calls) => {
    const org = lab(({ agent, n }) => (agent === 'a' && n === 1 ? acts : []));
    await org.turns(1);
    expect(org.prompts.map(({ agent, n }) => `${agent}${n}`)).toEqual(calls === 1 ? ['a1'] : ['a1', 'a2']);
  });

  it('with the results of each of its acts, in order, after its own words', async () => {
    const org = lab(({ n }) =>
      n === 1
        ? {
            text: 'Let me see.',
            acts: [
              { id: 'x', ...say('b', 'Hi.') },
              { id: 'y', tool: 'shell', input: {} },
              { id: 'z', ...act('write_file', { path: 'f', content: 'é' }) },
            ],
          }
        : [],
    );
    await org.turns(1);
    const second = org.prompts[1];
    expect(second?.parts[1]).toMatchObject({
      role: 'assistant',
      text: 'Let me see.',
      acts: [{ id: 'x' }, { id: 'y' }, { id: 'z' }],
    });
    expect(resultsIn(second).map(({ tool, ok }) => [tool, ok])).toEqual([
      ['send_message', true],
      ['shell', false],
      ['write_file', true],
    ]);
    expect(second?.system).toBe(org.prompts[0]?.system);
  });

  it.each([
    [3, undefined, 3],
    [3, 2, 2],
    [2, 9, 2],
    [1, undefined, 1],
  ])('while steps remain: org %i, resume %s: %i calls', async (steps, own, calls) => {
    const org = lab(({ n }) => [act('recall', { key: `k${n}` })], {
      org: { limits: { steps } },
      resumes: { a: { tools: ['recall'], ...(own ? { limits: { steps: own } } : {}) } },
    });
    const [report] = await org.turns(1);
    expect(org.prompts).toHaveLength(calls);
    expect(report?.visits).toMatchObject([{ outcome: 'cut', reason: 'steps' }]);
  });
});

it('a refusal in its last step is told at the next visit', async () => {
  const org = lab(({ turn }) => (turn === 1 ? [say('nobody', 'Hi.'), say('b', 'Hi.')] : []), {
    org: { limits: { steps: 1 } },
  });
  await org.turns(1);
  org.drop('a', 'Again.');
  await org.turns(1);
  expect(org.messages('a')).toHaveLength(1);
  expect(textOf(org.visits('a')[1])).toContain(
    'Not done in your last visit: send_message to nobody (There is no agent "nobody".',
  );
});

describe('plain text', () => {
  it('answers the person whose mail caused the visit', async () => {
    const org = lab(() => 'Certainly.');
    await org.turns(1);
    expect(org.messages('a')).toMatchObject([
      { to: ['human'], body: 'Certainly.', reply_to: '000001-human-01', subject: 'Re: Please begin.' },
    ]);
  });

  it('of the last call is the answer', async () => {
    const org = lab(({ n }) =>
      n === 1 ? { text: ' First. ', acts: [{ id: '1', ...act('recall', { key: 'k' }) }] } : 'Then.',
    );
    await org.turns(1);
    expect(org.messages('a')).toMatchObject([{ body: 'Then.' }]);
    expect(org.lines('visit')).toMatchObject([{ notes: ['First.', 'Then.'], sent: 1 }]);
  });

  it('is only a note when the person was written to, or when an agent caused the visit', async () => {
    const org = lab(({ agent }) =>
      agent === 'a' ? { text: 'Thinking.', acts: [{ id: '1', ...say(['human', 'b'], 'Done.') }] } : 'Noted.',
    );
    await org.turns(2);
    expect([org.messages('a').map(({ body }) => body), org.messages('b')]).toEqual([['Done.'], []]);
    expect(org.lines('visit').map(({ agent, notes }) => [agent, notes])).toEqual([
      ['a', ['Thinking.']],
      ['b', ['Noted.']],
    ]);
  });

  it('answers each person once', async () => {
    const org = lab(() => 'Hello.', {
      edges: { ...EDGES, boss: ['a'], a: ['b', 'human', 'boss'] },
      resumes: { boss: { person: true } },
    });
    org.drop('a', 'And this.');
    org.disk.put('agents/boss/outbox/a.md', 'From the boss.\n');
    await org.turns(1);
    expect(org.messages('a').map(({ to }) => to)).toEqual([['boss'], ['human']]);
  });

  it('without an edge to the person stays a note, and says so', async () => {
    const org = lab(() => 'Hello.', { edges: { human: ['a'], a: [] } });
    const [report] = await org.turns(1);
    expect(org.messages('a')).toEqual([]);
    expect(report?.visits).toMatchObject([{ outcome: 'ok', refused: 1, sent: 0 }]);
  });

  it.each(['', '  \n'])('that is blank (%j) answers nobody', async (text) => {
    const org = lab(() => text);
    await org.turns(1);
    expect([org.messages('a'), org.lines('visit')[0]?.notes]).toEqual([[], []]);
  });
});

describe('what a visit was refused', () => {
  it('is counted, whether the gate, the Box or a quota refused it; what is not there, and what waits, is not', async () => {
    const acts = [
      say('nobody', 'Hi.'),
      act('read_file', { path: '../b/resume.md' }),
      act('write_file', { path: 'x', content: 'y'.repeat(2000) }),
      act('read_file', { path: 'nothing' }),
      act('remember', { key: 'k', text: 'x' }),
    ];
    const org = lab(({ agent, n }) => (agent === 'a' && n === 1 ? acts : []), {
      org: { limits: { workspace_bytes: 1024 } },
      resumes: { a: { tools: ['read_file', 'write_file', 'ask:remember'] } },
    });
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ refused: 3, held: 1 }]);
    expect(org.lines('visit')).toMatchObject([{ refused: 3, refusals: [{ rule: 'edge' }] }]);
    expect(org.lines('used').map(({ rule }) => rule)).toEqual(['path', 'quota', undefined]);
    expect(turnOf(1, org.journal()).events.filter(({ what }) => what === 'refused')).toMatchObject([
      { agent: 'a', text: expect.stringMatching(/^a: Refused \(path\): /) },
      { agent: 'a', text: expect.stringMatching(/^a: Refused \(quota\): /) },
    ]);
  });

  it('tells a quota in bytes, not in characters, and counts what is replaced as gone', async () => {
    const write = (path: string, length: number) => act('write_file', { path, content: 'é'.repeat(length) });
    const acts = [write('a', 600), write('a', 500), write('a', 512), write('b', 1), write('a', 10), write('b', 500)];
    const org = lab(({ agent, n }) => (agent === 'a' && n === 1 ? acts : []), {
      org: { limits: { workspace_bytes: 1024 } },
      resumes: { a: { tools: ['write_file'] } },
    });
    await org.turns(1);
    expect(org.lines('used').map(({ rule }) => rule)).toEqual([
      'quota',
      undefined,
      undefined,
      'quota',
      undefined,
      undefined,
    ]);
  });

  it('is counted alike wherever the process dies', async () => {
    for (let n = 1, died = true; died; n++) {
      const org = lab(({ n }) =>
        n === 1 ? [act('read_file', { path: '../x' }), act('read_file', { path: '/x' })] : [],
      );
      died = await org.dies(n, () => org.turns(1));
      if (org.lines('commit').length === 0) await org.turns(1);
      expect([n, org.lines('visit').map(({ refused }) => refused)]).toEqual([n, [2]]);
    }
  });
});

describe('a failed visit is private', () => {
  const failing =
    (error: unknown): Mind =>
    ({ agent }) => {
      if (agent !== 'a') return [say('human', 'I am fine.')];
      throw error;
    };

  it.each<[string, unknown, string, RegExp]>([
    ['a provider that is down', new ProviderError('unavailable', 'no route'), 'provider', /^unavailable: no route$/],
    ['a key that is wrong', new ProviderError('auth', 'who?'), 'provider', /^auth: who\?$/],
    ['a prompt that is refused', new ProviderError('refused', 'x'.repeat(900)), 'refused', /^\w+: x{400,}$/],
    ['a reply that is malformed', new ProviderError('malformed', 'x'.repeat(900)), 'reply', /^\w+: x{400,}$/],
    [
      'a provider with a bug',
      new TypeError('undefined is not a function'),
      'provider',
      /: undefined is not a function$/,
    ],
    ['a provider that throws what is no error', 'oops', 'provider', /: oops$/],
  ])('%s', async (_what, error, blame, reason) => {
    const org = lab(failing(error));
    org.drop('b', 'You too.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([
      { agent: 'a', outcome: 'failed', blame, reason: expect.stringMatching(reason), sent: 0 },
      { agent: 'b', outcome: 'ok', sent: 1 },
    ]);
    expect(report?.visits[0]?.reason?.length).toBeLessThanOrEqual(500);
    expect([org.delivered('a'), org.delivered('b')]).toEqual([[], ['000001-human-02']]);
  });

  it.each([
    ['an error', new TypeError('undefined is not a function'), 'internal: undefined is not a function'],
    ['something else', 'oops', 'internal: oops'],
  ])('a tool with a bug that throws %s', async (_what, thrown, reason) => {
    const org = lab(({ agent }) => (agent === 'a' ? [act('acknowledge', { id: '000001-human-01' })] : []));
    org.drop('b', 'You too.');
    const stage = () => {
      throw thrown;
    };
    const engine = Engine.open(
      org.ports(),
      new Map([...TOOLS, ['acknowledge', { ...(TOOLS.get('acknowledge') as ActTool), stage }]]),
      'run',
    );
    expect((await engine.turn()).visits).toMatchObject([
      { agent: 'a', outcome: 'failed', blame: 'internal', reason },
      { agent: 'b', outcome: 'ok' },
    ]);
    engine.close();
  });

  it('keeps what it did in its workspace, and is told so when it tries again', async () => {
    let fails = true;
    const org = lab(({ n }) => {
      if (n === 1 && fails) return [act('write_file', { path: 'x', content: 'half' }), say('b', 'Never sent.')];
      if (fails) throw new ProviderError('malformed', 'gibberish');
      return [];
    });
    await org.turns(1);
    fails = false;
    await org.turns(1);
    expect(org.read('agents/a/workspace/x')).toBe('half');
    expect(org.messages('a')).toEqual([]);
    expect(textOf(org.visits('a')[1])).toMatch(
      /Your visit of turn 1 failed: malformed: gibberish\. .*workspace remain/,
    );
    expect(org.delivered('a')).toEqual(['000001-human-01']);
  });
});

describe('an attachment', () => {
  it('is a copy of a file of the workspace, beside the message', async () => {
    const org = lab(({ agent, n }) =>
      agent !== 'a'
        ? []
        : n === 1
          ? [act('write_file', { path: 'docs/x.txt', content: 'text' })]
          : [say('b', 'See.', { attachments: ['docs/x.txt'] })],
    );
    await org.turns(2);
    expect(org.read('agents/a/outbox/000001-01.files/x.txt')).toBe('text');
    expect(textOf(org.visits('b')[0])).toContain('attachments="x.txt"');
  });

  it.each(['missing.txt', '../../human/resume.md', '/etc/hostname', 'folder', 'shared/x'])(
    'is refused when it is %s',
    async (path) => {
      const org = lab(({ n }) =>
        n === 1
          ? [act('write_file', { path: 'folder/x', content: '' }), say('b', 'See.', { attachments: [path] })]
          : [],
      );
      await org.turns(1);
      expect(resultsIn(org.prompts[1])).toMatchObject([
        { ok: true },
        { ok: false, text: expect.stringMatching(/^Refused \(path\)/) },
      ]);
      expect(org.messages('a')).toEqual([]);
    },
  );
});
