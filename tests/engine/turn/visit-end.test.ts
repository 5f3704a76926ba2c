import { describe, expect, it } from 'vitest';
import type { Prompt, Reply } from '../../../src/core/model/call.ts';
import { type Act, type Mind, resultsIn, say } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const EDGES = { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] };
const TOOLS = ['read_file', 'write_file', 'remember', 'recall'];

function act(tool: string, input: Act['input'] = {}): Act {
  return { tool, input };
}

/** The reply of a model, which ends no visit by itself. */
function model(...acts: Act[]): Partial<Reply> {
  return { acts: acts.map((one, i) => ({ id: `${i + 1}`, ...one })), ends: undefined as never };
}

function lab(mind: Mind, more: Partial<ConstructorParameters<typeof Lab>[0]> = {}): Lab {
  const org = new Lab({ edges: EDGES, resumes: { a: { tools: TOOLS } }, ...more }, mind);
  org.drop('a', 'Please begin.');
  return org;
}

/** What `a` replies, one reply after the other; then text. */
function replies(...all: (Partial<Reply> | string)[]): Mind {
  return ({ agent, n }) => (agent === 'a' ? (all[n - 1] ?? { ...model(), text: '' }) : []);
}

const resultsOf = (org: Lab) => resultsIn(org.prompts[1] as Prompt).map(({ text }) => text);
const callsOf = (org: Lab) => org.prompts.map(({ agent, n }) => `${agent}${n}`);

describe('the visit of a model goes on', () => {
  it.each<[string, Act]>([
    ['a message', say('b', 'Hi.')],
    ['what it remembers', act('remember', { key: 'k', text: 'x' })],
    ['a file', act('write_file', { path: 'x', content: 'y' })],
  ])('after %s, with the result', async (_what, one) => {
    const org = lab(replies(model(one)));
    await org.turns(1);
    expect(callsOf(org)).toEqual(['a1', 'a2']);
    expect(resultsOf(org)).toHaveLength(1);
    expect(org.lines('visit')).toMatchObject([{ outcome: 'ok' }]);
  });

  it('until its steps are used up, and is whole when its last reply asked for no result', async () => {
    const org = lab(({ n }) => model(say('b', `Part ${n}.`)), { org: { limits: { steps: 2 } } });
    await org.turns(1);
    expect(callsOf(org)).toEqual(['a1', 'a2']);
    expect(org.lines('visit')).toMatchObject([{ outcome: 'ok', sent: 2 }]);
  });

  it('and is told before its last reply', async () => {
    const org = lab(({ n }) => model(say('b', `Part ${n}.`), say('human', `Part ${n}.`)), {
      org: { limits: { steps: 3 } },
    });
    await org.turns(1);
    const told = (n: number) =>
      resultsIn(org.prompts[n] as Prompt).map(({ text }) =>
        text.includes('[Your next reply is the last one of this visit.]'),
      );
    expect([told(1), told(2).slice(-2)]).toEqual([
      [false, false],
      [false, true],
    ]);
  });
});

it.each<[string, Act['input']]>([
  ['speaks of a file', { answer: 'The page is attached.' }],
  ['names files', { answer: 'Open it.', attachments: ['page.html'] }],
  ['names a file', { answer: 'Open it.', files: 'page.html' }],
])('goes on when done %s, which it cannot bring', async (_, input) => {
  const { answer } = input as { answer: string };
  const org = lab(({ n }) => model(act('done', n === 1 ? input : { answer, attachments: [], summary: 'All of it.' })));
  await org.turns(1);
  expect(resultsOf(org)[0]).toMatch(/done brings no files\. Send (it|them) with send_message and its attachments/);
  expect(org.messages('a')).toMatchObject([{ body: answer }]);
});

it('is told when five replies are left, where a visit has many', async () => {
  const told = async (steps: number): Promise<number[]> => {
    const org = lab(({ n }) => model(say('b', `Part ${n}.`)), { org: { limits: { steps } } });
    await org.turns(1);
    return org.prompts.flatMap((prompt, n) =>
      resultsIn(prompt).at(-1)?.text.includes('[5 replies are left in this visit.]') ? [n] : [],
    );
  };
  expect(await told(20)).toEqual([15]);
  expect(await told(19)).toEqual([]);
});

