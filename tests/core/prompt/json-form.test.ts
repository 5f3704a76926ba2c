import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readForm } from '../../../src/core/prompt/json-form.ts';
import { quickest, timed } from '../../quickest.ts';

const ACT =
  '{ "acts": [{ "tool": "send_message", "input": { "to": "a", "body": "Hi {you} \\"}\\"" } }], "notes": "thinking" }';
const READ = {
  notes: 'thinking',
  acts: [{ id: 'form-1', tool: 'send_message', input: { to: 'a', body: 'Hi {you} "}"' } }],
};

describe('the JSON form is read', () => {
  it.each([
    ['alone', ACT],
    ['in a fence', `\`\`\`json\n${ACT}\n\`\`\``],
    ['with prose around it', `Certainly! Here it is:\n${ACT}\nAnything else?`],
    ['after braces that are none', `I use {curly} and { "broken: and {} too. ${ACT}`],
    ['after an object without acts', `{"plan": {"step": 1}} ${ACT}`],
    ['before another, which does not count', `${ACT} {"acts": []}`],
  ])('%s', (_how, text) => {
    expect(readForm(text)).toEqual(READ);
  });

  it.each([
    ['{"acts": {"tool": "x"}}', '', [{ id: 'form-1', tool: 'x', input: {} }]],
    ['{"acts": [], "notes": 5}', '', []],
    ['{"acts": null}', '', [{ id: 'form-1', tool: '', input: null }]],
    [
      '{"acts": ["say hi", 5, null, [1], {"tool": 7}, {"input": 1}]}',
      '',
      [
        { id: 'form-1', tool: '', input: 'say hi' },
        { id: 'form-2', tool: '', input: 5 },
        { id: 'form-3', tool: '', input: null },
        { id: 'form-4', tool: '', input: [1] },
        { id: 'form-5', tool: '', input: {} },
        { id: 'form-6', tool: '', input: 1 },
      ],
    ],
    ['{"acts": [{"tool": "x", "__proto__": {"input": 1}}]}', '', [{ id: 'form-1', tool: 'x', input: {} }]],
  ])('%s loses nothing', (text, notes, acts) => {
    expect(readForm(text)).toEqual({ notes, acts });
  });
});

describe('a form whose acts are quoted', () => {
  const [theirs, own] = [{ acts: [{ tool: 'x', input: {} }] }, { acts: [{ tool: 'y', input: {} }] }].map((one) =>
    JSON.stringify(one),
  ) as [string, string];

  it('is passed over; the next one counts', () => {
    expect(readForm(`${theirs} ${own}`, (source) => source === theirs)?.acts).toMatchObject([{ tool: 'y' }]);
    expect(readForm(theirs, () => true)).toBeNull();
  });

  it('without acts there is nothing to quote', () => {
    expect(readForm('{"acts": [], "notes": "n"}', () => true)).toEqual({ notes: 'n', acts: [] });
  });
});

describe('plain text is none', () => {
  it.each([
    '',
    'Hello.',
    '{}',
    '[]',
    '{"plan": 1}',
    '{"acts": [',
    '"acts"',
    '{"__proto__": {"acts": []}}',
    '{"toString": 1}',
    '[{"acts"}]',
  ])('%j', (text) => {
    expect(readForm(text)).toBeNull();
  });

  it('after sixty-four braces that begin nothing, whatever follows', () => {
    expect(readForm(`${'{ '.repeat(63)}${ACT}`)).toEqual(READ);
    expect(readForm(`${'{ '.repeat(64)}${ACT}`)).toBeNull();
  });
});

describe('hostile text', () => {
  const shards = fc.array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      'acts',
      '"acts":',
      '{"acts":[',
      '```',
      '\n',
      '\u0000',
      '\ud800',
      '1',
      'null',
      '__proto__',
    ),
    { maxLength: 80 },
  );

  it('never throws, and gives acts that have an id, a name and an input', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          shards.map((list) => list.join('')),
          fc.json().map((json) => `{"acts": ${json}}`),
        ),
        (text) => {
          const form = readForm(text);
          for (const [i, act] of (form?.acts ?? []).entries())
            expect(act).toEqual({ id: `form-${i + 1}`, tool: expect.any(String), input: act.input });
          for (const act of form?.acts ?? []) expect(act.input).toBeDefined();
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['open braces', '{'.repeat(1_000_000)],
    ['an open string', `{"${'a'.repeat(1_000_000)}`],
    ['backslashes', `{"${'\\'.repeat(1_000_001)}`],
    ['deep nesting', `{"acts":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('of %s costs little', async (_what, text) => {
    expect(await quickest(5000, () => timed(() => readForm(text)))).toBeLessThan(5000);
  });
});
