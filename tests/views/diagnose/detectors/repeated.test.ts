import { describe, expect, it } from 'vitest';
import { act, diagnosed, found, type Said, say, spoken } from '../planted.ts';

const READ = act('list_files', {});
const ANSWER = say('human', 'The page about tea is ready now.', { kind: 'response' });

describe('the same call again', () => {
  it('is found when its result was the same in two replies and nothing came of it', async () => {
    const said: Said[] = [
      { agent: 'a', turn: 1, acts: [READ], more: true },
      { agent: 'a', turn: 1, call: 2, acts: [READ], more: true },
      { agent: 'a', turn: 1, call: 3, text: '' },
      { agent: 'a', turn: 2, acts: [ANSWER] },
    ];
    expect(await found(said)).toContain('repeated-act a 1');
  });

  it('is found when it ended the visit', async () => {
    const again: Said[] = [1, 2, 3].map((call) => ({ agent: 'a', turn: 1, call, acts: [READ], more: true }));
    const all = diagnosed(await spoken([...again, { agent: 'a', turn: 2, acts: [ANSWER] }]));
    expect(all.map(({ kind, agent, turn, call, ids }) => [kind, agent, turn, call, ids])).toEqual([
      ['looped', 'a', 1, 3, ['1.a.3']],
    ]);
  });

  it('is none when a file was written in between, or both stood in one reply', async () => {
    const write = (n: number) => act('write_file', { path: 'x.txt', content: `${n}` });
    expect(
      await found([
        { agent: 'a', turn: 1, acts: [READ, READ], more: true },
        { agent: 'a', turn: 1, call: 2, acts: [write(1), READ], more: true },
        { agent: 'a', turn: 1, call: 3, acts: [write(2), READ], more: true },
        { agent: 'a', turn: 1, call: 4, acts: [ANSWER] },
      ]),
    ).toEqual([]);
  });
});

describe('the same message again', () => {
  const ask = say('b', 'Tell me how green tea is made, step by step.');

  it('is found across visits of a conversation', async () => {
    const said: Said[] = [
      { agent: 'a', turn: 1, acts: [ask, say('c', 'Please tell me about cups.', { kind: 'request' })] },
      { agent: 'c', turn: 2, acts: [say('a', 'Cups are round.', { kind: 'response' })] },
      { agent: 'a', turn: 3, acts: [ask] },
      { agent: 'b', turn: 4, acts: [say('a', 'Pick, steam, roll, dry.', { kind: 'response' })] },
      { agent: 'a', turn: 5, acts: [ANSWER] },
    ];
    const [finding, ...more] = diagnosed(await spoken(said)).filter(({ kind }) => kind === 'repeated-message');
    expect(finding).toMatchObject({
      agent: 'a',
      turn: 3,
      mode: 'repeats steps',
      ids: ['000001-a-01', '000003-a-01'],
      quote: 'Tell me how green tea is made, step by step.',
    });
    expect(more).toEqual([]);
  });

  it('is none when its reader asked again, or when it is short', async () => {
    const where = say('a', 'Where is the kettle?', { kind: 'request' });
    const answer = say('b', 'The kettle stands in the kitchen.', { kind: 'response' });
    expect(
      await found([
        { agent: 'a', turn: 1, acts: [ask] },
        { agent: 'b', turn: 2, acts: [where] },
        { agent: 'a', turn: 3, acts: [answer] },
        { agent: 'b', turn: 4, acts: [where] },
        { agent: 'a', turn: 5, acts: [answer, ANSWER] },
      ]).then((all) => all.filter((one) => one.includes(' a '))),
    ).toEqual([]);
  });
});

describe('thanks for thanks', () => {
  const talk = (...bodies: string[]): Said[] => [
    { agent: 'a', turn: 1, acts: [say('b', 'Tea is hot.'), ANSWER] },
    ...bodies.map((body, i): Said => {
      const agent = i % 2 ? 'a' : 'b';
      return { agent, turn: i + 2, acts: [say(agent === 'a' ? 'b' : 'a', body)] };
    }),
  ];

  it('are found from the third message on, once', async () => {
    const bodies = [
      'Thanks a lot!',
      "You're welcome!",
      'Great, thank you.',
      'My pleasure!',
      'Have a nice day, thanks.',
    ];
    expect(await found(talk(...bodies))).toEqual(['courtesy-loop b 4']);
  });

  it('are none when they end, or say something', async () => {
    expect(await found(talk('Thanks a lot!', "You're welcome!"))).toEqual([]);
    expect(await found(talk('Thanks! It is 80 degrees.', 'Great. Mine has 70.', 'Thanks, 75 then.'))).toEqual([]);
  });
});
