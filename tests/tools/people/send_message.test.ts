import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/model/call.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import { configOf, mail, sceneOf } from '../../core/world.ts';
import { PLAN, scene, stage, toolNamed } from '../world.ts';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('a message', () => {
  it('is numbered, addressed and staged', () => {
    const at = scene();
    expect(stage('send_message', { to: ['b', 'human'], body: 'Hi.' }, at)).toEqual({
      ok: true,
      text: 'Sent as 000002-a-01.',
    });
    expect(stage('send_message', { to: '*', body: 'Hi all.' }, at)).toEqual({ ok: true, text: 'Sent as 000002-a-02.' });
    expect(at.draft.sent).toMatchObject([
      { message: { id: '000002-a-01', to: ['human', 'b'], hops: 1 }, files: [], held: false },
      { message: { id: '000002-a-02', to: ['human', 'b'] } },
    ]);
  });

  it('goes on counting where approved acts of the turn left off', () => {
    const at = scene({ draft: emptyDraft(4) });
    stage('send_message', { to: 'b', body: 'Hi.' }, at);
    expect(at.draft.sent).toMatchObject([{ message: { id: '000002-a-04' } }]);
  });

  it.each<[string, Json, object]>([
    ['a subject on one line', { subject: '  one\n two\t' }, { subject: 'one two' }],
    ['a kind', { kind: 'task' }, { kind: 'task' }],
    ['a priority', { priority: 'critical' }, { priority: 'urgent' }],
    ['turns until it expires', { expires_in: 3 }, { expires: 5 }],
  ])('has %s', (_what, input, fields) => {
    const at = scene();
    stage('send_message', { to: 'b', body: 'Hi.', ...(input as object) }, at);
    expect(at.draft.sent[0]?.message).toMatchObject(fields);
  });

  it('has what it answers, if its author knows that', () => {
    const at = scene({ given: [mail({ id: '000001-b-09', from: 'b' })] });
    stage('send_message', { to: 'b', body: 'Hi.', reply_to: '000001-b-09' }, at);
    expect(at.draft.sent[0]?.message).toMatchObject({ reply_to: '000001-b-09' });
    expect(stage('send_message', { to: 'b', body: 'Ho.', reply_to: '000001-b-9' }, at)).toEqual({
      ok: false,
      rule: 'reply-to',
      text: 'You know no message "000001-b-9". Do you mean 000001-b-09? Give the id of a message that you wrote or were given, or leave reply_to out.',
    });
    expect(stage('send_message', { to: 'b', body: 'Ho.', reply_to: 'x' }, at)).toMatchObject({
      text: 'You know no message "x". Give the id of a message that you wrote or were given, or leave reply_to out.',
    });
    expect(stage('send_message', { to: 'b', body: 'Ho.', reply_to: '000002-a-01' }, at).ok).toBe(true); // its own of this visit
  });

  it('without an edge is refused and takes no number', () => {
    const at = scene();
    expect(stage('send_message', { to: 'nobody', body: 'Hi.' }, at)).toMatchObject({ ok: false, rule: 'edge' });
    expect(at.draft).toEqual(emptyDraft());
  });

  it('at the end of a long chain is held, and the agent is told', () => {
    const config = configOf({ ...PLAN, org: { limits: { hops: 3 } } });
    const hops = (n: number) => {
      const at = sceneOf(config, 'a', { given: [mail({ hops: n })] });
      const { text } = stage('send_message', { to: 'b', body: 'Again.' }, at);
      return [at.draft.sent[0]?.held, text.includes('held')];
    };
    expect(hops(2)).toEqual([false, false]);
    expect(hops(3)).toEqual([true, true]);
  });

  it.each([
    ['no body', { to: 'b' }],
    ['an empty body', { to: 'b', body: '' }],
    ['a body without end', { to: 'b', body: 'x'.repeat(200_001) }],
    ['no recipient', { to: [], body: 'x' }],
    ['an unknown kind', { to: 'b', body: 'x', kind: 'order' }],
    ['a priority that is none', { to: 'b', body: 'x', priority: 'asap' }],
    ['an expiry in the past', { to: 'b', body: 'x', expires_in: 0 }],
    ['too many attachments', { to: 'b', body: 'x', attachments: Array.from({ length: 17 }, () => 'x') }],
  ])('with %s is refused by its schema', (_what, input) => {
    expect(toolNamed('send_message').parse(input).ok).toBe(false);
  });
});

