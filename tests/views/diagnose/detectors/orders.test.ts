import { describe, expect, it } from 'vitest';
import { lemming, put, turns, untilIdle } from '../../../commands/people/world.ts';
import { act, diagnosed, found, type Said, say, spoken } from '../planted.ts';

const WRITE = act('write_file', { path: 'tea.md', content: 'Tea.' });

/** `b` gets a task, then this order, and then does that. */
const ordered = (order: string, acts: Said['acts'] = []): Said[] => [
  { agent: 'a', turn: 1, acts: [say('b', 'Write tea.md for the page.', { kind: 'task' })] },
  { agent: 'b', turn: 2, acts: [say('a', 'I write it next.', { kind: 'status' })] },
  { agent: 'a', turn: 3, acts: [say('b', order, { kind: 'message', reply_to: '000001-a-01' })] },
  { agent: 'b', turn: 4, acts },
];

describe('an order to stop', () => {
  it.each([
    'Stop this work.',
    'Please stop. The page is no longer wanted.',
    "Don't continue.",
    'Bitte stoppe die Arbeit.',
  ])('that is not followed is found: %s', async (order) => {
    const kinds = await found(ordered(order, [WRITE]));
    expect(kinds.filter((kind) => kind.startsWith('ignored-stop'))).toEqual(['ignored-stop b 4']);
  });

  it.each(['Stop by when you can.', 'The bus stop is at the door.', 'Go on.', 'When should we stop?'])(
    'is none in: %s',
    async (order) => {
      const kinds = await found(ordered(order, [WRITE]));
      expect(kinds.filter((kind) => kind.startsWith('ignored-stop'))).toEqual([]);
    },
  );

  it('is followed by who passes it on, or only answers', async () => {
    for (const acts of [[say('a', 'I stopped.')], [say('c', 'Stop the work.', { kind: 'task' })], []]) {
      const kinds = await found(ordered('Stop this work.', acts));
      expect(kinds.filter((kind) => kind.startsWith('ignored-stop'))).toEqual([]);
    }
  });

  it('ends when whoever gave it writes again', async () => {
    const said: Said[] = [
      ...ordered('Stop this work.'),
      { agent: 'a', turn: 5, acts: [say('b', 'Now write it after all.', { kind: 'task', reply_to: '000001-a-01' })] },
      { agent: 'b', turn: 6, acts: [WRITE, say('a', 'It is in tea.md.', { kind: 'report' })] },
    ];
    expect((await found(said)).filter((kind) => kind.startsWith('ignored-stop'))).toEqual([]);
  });
});

describe('work that is done again', () => {
  const again = (...more: Said[]): Said[] => [
    { agent: 'a', turn: 1, acts: [WRITE, say('b', 'Which tea do you like best?', { kind: 'request' })] },
    { agent: 'b', turn: 2, acts: [say('a', 'Green tea, always.', { kind: 'response' })] },
    ...more,
    { agent: 'a', turn: 3, acts: [WRITE, say('human', 'Green tea is in tea.md.', { kind: 'response' })] },
  ];

  it('is found in the same file with the same content', async () => {
    expect(await found(again())).toEqual(['repeated-work a 3']);
  });

  it('is none when something else was written there in between', async () => {
    const other: Said = {
      agent: 'a',
      turn: 3,
      acts: [act('write_file', { path: 'tea.md', content: 'Coffee.' })],
      more: true,
    };
    const said = again().map((one) => (one.turn === 3 ? { ...one, call: 2 } : one));
    expect(await found([...said, other])).toEqual([]);
  });
});

it.each([true, false])('work that is done again is none when it was undone in between: %s', async (isUndone) => {
  const write = act('write_file', { path: 'shared/tea.md', content: 'Green tea.' });
  const tell = (n: number) => say('human', `Tea ${n} is in shared/tea.md.`, { kind: 'response' });
  const root = await spoken([1, 2, 3].map((turn) => ({ agent: 'a' as const, turn, acts: [write, tell(turn)] })));
  if (isUndone) await lemming(root, ['undo', '1.a']);
  await untilIdle(root);
  await lemming(root, ['send', 'a', 'Once more, please.']);
  await untilIdle(root);
  expect(diagnosed(root).map(({ kind }) => kind)).toEqual(isUndone ? [] : ['repeated-work']);
});

it.each([true, false])(
  'work that is done again is none in the next attempt at a task that failed: %s',
  async (fails) => {
    const look = act('run_javascript', { code: '1 + 1' });
    const end = fails ? act('fail_task', { reason: 'Not there yet.' }) : act('update_task', { note: 'Not there yet.' });
    const root = await spoken(
      [1, 2, 4].map((turn) => ({ agent: 'a' as const, turn, acts: [look, end] })),
      {
        turns: 0,
      },
    );
    put(root, 'org/tasks/x.md', `---\ntitle: Look\nassignee: a\nretries: 2\n---\nLook.\n`);
    await turns(root, 4);
    expect(diagnosed(root).map(({ kind }) => kind)).toEqual(fails ? [] : ['repeated-work']);
  },
);

describe('claims in other languages', () => {
  const tells = (body: string): Said[] => [{ agent: 'a', turn: 1, acts: [say('human', body, { kind: 'response' })] }];

  it.each([
    ['Im Anhang findest du die Seite.', 'missing-attachment'],
    ['Anbei die fertige Seite.', 'missing-attachment'],
    ['Voici la page, ci-jointe.', 'missing-attachment'],
    ['Te adjunto la página.', 'missing-attachment'],
    ['Ich habe alles getestet.', 'untested-claim'],
    ['Die Seite ist fertig, ich habe die Seite lokal getestet.', 'untested-claim'],
    ["J'ai tout testé.", 'untested-claim'],
    ['Lo he probado en dos navegadores.', 'untested-claim'],
  ])('are found: %s', async (body, kind) => {
    expect(await found(tells(body))).toEqual([`${kind} a 1`]);
  });

  it.each([
    'Ich habe nichts angehängt, die Seite ist nicht im Anhang.',
    'Ich habe es nicht getestet.',
    "Je n'ai pas testé la page.",
    'No lo he probado.',
    'Sobald ich es getestet habe, schreibe ich dir.',
  ])('are none in: %s', async (body) => {
    expect(await found(tells(body))).toEqual([]);
  });

  it('name a second reader who never got mail', async () => {
    const wrote = (body: string): Said[] => [
      { agent: 'a', turn: 1, acts: [say('b', 'The tea is green.'), say('human', body, { kind: 'response' })] },
    ];
    expect(await found(wrote('I sent it to b and c.'))).toEqual(['unsent-claim a 1']);
    expect(await found(wrote('I sent it to b.'))).toEqual([]);
  });
});
