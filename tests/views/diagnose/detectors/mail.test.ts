import { describe, expect, it } from 'vitest';
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