describe('attachments', () => {
  const files: Record<string, string> = {
    'x.txt': base64('x'),
    'docs/é y.md': base64('y'),
    'docs/x.txt': base64('z'),
    edge: base64('e'.repeat(262_143)),
    big: base64('b'.repeat(262_148)),
  };
  const at = () =>
    scene({
      attach: (path) => {
        const data = files[path];
        return data === undefined ? { why: `There is no file ${path}.` } : { data, from: `from/${path}` };
      },
    });
  const attach = (here: ReturnType<typeof at>, ...attachments: string[]) =>
    stage('send_message', { to: 'b', body: 'See.', attachments }, here);

  it('are copies in the folder of the message, under their own names', () => {
    const here = at();
    expect(attach(here, 'x.txt', 'docs/é y.md', 'edge')).toEqual({
      ok: true,
      text: 'Sent as 000002-a-01. Its attachments lie side by side in one folder: x.txt, é y.md, edge.',
    });
    expect(here.draft.sent[0]?.files).toEqual([
      { path: 'agents/a/outbox/000002-01.files/x.txt', data: base64('x'), from: 'from/x.txt' },
      { path: 'agents/a/outbox/000002-01.files/é y.md', data: base64('y'), from: 'from/docs/é y.md' },
      { path: 'agents/a/outbox/000002-01.files/edge', data: files.edge, from: 'from/edge' },
    ]);
    expect(here.draft.sent[0]?.message.attachments).toEqual(['x.txt', 'é y.md', 'edge']);
  });

  it('that keep their names need no words', () => {
    expect(attach(at(), 'x.txt', 'edge').text).toBe('Sent as 000002-a-01.');
  });

  it.each([
    ['missing.txt', 'path'],
    ['big', 'size'],
  ])('that cannot be sent refuse the message: %s, by the rule %s', (path, rule) => {
    const here = at();
    expect(attach(here, 'x.txt', path)).toMatchObject({ ok: false, rule });
    expect(here.draft).toEqual(emptyDraft());
  });

  it('of one name from two folders are both sent, and the author is told the names', () => {
    const here = at();
    expect(attach(here, 'x.txt', 'docs/x.txt').text).toContain('x.txt, x-2.txt (docs/x.txt)');
    expect(here.draft.sent[0]?.message.attachments).toEqual(['x.txt', 'x-2.txt']);
  });

  it('that are named twice come once', () => {
    const here = at();
    attach(here, 'x.txt', 'x.txt');
    expect(here.draft.sent[0]?.message.attachments).toEqual(['x.txt']);
  });

  it('with words of strangers taint the message', () => {
    const here = scene({ attach: () => ({ data: base64('x'), from: 'x', tainted: true }) });
    attach(here, 'x.txt');
    expect(here.draft.sent).toMatchObject([{ tainted: true }]);
  });
});

describe('a message that speaks of an attachment', () => {
  it.each([
    'The draft is attached.',
    'The draft is finished; please find it attached as draft.md',
    'Please find the files attached.',
    'Here is the draft as an attachment.',
    'I have attached `tip.html`.',
  ])('is refused once in a visit when it has none: %s', (body) => {
    const at = scene();
    const input = { to: 'b', body };
    const refusal = stage('send_message', input, at);
    expect(refusal).toMatchObject({ ok: false, rule: 'attachment' });
    at.draft.refusals.push({ tool: 'send_message', rule: 'attachment', text: '' });
    expect(stage('send_message', input, at).ok).toBe(true);
  });

  it.each([
    'I will attach it tomorrow.',
    'Please attach the file.',
    'The attachment that you sent is fine.',
    'No file came. Please send it as an attachment.',
  ])('but not when it brings none: %s', (body) => {
    expect(stage('send_message', { to: 'b', body }, scene()).ok).toBe(true);
  });
});
