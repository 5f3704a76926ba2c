import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  archivePath,
  composeMessage,
  firstLine,
  hopsAfter,
  messageOf,
  messagePath,
  resolveRecipients,
} from '../../../src/core/rights/recipients.ts';
import { readMessage } from '../../../src/disk/intake/incoming-message.ts';
import { printMessage } from '../../../src/schema/print.ts';
import { quickest, timed } from '../../quickest.ts';
import { configOf, mail } from '../world.ts';

const config = configOf({
  edges: { human: [], z: [], b: [], a: [], lonely: [] },
  files: {
    'org/chart.yaml': `version: 1
agents:
  human: { send_to: ["*"], read_from: ["*"] }
  z: { send_to: [human, b], read_from: [human, a] }
  b: { send_to: [a], read_from: ["*"] }
  a: { send_to: ["*"], read_from: [z, b] }
  lonely: { send_to: [], read_from: [] }
`,
    'org/units/crew.md': '---\nmembers: [a, b, z, lonely]\n---\n',
    'org/units/empty.md': '---\n---\n',
  },
});

describe('recipients', () => {
  it.each([
    ['human', ['*'], ['z', 'b'], 'everyone who reads from the human'],
    ['a', ['*'], ['human', 'z', 'b'], 'everyone, in chart order'],
    ['a', ['b', 'z'], ['z', 'b'], 'names, in chart order'],
    ['a', ['z', 'z'], ['z'], 'each once'],
    ['a', ['@crew'], ['z', 'b'], 'the members whom an edge reaches, not the author'],
    ['a', ['human', '@crew', '*'], ['human', 'z', 'b'], 'all together'],
    ['z', ['b', '@empty'], ['b'], 'an empty unit adds nobody'],
  ])('%s to %j: %j (%s)', (from, to, names) => {
    expect(resolveRecipients(config, from, to)).toEqual({ ok: true, names });
  });

  it.each([
    [
      'one of whom has no edge',
      'a',
      ['b', 'lonely'],
      /does not let a write to lonely\. So the message was not sent to anyone\. You can write to: human, z, b\./,
    ],
    ['of an agent that writes to nobody', 'lonely', ['b'], /You can write to: nobody\./],
    ['the author', 'a', ['a'], /^You cannot write to yourself\./],
    ['an unknown name', 'a', ['ghost'], /^There is no agent "ghost"\. You can write to: human, z, b\.$/],
    ['an unknown unit', 'a', ['@ghosts'], /^There is no unit "@ghosts"\. You can write to: human, z, b\.$/],
    ['a unit without a name', 'a', ['@'], /no unit "@"/],
    ['a unit of nobody', 'a', ['@empty'], /^The chart lets you write to nobody in "@empty"/],
    ['everyone, without an edge', 'lonely', ['*'], /^The chart lets you write to nobody in "\*"/],
    ['nobody', 'a', [], /lets you write to nobody in an empty list/],
    ['a hostile name', 'a', ['x\n'.repeat(500)], /^There is no agent ".{0,130}"\. You can write to: human, z, b\.$/],
    ['a property', 'a', ['__proto__'], /no agent "__proto__"/],
  ])('%s: refused', (_what, from, to, text) => {
    expect(resolveRecipients(config, from, to)).toMatchObject({
      ok: false,
      rule: 'edge',
      text: expect.stringMatching(text),
    });
  });
});

it('of many whom an agent can write to, a refusal names the first', () => {
  const names = Array.from({ length: 21 }, (_, i) => `n${i}`);
  const many = configOf({ edges: { human: [], a: names, ...Object.fromEntries(names.map((name) => [name, ['a']])) } });
  const refused = resolveRecipients(many, 'a', ['ghost']);
  expect(refused).toMatchObject({ ok: false, text: expect.stringMatching(/n19 and others\.$/) });
});

it('who is set aside for a broken resume gets mail that names them, and no broadcast', () => {
  const broken = {
    ...config,
    agents: new Map([...config.agents].filter(([name]) => name !== 'z')),
    order: ['human', 'b', 'a', 'lonely'],
  };
  expect(resolveRecipients(broken, 'a', ['z', 'b'])).toEqual({ ok: true, names: ['b', 'z'] });
  expect(resolveRecipients(broken, 'a', ['*'])).toEqual({ ok: true, names: ['human', 'b'] });
});

