import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToList, putFirst, removeItem, setScalar } from '../../../src/disk/yaml/edit.ts';
import { readTree } from '../../../src/disk/yaml/yaml-tree.ts';

const CHART = `# who may write to whom
version: 1   # v
agents:
  a: { send_to: [b], read_from: [] }   # flow
  b:   # block
    send_to: [a]
    read_from:
      - a      # one
      - "c"

# the end
`;

const text = (edited: ReturnType<typeof setScalar>) => ('text' in edited ? edited.text : edited.fault.code);

describe('setScalar', () => {
  it.each([
    ['a plain value', 'a:   1     # why\nb: 2\n', ['a'], 2, 'a:   2     # why\nb: 2\n'],
    ['a quoted value, in quotes', "a: 'x' # c\n", ['a'], 'y z', 'a: "y z" # c\n'],
    ['a value of several lines', 'a: x\n  y\nb: 1', ['a'], 'z', 'a: z\nb: 1'],
    ['an absent value', 'a:    # c\nb: 1\n', ['a'], 'x', 'a: x    # c\nb: 1\n'],
    ['an entry of a list', 'a: [1, 2]\n', ['a', 1], null, 'a: [1, null]\n'],
    ['a key within a list', 'a:\n  - b: 1 # c\n    c: 2\n', ['a', 0, 'c'], true, 'a:\n  - b: 1 # c\n    c: true\n'],
    ['a new key of a block', 'a:\n  b: 1 # c\n\n# d\n', ['a', 'c'], 'x: y', 'a:\n  b: 1 # c\n  c: "x: y"\n\n# d\n'],
    ['a new key on one line', 'a: { b: 1 } # c\n', ['a', 'c'], 2, 'a: { b: 1, c: 2 } # c\n'],
    ['a new key in maps that are not there', 'a: 1\n', ['b', 'c', 'd'], 2, 'a: 1\nb: { c: { d: 2 } }\n'],
    ['a new key after a block of lines', 'a: |\n  x\n\n# t\n', ['b'], 1, 'a: |\n  x\nb: 1\n\n# t\n'],
    ['the first key', '# nothing yet', ['a'], 1, '# nothing yet\na: 1\n'],
    ['a text that others read otherwise', 'a: x\n', ['a'], 'no', 'a: "no"\n'],
    ['a file without a last line end', 'a: 1', ['b'], 2, 'a: 1\nb: 2'],
  ])('sets %s', (_name, before, path, value, after) => expect(text(setScalar(before, path, value))).toBe(after));

  it.each([
    ['a map', 'a: { b: 1 }\n', ['a'], 'invalid-value'],
    ['a block of lines', 'a: |\n  x\n', ['a'], 'invalid-value'],
    ['an alias', 'a: &x 1\nb: *x\n', ['b'], 'invalid-value'],
    ['an anchor that others use', 'a: &x 1\nb: *x\n', ['a'], 'invalid-value'],
    ['a broken text', 'a: [\n', ['a'], 'invalid-yaml'],
    ['a key below a scalar', 'a: 1\n', ['a', 'b'], 'not-found'],
    ['an entry that is not there', 'a: [1]\n', ['a', 3], 'not-found'],
  ])('refuses %s', (_name, before, path, code) => expect(text(setScalar(before, path, 7))).toBe(code));
});

describe('addToList', () => {
  const lines = (edited: ReturnType<typeof setScalar>) =>
    text(edited)
      .split('\n')
      .filter((line) => !CHART.split('\n').includes(line));

  it.each([
    ['a list on one line', ['agents', 'a', 'send_to'], ['  a: { send_to: [b, d], read_from: [] }   # flow']],
    ['an empty list', ['agents', 'a', 'read_from'], ['  a: { send_to: [b], read_from: [d] }   # flow']],
    ['a list of lines', ['agents', 'b', 'read_from'], ['      - d']],
    ['a list that is not there', ['agents', 'b', 'other'], ['    other: [d]']],
    ['an agent that is not there', ['agents', 'd', 'send_to'], ['  d: { send_to: [d] }']],
  ])('adds to %s, and changes no other line', (_name, path, changed) => {
    const edited = addToList(CHART, path, 'd');
    expect(lines(edited)).toEqual(changed);
    expect(text(edited).split('\n').length - CHART.split('\n').length).toBe(changed[0]?.startsWith('  a:') ? 0 : 1);
  });

  it('leaves a list alone that holds it', () =>
    expect(text(addToList(CHART, ['agents', 'b', 'read_from'], 'c'))).toBe(CHART));
  it('keeps CRLF', () => {
    const crlf = CHART.replaceAll('\n', '\r\n');
    expect(text(addToList(crlf, ['agents', 'b', 'read_from'], 'd'))).toBe(
      text(addToList(CHART, ['agents', 'b', 'read_from'], 'd')).replaceAll('\n', '\r\n'),
    );
  });
  it.each([
    ['a:\n- x\n- y', 'a:\n- x\n- y\n- z'],
    ['a: [\n  x, # 1\n  y, # 2\n]\n', 'a: [\n  x, # 1\n  y, z, # 2\n]\n'],
    ['a: [ # none yet\n]\n', 'a: [z # none yet\n]\n'],
    ['a:\nb: 1\n', 'a: [z]\nb: 1\n'],
    ['a: 1\n', 'invalid-value'],
    ['a:\n  - { b: 1 }\n', 'a:\n  - { b: 1 }\n  - z\n'],
  ])('%j → %j', (before, after) => expect(text(addToList(before, ['a'], 'z'))).toBe(after));
});