describe('what a model says', () => {
  /** A manager `a` who gives the work of a person to `b`, and then answers with these calls and text. */
  const delegating = (first: Partial<Reply>, second: Partial<Reply>): Mind => {
    let visits = 0;
    return ({ agent }) => {
      if (agent === 'b') return model(say('a', 'It is ready.', { kind: 'report', done: true }));
      return ++visits === 1 ? first : visits === 2 ? second : model(act('done'));
    };
  };
  const toHuman = (org: Lab) =>
    org.lines('sent').flatMap(({ message: { to, kind, body } }) => (to.includes('human') ? [[kind, body]] : []));

  it('in done goes to the person to whom it owes the answer, though a colleague wrote', async () => {
    const org = lab(
      delegating(
        model(say('b', 'Do it.', { kind: 'task', done: true })),
        model(act('done', { answer: 'Here it is.' })),
      ),
    );
    await org.turns(4);
    expect(toHuman(org)).toEqual([['response', 'Here it is.']]);
    expect(callsOf(org)).toEqual(['a1', 'b1', 'a1']); // nobody is reminded
  });

  it('in done goes to whoever gave it the work, though it owes nothing any more and only a colleague reports', async () => {
    const first = model(say('human', 'I will come back to you.'), say('b', 'Do it.', { kind: 'task', done: true }));
    const org = lab(delegating(first, model(act('done', { answer: 'Here it is.' }))));
    await org.turns(4);
    expect(toHuman(org)).toEqual([
      ['message', 'I will come back to you.'],
      ['response', 'Here it is.'],
    ]);
  });

  it('in done goes to the colleague who wrote, when that is no report or nobody else gave the work', async () => {
    const talk =
      (kind: string): Mind =>
      ({ agent, n }) =>
        agent === 'b'
          ? n === 1
            ? model(say('a', 'Hi.', { kind, done: true }))
            : []
          : model(act('done', { answer: 'Ho.' }));
    for (const kind of ['message', 'report']) {
      const org = new Lab({ edges: EDGES }, talk(kind));
      org.drop('b', 'Say hi to a.');
      await org.turns(2);
      expect(org.lines('sent').map(({ message: { to } }) => to)).toEqual([['a'], ['b']]);
    }
  });

  it.each([
    ['text', { ...model(say('b', 'Do it.', { kind: 'task' }), act('done')), text: 'b has the task.' }],
    ['answer', model(say('b', 'Do it.', { kind: 'task' }), act('done', { answer: 'b has the task.' }))],
  ])('as %s beside a task for a colleague is no answer, but says how far it is', async (_what, first) => {
    const org = lab(delegating(first, model(act('done', { answer: 'Here it is.' }))));
    await org.turns(4);
    expect(toHuman(org)).toEqual([
      ['status', 'b has the task.'],
      ['response', 'Here it is.'],
    ]);
  });
});

describe('the visit of a model ends', () => {
  it('with a message that says so, unless another call of the reply fails', async () => {
    const last = say('b', 'The last word.', { done: true });
    const org = lab(replies(model(last, act('remember', { key: 'k', text: 'x' }))));
    await org.turns(1);
    expect(callsOf(org)).toEqual(['a1']);
    const failed = lab(replies(model(last, act('read_file', { path: 'none' })), model(act('done'))));
    await failed.turns(1);
    expect(callsOf(failed)).toEqual(['a1', 'a2']);
    const refused = lab(replies(model(say('nobody', 'Hi.', { done: true })), model(last)));
    await refused.turns(1);
    expect(callsOf(refused)).toEqual(['a1', 'a2']);
    expect(refused.lines('sent')).toHaveLength(1);
  });

  it('with the message, though done said more before', async () => {
    const org = lab(replies(model(act('done', { settled: ['000001-human-01'] }), say('b', 'Hi.', { done: true }))));
    await org.turns(4);
    expect(callsOf(org)).toEqual(['a1', 'b1']); // and no reminder
  });

  it('with done, without another call, whatever else the reply asks for', async () => {
    const org = lab(replies(model(say('b', 'Hi.'), act('read_file', { path: 'x' }), act('done'))));
    org.withFile('agents/a/workspace/x', 'text');
    await org.turns(1);
    expect(callsOf(org)).toEqual(['a1']);
    expect(org.lines('visit')).toMatchObject([{ outcome: 'ok', sent: 1 }]);
  });

  it('not with done beside a call that failed or was refused: it sees the result, and says done again', async () => {
    for (const bad of [act('read_file', { path: 'nothing' }), act('teleport'), say('nobody', 'Hi.')]) {
      const org = lab(
        replies(model(act('done', { answer: 'It is ready.' }), bad), model(act('done', { answer: 'It is not.' }))),
      );
      await org.turns(1);
      expect(callsOf(org)).toEqual(['a1', 'a2']);
      expect(resultsOf(org)[0]).toContain('Call done again');
      expect(org.messages('a')).toMatchObject([{ to: ['human'], body: 'It is not.', kind: 'response' }]);
    }
  });

  it('with text and no call', async () => {
    const org = lab(replies({ ...model(), text: 'Here you are.' }));
    await org.turns(1);
    expect(callsOf(org)).toEqual(['a1']);
    expect(org.messages('a')).toMatchObject([{ to: ['human'], body: 'Here you are.', reply_to: '000001-human-01' }]);
  });
});

