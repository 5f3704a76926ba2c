import { describe, expect, it } from 'vitest';
import { act, diagnosed, found, type Said, say, spoken } from '../planted.ts';

/** An agent that does these acts and then tells the person this. */
const tells = (body: string, acts: Said['acts'] = []): Said[] => {
  const last = acts.length > 0 ? 2 : 1;
  const answer: Said = { agent: 'a', turn: 1, call: last, acts: [say('human', body, { kind: 'response' })] };
  return acts.length > 0 ? [{ agent: 'a', turn: 1, acts, more: true }, answer] : [answer];
};
const RUN = act('run_javascript', { code: '1 + 1' });
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