describe('edits of any text', () => {
  const key = fc.constantFrom('a', 'b', 'send_to', 'x1');
  const scalar = fc.constantFrom('1', 'x', 'two words', '"q"', "'s'", 'null', '2.50', 'true', 'Zoë', '');
  const comment = fc.constantFrom('', '', '   # why', '     #');
  const list = fc.array(fc.constantFrom('a', 'b', '"c"'), { maxLength: 3 });
  const value: fc.Arbitrary<string> = fc.oneof(
    scalar,
    list.map((items) => `[${items.join(', ')}]`),
    fc
      .uniqueArray(fc.tuple(key, fc.constantFrom('1', '[a]', 'x')), { selector: ([k]) => k, maxLength: 3 })
      .map((pairs) => `{ ${pairs.map(([k, v]) => `${k}: ${v}`).join(', ')} }`),
  );
  /** Lines of one key, at an indentation. */
  const entry = (depth: number): fc.Arbitrary<(k: string) => string[]> => {
    const pad = '  '.repeat(depth);
    const inline = fc.tuple(value, comment).map(([v, c]) => (k: string) => [`${pad}${k}: ${v}${c}`]);
    const items = fc
      .tuple(fc.array(fc.constantFrom('a', '"b"', 'c  # d'), { minLength: 1, maxLength: 3 }), comment)
      .map(([all, c]) => (k: string) => [`${pad}${k}:${c}`, ...all.map((i) => `${pad}  - ${i}`)]);
    if (depth > 1) return fc.oneof(inline, items);
    const nested = fc.tuple(map(depth + 1), comment).map(([inner, c]) => (k: string) => [`${pad}${k}:${c}`, ...inner]);
    return fc.oneof(inline, items, nested);
  };
  const gap = fc.constantFrom<string[]>([], [], [''], ['# a remark'], ['', '  # odd']);
  function map(depth: number): fc.Arbitrary<string[]> {
    return fc
      .uniqueArray(fc.tuple(key, entry(depth), gap), { selector: ([k]) => k, minLength: 1, maxLength: 3 })
      .map((parts) => parts.flatMap(([k, lines, g]) => [...g, ...lines(k)]));
  }
  const file = fc
    .tuple(map(0), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([all, eol, last]) => all.join(eol) + (last ? eol : ''));
  const path = fc.array(
    fc.oneof({ weight: 5, arbitrary: key }, { weight: 1, arbitrary: fc.constantFrom('new', 0, 1) }),
    { minLength: 1, maxLength: 3 },
  );

  /** Lines of the old text that are not in the new one, both as they were. */
  function lost(before: string, after: string): string[] {
    const rest = after.split(/(?<=\n)/).map((line) => line.replace(/\r?\n$/, ''));
    return before.split(/(?<=\n)/).flatMap((raw) => {
      const line = raw.replace(/\r?\n$/, '');
      const at = rest.indexOf(line);
      if (at !== -1) rest.splice(at, 1);
      return at === -1 ? [line] : [];
    });
  }

  it('setScalar changes that value and at most its line', () => {
    let edited = 0;
    fc.assert(
      fc.property(
        file,
        path,
        fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.string(), fc.constantFrom('no', 'a: b')),
        (before, at, to) => {
          const result = setScalar(before, at, to);
          if ('fault' in result) {
            expect(['invalid-value', 'not-found', 'invalid-yaml']).toContain(result.fault.code);
            return;
          }
          edited++;
          const value = at.reduce(
            (inner: unknown, part) => (inner as Record<PropertyKey, unknown>)[part],
            readTree(result.text, 'f').data,
          );
          expect(value).toBe(Object.is(to, -0) ? 0 : to);
          expect(lost(before, result.text).length).toBeLessThanOrEqual(1);
          expect(result.text.includes('\r\n')).toBe(before.includes('\r\n'));
          expect(commentsIn(result.text)).toEqual(commentsIn(before));
        },
      ),
      { numRuns: 3000 },
    );
    expect(edited).toBeGreaterThan(1000);
  });

  it('addToList adds that item and changes at most its line', () => {
    let edited = 0;
    fc.assert(
      fc.property(file, path, fc.constantFrom('planner', 'no', '@eng', '*'), (before, at, item) => {
        const result = addToList(before, at, item);
        if ('fault' in result) return;
        edited++;
        const value = at.reduce(
          (inner: unknown, part) => (inner as Record<PropertyKey, unknown>)[part],
          readTree(result.text, 'f').data,
        );
        expect((value as unknown[]).at(-1)).toBe(item);
        expect(lost(before, result.text).length).toBeLessThanOrEqual(1);
        expect(commentsIn(result.text)).toEqual(commentsIn(before));
      }),
      { numRuns: 3000 },
    );
    expect(edited).toBeGreaterThan(1000);
  });

  function commentsIn(yaml: string): string[] {
    return (yaml.replace(/"(?:[^"\\\n]|\\.)*"/g, '').match(/#.*/g) ?? [])
      .map((one) => one.replace(/\r$/, ''))
      .filter((one) => /^#( why| a remark| odd| d)?$/.test(one));
  }
});