describe('a new message', () => {
  const first = mail({ from: 'b', subject: 'Plan', thread: 't-1' });
  const second = mail({ from: 'b', n: 2, subject: 'Re: Plan', thread: 't-1' });
  const other = mail({ from: 'z', thread: 't-2' });

  it('is complete: id, thread, path and defaults', () => {
    expect(composeMessage('a', 42, 3, { to: ['b'], body: '# Build it\n\nPlease. \n\n' }, [], 1)).toEqual({
      id: '000042-a-03',
      from: 'a',
      to: ['b'],
      turn: 42,
      kind: 'message',
      subject: 'Build it',
      priority: 'normal',
      thread: '000042-a-03',
      hops: 1,
      path: 'agents/a/outbox/000042-03-b-build-it.md',
      body: '# Build it\n\nPlease.',
    });
  });

  it('says what was wished', () => {
    const wish = {
      to: ['b', 'z'],
      body: 'x',
      subject: 'S',
      kind: 'task',
      priority: 'high',
      thread: 't',
      expires: 9,
      task: 'T-1',
      attachments: ['x.txt'],
    } as const;
    expect(
      composeMessage('a', 1, 1, { ...wish, to: [...wish.to], attachments: [...wish.attachments] }, [], 2),
    ).toMatchObject({
      ...wish,
      hops: 2,
    });
    expect(composeMessage('a', 1, 1, { to: ['b'], body: 'x', attachments: [] }, [], 2)).not.toHaveProperty(
      'attachments',
    );
  });

  it.each([
    [
      'the message it names',
      { to: ['b'], reply_to: first.id },
      [first, second],
      { reply_to: first.id, thread: 't-1', subject: 'Re: Plan' },
    ],
    [
      'the latest of the recipient',
      { to: ['b'] },
      [first, second, other],
      { reply_to: second.id, thread: 't-1', subject: 'Re: Plan' },
    ],
    ['the latest of any recipient', { to: ['b', 'z'] }, [first, other, second], { reply_to: second.id, thread: 't-1' }],
    [
      'nobody, in the one conversation there is',
      { to: ['human'] },
      [first, second],
      { thread: 't-1', subject: 'Hi there' },
    ],
    [
      'nobody, when there are several',
      { to: ['human'] },
      [first, other],
      { thread: '000042-a-01', subject: 'Hi there' },
    ],
    [
      'a message that was not given',
      { to: ['b'], reply_to: '000001-z-09' },
      [first],
      { reply_to: '000001-z-09', thread: '000042-a-01', subject: 'Hi there' },
    ],
    [
      'a message, under a subject of its own',
      { to: ['b'], subject: 'New' },
      [first],
      { reply_to: first.id, thread: 't-1', subject: 'New' },
    ],
  ])('answers %s', (_what, wish, given, fields) => {
    const message = composeMessage('a', 42, 1, { body: 'Hi there', ...wish }, given, 1);
    expect(message).toMatchObject(fields);
    expect('reply_to' in message).toBe('reply_to' in fields);
  });

  it('to nobody has a path all the same', () => {
    expect(composeMessage('a', 1, 1, { to: [], body: 'x' }, [], 1).path).toBe('agents/a/outbox/000001-01-nobody-x.md');
  });

  it('of anything reads back from its file as it was', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 100 }),
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.constantFrom('---\n', 'to: x\n---', '\r\n\r', ' \n'),
    );
    fc.assert(
      fc.property(text, fc.option(text), (body, subject) => {
        const message = composeMessage('a', 7, 1, { to: ['b'], body, ...(subject === null ? {} : { subject }) }, [], 1);
        const read = readMessage(printMessage(message), message.path).message;
        expect(read).toMatchObject({ ...message, body: read?.body, subject: message.subject });
      }),
      { numRuns: 300 },
    );
  });

  it('with many blanks in its body costs little', async () => {
    const body = `${' '.repeat(20_000)}x`;
    expect(await quickest(200, () => timed(() => composeMessage('a', 1, 1, { to: ['b'], body }, [], 1)))).toBeLessThan(
      200,
    );
  });
});

describe('the subject of a message without one', () => {
  it.each([
    ['Hello there.\nMore.', 'Hello there.'],
    ['\n \n\n## Title  \ntext', 'Title'],
    ['#', 'message'],
    ['', 'message'],
    [' \n\t\n', 'message'],
    [`${'\n'.repeat(60)}late`, 'message'],
    ['x'.repeat(100), 'x'.repeat(80)],
  ])('%.30j: %s', (body, subject) => {
    expect(firstLine(body)).toBe(subject);
  });

  it('never ends in half a character', () => {
    expect(firstLine(`${'x'.repeat(79)}😀`)).toBe('x'.repeat(79));
  });

  it('is one line', () => {
    expect(firstLine('one\rtwo\u2028three')).toMatch(/^[^\r\n\u2028]+$/);
  });

  it('of an answer is no longer than a subject may be', () => {
    const answer = composeMessage('a', 1, 1, { to: ['human'], body: 'x' }, [mail({ subject: 's'.repeat(300) })], 1);
    expect(answer.subject).toBe(`Re: ${'s'.repeat(196)}`);
    expect(composeMessage('a', 1, 1, { to: ['human'], body: 'x' }, [mail({ subject: 'RE: again' })], 1).subject).toBe(
      'RE: again',
    );
  });
});

it('the file of a message is named by turn, number, first recipient and subject', () => {
  expect(messagePath('a', 42, 12, 'b', 'Build the login!')).toBe('agents/a/outbox/000042-12-b-build-the-login.md');
});

it.each([
  ['agents/a/outbox/000042-01-b-x.md', 'agents/a/outbox/archive/0000/000042-01-b-x.md'],
  ['agents/a/outbox/000999-01-b-x.md', 'agents/a/outbox/archive/0000/000999-01-b-x.md'],
  ['agents/a/outbox/001000-01-b-x.md', 'agents/a/outbox/archive/0001/001000-01-b-x.md'],
  ['agents/a/outbox/000042-01.files/x.md', 'agents/a/outbox/archive/0000/000042-01.files/x.md'],
  ['agents/a/outbox/12345678-01-b-x.md', 'agents/a/outbox/archive/12345/12345678-01-b-x.md'],
])('%s is archived as %s', (path, archived) => {
  expect(archivePath(path)).toBe(archived);
});

it.each([
  ['agents/a/outbox/000042-01-b-x.md', { author: 'a', turn: 42, n: 1 }],
  ['agents/a/outbox/1000042-101.files/x.md', { author: 'a', turn: 1_000_042, n: 101 }],
  ['agents/a/outbox/plan.pdf', null],
  ['agents/a/outbox/archive/0000/000042-01-b-x.md', null],
  ['agents/a/workspace/000042-01-b-x.md', null],
])('%s belongs to the message %j', (path, message) => {
  expect(messageOf(path)).toEqual(message);
});

it('a chain is one longer than the longest among the mail given', () => {
  expect(hopsAfter([])).toBe(1);
  expect(hopsAfter([mail({ hops: 2 }), mail({ hops: 5 }), mail({ hops: 0 })])).toBe(6);
});