describe('the answer of done', () => {
  it('is sent to the people who wrote, also beside another message to them, and answers their message', async () => {
    const org = lab(replies(model(say('human', 'I have it.'), act('done', { answer: 'The answer.' }))));
    await org.turns(1);
    expect(org.messages('a').map(({ body, reply_to }) => [body, reply_to])).toEqual([
      ['I have it.', '000001-human-01'],
      ['The answer.', '000001-human-01'],
    ]);
  });

  it('goes to the colleague who asked when no person wrote, and to nobody when nobody did', async () => {
    const org = lab(({ agent, n }) => {
      if (agent === 'a')
        return n === 1 ? [{ tool: 'send_message', input: { to: 'b', body: 'Which?', kind: 'request' } }] : [];
      return model(act('done', { answer: 'That one.' }));
    });
    await org.turns(2);
    expect(org.messages('b')).toMatchObject([{ to: ['a'], body: 'That one.', kind: 'response' }]);
    const alone = lab(replies(model(act('done', { answer: 'Hello?' }))), {
      resumes: { a: { schedule: { when: 'always' } } },
    });
    alone.disk.remove('agents/human/outbox/drop-0001.md');
    await alone.turns(1);
    expect(resultsOf(alone)[0]).toContain('Nobody wrote to you in this visit: use send_message.');
    expect(alone.messages('a')).toEqual([]);
  });

  it('that is refused is told, and the visit goes on', async () => {
    const edges = { human: ['a'], a: ['b'], b: ['a'] };
    const org = lab(replies(model(act('done', { answer: 'Yes.' })), { ...model(), text: 'I may not write to you.' }), {
      edges,
    });
    await org.turns(1);
    expect(callsOf(org)).toEqual(['a1', 'a2']);
    expect(resultsOf(org)[0]).toContain('You can write to: b.');
    expect(org.messages('a')).toEqual([]);
  });
});

describe('plain text for a person', () => {
  it('is the last text, but a closing word after messages and memory only when there is no other', async () => {
    const org = lab(
      replies(
        { ...model(act('recall', { key: 'k' })), text: 'Let me look.' },
        { ...model(act('remember', { key: 'k', text: 'x' })), text: 'It is 42.' },
        { ...model(), text: 'Done.' },
      ),
    );
    await org.turns(1);
    expect(org.messages('a')).toMatchObject([{ to: ['human'], body: 'It is 42.' }]);
    const only = lab(replies(model(say('b', 'Please look.')), { ...model(), text: 'I asked b.' }));
    await only.turns(1);
    expect(only.messages('a').map(({ body }) => body)).toEqual(['Please look.', 'I asked b.']);
  });
});

it('the same message is sent once in a visit; with another text, subject, reader or file it is another', async () => {
  const input = { to: 'b', body: 'Look.', subject: 'x' };
  const org = lab(
    replies(
      model(
        ...[
          input,
          { ...input, subject: 'y' },
          { ...input, to: 'human' },
          { ...input, body: 'See.' },
          { ...input, attachments: ['x'] },
          input,
        ].map((one) => act('send_message', one)),
      ),
    ),
  );
  org.withFile('agents/a/workspace/x', 'text');
  await org.turns(1);
  const results = resultsOf(org);
  expect(results.slice(0, 5).every((text) => text.startsWith('Sent as'))).toBe(true);
  expect(results[5]).toBe('Refused (already-sent): Already sent as 000001-a-01 in this visit.');
  expect(org.messages('a')).toHaveLength(5);
});
