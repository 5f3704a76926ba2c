import { describe, expect, it } from 'vitest';
import { act, diagnosed, found, type Said, say, spoken } from '../planted.ts';

const tells = (body: string, more: Record<string, unknown> = {}): Said[] => [
  { agent: 'a', turn: 1, acts: [say('human', body, { kind: 'response', ...more })] },
];
const FILE = { attachments: ['page.html'] };

describe('a hand-over', () => {
  it.each([
    'The page is attached.',
    'Please find attached the page.',
    'Attached is the page about tea.',
    'I have attached the page.',
    'Attached: the page.',
    'See the attachment.',
    'Here is the file about tea.',
    'Here is your document.',
    'Report attached.',
    'The page (attached) is ready.',
    'The patched page.html comes with this message.',
  ])('is found without its file: %s', async (body) => {
    const again = tells(body).map((one) => ({ ...one, acts: [...(one.acts ?? []), ...(one.acts ?? [])] })); // the engine may refuse it once
    expect(await found(again)).toEqual(['missing-attachment a 1']);
    expect(await found(tells(body, FILE))).toEqual([]);
  });

  it.each([
    'No file is attached.',
    'I will attach the page tomorrow.',
    'Please attach the page.',
    'Shall I send it attached?',
    'The page is attached to my message 000001-a-01.',
    'Here is the file:\n```\n<p>Tea</p>\n```',
    'Here is the file: shared/tea.html',
    'A tag is not attached to the cup.',
    'Here is the plan.',
    'A lid is needed, with the handle attached.',
    'Files that I attach are listed below a mail.',
    'My best wishes come with this message.',
    'A decision comes with this message.',
  ])('is none in: %s', async (body) => {
    expect(await found(tells(body))).toEqual([]);
  });

  it('is none when the reader got the file before, or the file came from there', async () => {
    const twice: Said[] = [
      {
        agent: 'a',
        turn: 1,
        acts: [say('human', 'First draft.', FILE), say('human', 'As said, the page is attached.')],
      },
    ];
    expect(await found(twice)).toEqual([]);
    const back: Said[] = [
      { agent: 'a', turn: 1, acts: [say('b', 'Look at this.', FILE), say('human', 'Wait a little.')] },
      { agent: 'b', turn: 2, acts: [say('a', 'I read the page that you have attached.')] },
    ];
    expect(await found(back)).toEqual([]);
  });
});

describe('a review', () => {
  const BIG = 'x'.repeat(20_000);
  const review = (text: string, before: Said['acts'] = [], body = 'The page is ready.'): Said[] => [
    { agent: 'a', turn: 1, acts: [act('write_file', { path: 'page.html', content: BIG })], more: true },
    {
      agent: 'a',
      turn: 1,
      call: 2,
      acts: [say('b', body, { kind: 'request', ...FILE }), say('human', 'It is with b.', { kind: 'response' })],
    },
    { agent: 'b', turn: 2, acts: [act('list_files'), ...before], more: true },
    { agent: 'b', turn: 2, call: 2, acts: [say('a', text, { kind: 'response' })] },
  ];

  it.each([
    'Approved.',
    'I have reviewed the page. It is fine.',
    'LGTM',
    'Accepted: a good page.',
    'The page looks good to me.',
    'I went through your draft line by line.',
  ])('is found when the files were never read: %s', async (text) => {
    expect(await found(review(text))).toEqual(['unread-review b 2']);
    expect(await found(review(text, [act('read_file', { path: 'attachments/page.html' })]))).toEqual([]);
  });

  it.each([
    'I have not reviewed it.',
    'I will review it tomorrow.',
    'Shall it be approved?',
    'It can be accepted when the heading is right.',
    'I accept the task.',
    'Not approved.',
    'I went through your questions.',
  ])('is none in: %s', async (text) => {
    expect((await found(review(text))).filter((one) => one.startsWith('unread'))).toEqual([]);
  });

  it('is found when a report names a path that nobody looked at', async () => {
    const said: Said[] = [
      {
        agent: 'a',
        turn: 1,
        acts: [
          act('write_file', { path: 'shared/page.html', content: BIG }),
          say('b', 'The page is ready: shared/page.html', { kind: 'request' }),
          say('human', 'It is with b.', { kind: 'response' }),
        ],
      },
      { agent: 'b', turn: 2, acts: [say('a', 'Approved.', { kind: 'response' })] },
    ];
    const [finding] = diagnosed(await spoken(said));
    expect(finding).toMatchObject({
      kind: 'unread-review',
      mode: 'verifies nothing',
      agent: 'b',
      turn: 2,
      quote: 'Approved.',
    });
  });

  it('is found when the file of a request was never read, and not when the request holds the text', async () => {
    const asked = (body: string, kind: string, before: Said['acts'] = []): Said[] => [
      { agent: 'a', turn: 1, acts: [say('b', body, { kind }), say('human', 'It is with b.', { kind: 'response' })] },
      { agent: 'b', turn: 2, acts: [act('list_files'), ...before], more: true },
      { agent: 'b', turn: 2, call: 2, acts: [say('a', 'Reviewed tea.html: fine. LGTM!', { kind: 'response' })] },
    ];
    expect(await found(asked('Please review tea.html.', 'request'))).toEqual(['unread-review b 2']);
    const write = act('write_file', { path: 'tea.html', content: 'Tea' });
    const read = [write, act('read_file', { path: 'tea.html' })];
    expect(await found(asked('Please review tea.html.', 'request', read))).toEqual([]);
    expect(await found(asked('Please review this for tea.html: <p>Tea is hot.</p>', 'request'))).toEqual([]);
    expect(await found(asked('Please review the title of tea.html, "Tea".', 'request'))).toEqual([]);
    expect(await found(asked('The name is tea.html. Is that fine?', 'request'))).toEqual([]);
  });

  it('is none when its prompt showed the file, or its mail the text', async () => {
    const short: Said[] = [
      { agent: 'a', turn: 1, acts: [say('b', 'Ready.', { kind: 'request', ...FILE }), say('human', 'It is with b.')] },
      { agent: 'b', turn: 2, acts: [say('a', 'Approved.', { kind: 'response' })] },
    ];
    expect(await found(short)).toEqual([]);
    expect(await found(review('Approved.', [], 'The page:\n```html\n<p>Tea</p>\n```'))).toEqual([]);
  });
});
