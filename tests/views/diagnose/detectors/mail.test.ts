import { describe, expect, it } from 'vitest';
import { lemming, turns } from '../../../commands/people/world.ts';
import { act, diagnosed, found, type Said, say, spoken } from '../planted.ts';

const ANSWER = say('human', 'The page about tea is ready now.', { kind: 'response' });

describe('a request without an answer', () => {
  it('is found once its reader was reminded and stayed silent', async () => {
    const said: Said[] = [
      { agent: 'a', turn: 1, acts: [say('b', 'Please name the best tea.', { kind: 'request' }), ANSWER] },
    ];
    const [finding, ...more] = diagnosed(await spoken(said));
    expect(finding).toMatchObject({
      kind: 'unanswered',
      mode: 'ends too early',
      agent: 'b',
      ids: ['000001-a-01'],
      quote: 'Please name the best tea.',
    });
    expect(more).toEqual([]);
  });

  it('is found when a person asked and the agent only handed the work on', async () => {
    const said: Said[] = [
      { agent: 'a', turn: 1, acts: [say('b', 'Write the page about tea.', { kind: 'task' })] },
      { agent: 'b', turn: 2, acts: [say('a', 'The page is in my head.', { kind: 'report' })] },
    ];
    expect(await found(said, { letter: 'Please write the page about tea.' })).toEqual(['unanswered a 1']);
  });

  it('is found when a person asked and the visit ended with nothing, and not when the person said thanks', async () => {
    const said: Said[] = [{ agent: 'a', turn: 1, acts: [act('done')] }];
    expect(await found(said, { letter: 'Build a page about tea.' })).toEqual(['unanswered a 1']);
    expect(await found(said, { letter: 'Thank you, that is great!' })).toEqual([]);
  });

  it('is none when it was answered late, settled, or waits for a colleague', async () => {
    const ask = say('b', 'Please name the best tea.', { kind: 'request' });
    const late: Said[] = [
      { agent: 'a', turn: 1, acts: [ask, ANSWER] },
      { agent: 'b', turn: 2, acts: [say('c', 'Which tea is best?', { kind: 'request' })] },
      { agent: 'c', turn: 3, acts: [say('b', 'Sencha.', { kind: 'response' })] },
      { agent: 'b', turn: 4, acts: [say('a', 'Sencha it is.', { kind: 'response' })] },
    ];
    expect(await found(late)).toEqual([]);
    const settled: Said[] = [
      { agent: 'a', turn: 1, acts: [ask, ANSWER] },
      { agent: 'b', turn: 2, acts: [act('done', { settled: ['000001-a-01'] })] },
    ];
    expect(await found(settled)).toEqual([]);
    expect(await found(late, { turns: 2 })).toEqual([]);
  });
});

it('work of an agent that is paused is found, and other mail or work that is only fresh is not', async () => {
  const gives = (kind: string): Said[] => [
    { agent: 'a', turn: 1, acts: [say('b', 'Write the page about cups.', { kind }), ANSWER] },
  ];
  const found = async (kind: string, ...last: string[][]): Promise<unknown[]> => {
    const root = await spoken([...gives(kind), { agent: 'b', turn: 2, acts: [say('a', 'Done.')] }], { turns: 0 });
    await lemming(root, ['pause', 'b']);
    await turns(root, 1);
    for (const args of last) await lemming(root, args);
    if (last.length > 0) await turns(root, 1);
    return diagnosed(root).map(({ kind, agent, text }) => [kind, agent, text.includes('is paused')]);
  };
  expect(await found('task')).toEqual([['unanswered', 'b', true]]);
  expect(await found('message')).toEqual([]);
  expect(await found('task', ['resume', 'b'])).toEqual([]);
});

describe('mail that had no effect', () => {
  const wrong = say('a', 'The second heading is wrong, please correct it to Oolong.');

  it('is found when its reader went on as if it had not come', async () => {
    const said: Said[] = [
      { agent: 'a', turn: 1, acts: [say('b', 'I make the page.'), say('c', 'Which cups?', { kind: 'request' })] },
      { agent: 'b', turn: 2, acts: [wrong] },
      { agent: 'c', turn: 2, acts: [say('a', 'Small cups.', { kind: 'response' })] },
      { agent: 'a', turn: 3, acts: [ANSWER] },
    ];
    expect(await found(said)).toEqual(['unused-mail a 3']);
  });

  it('is none when it was taken up then or later, acknowledged, or only polite', async () => {
    const start: Said = { agent: 'a', turn: 1, acts: [say('b', 'I make the page.'), ANSWER] };
    const told: Said = { agent: 'b', turn: 2, acts: [wrong] };
    const after: Said[][] = [
      [{ agent: 'a', turn: 3, acts: [say('b', 'Done.')] }],
      [{ agent: 'a', turn: 3, acts: [act('acknowledge', { id: '000002-b-01', reaction: 'ok' })] }],
      [{ agent: 'a', turn: 3, acts: [act('write_file', { path: 'page.html', content: '<h2>Oolong</h2>' })] }],
      [{ agent: 'a', turn: 3, acts: [act('done', { settled: ['000002-b-01'] })] }],
    ];
    for (const last of after) expect(await found([start, told, ...last])).toEqual([]);
    expect(await found([start, { agent: 'b', turn: 2, acts: [say('a', 'Thank you, great work!')] }])).toEqual([]);
  });
});
