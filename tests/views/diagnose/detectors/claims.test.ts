import { describe, expect, it } from 'vitest';
import { act, diagnosed, found, type Said, say, spoken } from '../planted.ts';

/** An agent that does these acts and then tells the person this. */
const tells = (body: string, acts: Said['acts'] = []): Said[] => {
  const last = acts.length > 0 ? 2 : 1;
  const answer: Said = { agent: 'a', turn: 1, call: last, acts: [say('human', body, { kind: 'response' })] };
  return acts.length > 0 ? [{ agent: 'a', turn: 1, acts, more: true }, answer] : [answer];
};
const RUN = act('run_javascript', { code: '1 + 1' });
const SOON = say('human', 'I asked b.', { kind: 'response' });
const WRITE = act('write_file', { path: 'tea.md', content: 'Tea.' });

describe('"tested"', () => {
  it.each([
    'I tested it and it works.',
    'The page is ready. I have tested the page in all sizes.',
    'All tests pass.',
    'Ready.\n\n- 12 of 12 tests pass',
    '**Tested:** all sizes.',
    'I ran the tests; they are green.',
    'The tests were run and all passed.',
    "I've now tested everything.",
  ])('%s', async (body) => {
    expect(await found(tells(body))).toEqual(['untested-claim a 1']);
    expect(await found(tells(body, [RUN]))).toEqual([]);
  });

  it.each([
    'I have not tested it.',
    'It is not tested.',
    'Please make sure that all tests pass.',
    'I will say so when I have tested it.',
    'Have all tests passed?',
    'I could not run the tests.',
    'You write: "I tested it". How?',
    'The coder asked:\n> I tested it, and now?',
    'Next I test it. It must be tested.',
    'If all tests pass, we are done.',
    'The tests are in page.test.js.',
    'It goes out once I have tested it.',
    'I tested nothing yet.',
  ])('is no claim in: %s', async (body) => {
    expect(await found(tells(body))).toEqual([]);
  });

  it('is no claim of who passes on what a colleague ran, and one of who says "I"', async () => {
    const relayed = (body: string): Said[] => [
      { agent: 'a', turn: 1, acts: [say('b', 'Make the page.', { kind: 'task' })] },
      { agent: 'b', turn: 2, acts: [RUN], more: true },
      { agent: 'b', turn: 2, call: 2, acts: [say('a', 'The page is made; its checks ran.', { kind: 'report' })] },
      { agent: 'a', turn: 3, acts: [say('human', body, { kind: 'report' })] },
    ];
    expect(await found(relayed('The page is made. All tests pass.'))).toEqual([]);
    expect(await found(relayed('The page is made. I tested it.'))).toEqual(['untested-claim a 3']);
  });

  it('counts what was run in an earlier visit of the conversation', async () => {
    const said: Said[] = [
      { agent: 'a', turn: 1, acts: [RUN, say('b', 'Which tea?', { kind: 'request' })] },
      { agent: 'b', turn: 2, acts: [say('a', 'Sencha.', { kind: 'response' })] },
      { agent: 'a', turn: 3, acts: [say('human', 'I tested it.', { kind: 'report' })] },
    ];
    expect(await found(said)).toEqual([]);
  });

  it('counts what was run in an earlier conversation, too', async () => {
    const diary = [
      { agent: 'b' as const, turn: 1, acts: [RUN] },
      {
        agent: 'b' as const,
        turn: 2,
        acts: [say('a', 'I ran the tests, and all three passed.', { kind: 'response' })],
      },
    ];
    const ask: Said = { agent: 'a', turn: 1, acts: [say('b', 'Were the tests run?', { kind: 'request' }), SOON] };
    const resumes = { b: { schedule: { every: 1, when: 'always' } } };
    expect(await found([ask, ...diary], { resumes, turns: 3 })).toEqual([]);
    expect(await found([ask, ...diary.slice(1)], { resumes, turns: 3 })).toEqual(['untested-claim b 2']);
  });

  it.each(['Verified locally: the totals are right.', 'I verified the fix.', 'I have verified that it works.'])(
    'is claimed by: %s',
    async (body) => {
      expect(await found(tells(body))).toEqual(['untested-claim a 1']);
      expect(await found(tells(body, [WRITE]))).toEqual(['untested-claim a 1']);
      expect(await found(tells(body, [RUN]))).toEqual([]);
      expect(await found(tells(body, [WRITE, act('read_file', { path: 'tea.md' })]))).toEqual([]);
    },
  );

  it.each([
    'I verified your name.',
    'Not verified locally.',
    'I verified that the file exists.',
    'To be verified locally.',
  ])('is not claimed by: %s', async (body) => {
    expect(await found(tells(body))).toEqual([]);
  });

  const red = act('run_javascript', { code: 'throw new Error("test failed: 1 is not 2")' });
  const counted = (text: string) => act('run_javascript', { code: `"tests: ${text}"` });

  it.each([
    'I ran the tests. All tests are green.',
    'I ran the tests and all three tests pass.',
    'Yes. The suite is passing on my side.',
  ])('is false after a failed run, also in: %s', async (body) => {
    for (const run of [red, counted('2 passed, 1 failed')]) {
      const [finding, ...more] = diagnosed(await spoken(tells(body, [run])));
      expect(finding).toMatchObject({ kind: 'failed-test-claim', ids: ['000001-a-01', '1.a.1'] });
      expect(finding?.quote).toMatch(/ The run printed: .*failed/);
      expect(more).toEqual([]);
    }
    for (const run of [counted('3 passed, 0 failed'), counted('1 failed; again: 0 failed'), counted('1 xfailed')])
      expect(await found(tells(body, [run]))).toEqual([]);
  });

  it.each([
    'I ran the tests. All tests pass except the last.',
    'I ran the tests. All but one test passed.',
    'The suite is passing when the network is up.',
    'Once the tests pass, we merge.',
  ])('is honest after a failed run: %s', async (body) => {
    expect(await found(tells(body, [red]))).toEqual([]);
  });

  it('is honest when a colleague ran the tests after the run that failed', async () => {
    const said = (last: Said['acts']): Said[] => [
      { agent: 'a', turn: 1, acts: [red, say('b', 'Mend the page.', { kind: 'task' }), say('human', 'Wait.')] },
      { agent: 'b', turn: 2, acts: last, more: true },
      { agent: 'b', turn: 2, call: 2, acts: [say('a', 'Mended.', { kind: 'report' })] },
      { agent: 'a', turn: 3, acts: [say('human', 'All tests pass.', { kind: 'report' })] },
    ];
    expect(await found(said([counted('3 passed')]))).toEqual([]);
    expect(await found(said([WRITE]))).toEqual(['failed-test-claim a 3']);
  });

  it('is false when the last run of the tests failed', async () => {
    const red = act('run_javascript', { code: 'throw new Error("test failed: 1 is not 2")' });
    expect(await found(tells('All tests pass.', [red]))).toEqual(['failed-test-claim a 1']);
    const green = act('run_javascript', { code: '"test passed"' });
    expect(await found(tells('All tests pass.', [red, green]))).toEqual([]);
    expect(await found(tells('Before, a test failed. All tests pass now.', [red]))).toEqual([]);
  });
});