describe('putFirst', () => {
  const ITEM = { act: 'shell agent:a', do: 'always' };
  const NEW = '{ act: "shell agent:a", do: always }';
  it.each([
    ['an empty list', 'a: 1\np: []    # why\nb: 2\n', `a: 1\np: [${NEW}]    # why\nb: 2\n`],
    ['a list on one line', 'p: [{ act: x, do: deny }] # c\n', `p: [${NEW}, { act: x, do: deny }] # c\n`],
    [
      'a list on lines',
      'p: # c\n  # first\n  - act: x # x\n    do: deny\n\nb: 2\n',
      `p: # c\n  # first\n  - ${NEW}\n  - act: x # x\n    do: deny\n\nb: 2\n`,
    ],
    ['a list with CRLF', 'p:\r\n- { act: x, do: deny }\r\n', `p:\r\n- ${NEW}\r\n- { act: x, do: deny }\r\n`],
    ['a key without a value', 'p:\nb: 2\n', `p: [${NEW}]\nb: 2\n`],
    ['no key', 'b: 2\n', `b: 2\np: [${NEW}]\n`],
  ])('into %s', (_name, before, after) => expect(text(putFirst(before, ['p'], ITEM))).toBe(after));

  it.each([
    ['a map', 'p: { a: 1 }\n'],
    ['an alias', 'x: &x []\np: *x\n'],
    ['an item with a name', 'p:\n  - &x a\n'],
  ])('not into %s', (_name, before) => expect(text(putFirst(before, ['p'], ITEM))).toBe('invalid-value'));
});

describe('removeItem', () => {
  it.each([
    ['the only one', 'p: [a] # c\n', 0, 'p: [] # c\n'],
    ['the first', 'p: [a, b]\n', 0, 'p: [b]\n'],
    ['the last', 'p: [a, { b: 1 }]\n', 1, 'p: [a]\n'],
    [
      'the first line',
      'p:\n  # of a\n  - a # one\n  # of b\n  - b\nq: 1\n',
      0,
      'p:\n  # of a\n  # of b\n  - b\nq: 1\n',
    ],
    ['some lines', 'p:\n  - a: 1\n    b: 2 # x\n  - c\n', 0, 'p:\n  - c\n'],
    ['the last line', 'p:\n- a\n- b', 1, 'p:\n- a\n'],
    ['the only line', 'p:\n- a\nq: 1\n', 0, 'p:\n  []\nq: 1\n'],
    ['the only line of a file', 'p:\n  - a', 0, 'p:\n  []'],
  ])('takes out %s', (_name, before, index, after) => expect(text(removeItem(before, ['p'], index))).toBe(after));

  it.each([
    ['what is not there', 'p: [a]\n', 1],
    ['of no list', 'p: 1\n', 0],
    ['of a missing list', 'q: 1\n', 0],
    ['an item with a name', 'p:\n  - &x a\n', 0],
  ])('takes out nothing: %s', (_name, before, index) =>
    expect(text(removeItem(before, ['p'], index))).not.toMatch(/\n/),
  );

  it('takes out again what was put first', () => {
    const before = 'a: 1 # x\np:\n  # y\n  - b\n';
    const put = putFirst(before, ['p'], { act: 'x', do: 'always' });
    expect('text' in put && text(removeItem(put.text, ['p'], 0))).toBe(before);
  });
});