describe('"sent"', () => {
  it.each([
    'I sent the page to b.',
    'I have informed b of it.',
    'I have sent the invoice to the customer.',
    'The page has been sent to b.',
    'I passed the page on to b.',
    'I have emailed the customer.',
  ])('%s', async (body) => {
    expect(await found(tells(body))).toEqual(['unsent-claim a 1']);
    const told = say('b', 'Here is tea.', { kind: 'status' });
    expect(await found(tells(body, [told]))).toEqual([]);
  });

  it.each([
    'I will send it to b.',
    'I have not sent it to b yet.',
    'Shall I send it to b?',
    'I have sent you the result.',
    'I sent the report.',
    'Once it is sent to b, all is done.',
    'Please check that it has been sent to b.',
  ])('is no claim in: %s', async (body) => {
    expect(await found(tells(body))).toEqual([]);
  });

  it.each(['I told b the four steps.', 'I have briefed c.', 'It is settled: b got the four steps from me.'])(
    'is told in other words: %s',
    async (body) => {
      expect(await found(tells(body))).toEqual(['unsent-claim a 1']);
      const told = [say('b', 'Here is tea.', { kind: 'status' }), say('c', 'Here is tea.', { kind: 'status' })];
      expect(await found(tells(body, told))).toEqual([]);
    },
  );

  it.each([
    'I told you the four steps.',
    'I told the customer about it.',
    'I told human about it.',
    'You asked whether b got it from me.',
    'I will tell b. I have not told b.',
    'The tester got it from me.',
  ])('is not told in: %s', async (body) => {
    expect(await found(tells(body))).toEqual([]);
  });

  it('is a claim in a note that nobody gets, when its message was refused', async () => {
    const said: Said[] = [
      { agent: 'a', turn: 1, acts: [say('human', 'Tea is on its way.'), say('nobody', 'Hello')], more: true },
      { agent: 'a', turn: 1, call: 2, text: 'I have sent it to c.', acts: [act('done')] },
    ];
    expect(await found(said)).toEqual(['unsent-claim a 1']);
  });
});

describe('"saved"', () => {
  it.each([
    'I saved it in tea.md.',
    'I have written the file `tea.md`.',
    'Saved to shared/tea.md.',
    'The notes have been saved in tea.md.',
  ])('%s', async (body) => {
    expect(await found(tells(body))).toEqual(['unsaved-claim a 1']);
    expect(await found(tells(body, [WRITE]))).toEqual([]);
  });

  it('is a claim of memory, too', async () => {
    expect(await found(tells('I saved that to memory.'))).toEqual(['unsaved-claim a 1']);
    expect(await found(tells('I saved that to memory.', [act('remember', { key: 'k', text: 't' })]))).toEqual([]);
  });

  const asked = { letter: 'Please give tea.md a fourth case.' };
  const kinds = async (body: string, acts: Said['acts'], letter?: string) =>
    (await found(tells(body, acts), letter === undefined ? asked : { letter })).filter((one) =>
      one.startsWith('unsaved'),
    );

  it.each([
    'tea.md now has a fourth case.',
    'I added a fourth case to tea.md.',
    'The notes are now in `shared/tea.md`.',
  ])('is the new state of a file: %s', async (body) => {
    expect(await kinds(body, [act('read_file', { path: 'tea.md' })])).toEqual(['unsaved-claim a 1']);
    expect(await kinds(body, [WRITE])).toEqual([]);
    expect(await kinds(body, [], 'I have changed tea.md. Is it fine?')).toEqual([]);
    expect(await kinds(body, [], 'Look at tea.md.')).toEqual([]);
  });

  it('is the new state of a file whose writing was refused', async () => {
    const refused = act('write_file', { path: '../b/tea.md', content: 'Tea.' });
    expect(await kinds('The notes are now in tea.md.', [refused], 'Tea?')).toEqual(['unsaved-claim a 1']);
    expect(await kinds('The notes are not yet in tea.md.', [refused], 'Tea?')).toEqual([]);
    expect(await kinds('The notes are now in tea.md.', [refused, WRITE], 'Tea?')).toEqual([]);
  });

  it('names the file that was written', async () => {
    expect(await found(tells('I saved it in cups.md.', [WRITE]))).toEqual(['unsaved-claim a 1']);
  });

  it.each([
    'I wrote to b about it.',
    'I will save it in tea.md.',
    'I have not saved tea.md.',
    'I wrote the tool in Node.js.',
    'Please check that it is saved in tea.md.',
    'You wrote tea.md.',
    'Settings are saved in settings.json.',
    'Rows are stored in memory.',
    'I wrote to tea@example.org.',
  ])('is no claim in: %s', async (body) => {
    expect(await found(tells(body))).toEqual([]);
  });
});

it('a claim is told with its place, its words and what to change', async () => {
  const [finding] = diagnosed(await spoken(tells('Hello.\nAll tests pass. Bye.')));
  expect(finding).toMatchObject({
    kind: 'untested-claim',
    mode: 'says one thing and does another',
    call: 1,
    thread: '000001-human-01',
    ids: ['000001-a-01'],
    quote: 'All tests pass.',
  });
  expect(finding?.remedy).toContain('agents/a/resume.md');
});
