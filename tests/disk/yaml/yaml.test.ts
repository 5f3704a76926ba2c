import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readMarkdown, readYaml } from '../../../src/disk/yaml/yaml.ts';
import { near, validKeys } from '../../../src/disk/yaml/yaml-faults.ts';
import { readQuick } from '../../../src/disk/yaml/yaml-quick.ts';
import { readTree } from '../../../src/disk/yaml/yaml-tree.ts';
import { mcpFile } from '../../../src/schema/config/mcp.ts';
import { modelsFile } from '../../../src/schema/config/models.ts';
import { orgFile } from '../../../src/schema/config/org.ts';
import { resumeHead } from '../../../src/schema/config/resume.ts';
import { request } from '../../../src/schema/records/request.ts';
import { quickest, timed } from '../../quickest.ts';

const free = z.record(z.string(), z.json());
const places = (text: string, schema: z.ZodType = orgFile()) =>
  readYaml(schema, text, 'f').faults.map(({ code, line, column }) => `${line}:${column} ${code}`);

describe('readYaml', () => {
  it('gives the value of a good file, with its defaults', () => {
    const { value, faults } = readYaml(orgFile(), 'version: 1\nname: acme\nlimits:\n  hops: 3 # few\n', 'org/org.yaml');
    expect(faults).toEqual([]);
    expect(value).toMatchObject({ name: 'acme', limits: { hops: 3, concurrency: 64 }, summary: null });
  });

  it('reads an empty text as an empty map', () => {
    expect(readYaml(resumeHead(), '', 'f').value).toMatchObject({ person: false });
    expect(places('# nothing\n')).toEqual(['1:1 old-version', '1:1 missing-key']);
  });

  it('tells all faults at once, each with its place, value and nearest', () => {
    const text =
      'version: 1\nname: acme\nlimts: { hops: 3 }\nlimits: { hops: 8oo0, concurency: 3 }\nlog: { level: inof }\n';
    expect(readYaml(orgFile(), text, 'org/org.yaml', 10)).toMatchObject({
      value: null,
      faults: [
        { code: 'unknown-key', file: 'org/org.yaml', line: 12, column: 1, value: 'limts', nearest: 'limits' },
        { code: 'invalid-value', line: 13, column: 17, value: '8oo0' },
        { code: 'unknown-key', line: 13, column: 23, value: 'concurency', nearest: 'concurrency' },
        { code: 'invalid-value', line: 14, column: 15, value: 'inof', nearest: 'info' },
      ],
    });
  });

  it.each([
    ['a missing key at its parent', 'version: 1\nname: a\nsummary:\n  every: 3\n', ['3:1 missing-key']],
    ['a scalar in the place of a map', 'version: 1\nname: a\nlimits: 3\n', ['3:9 invalid-value']],
    [
      'the branch of a union that was meant',
      'version: 1\nname: a\npolicies: [{ act: x, do: { asks: [y] } }]\n',
      ['3:22 missing-key', '3:28 unknown-key'],
    ],
    ['a union that nothing fits', 'version: 1\nname: a\npolicies: [{ act: x, do: 3 }]\n', ['3:26 invalid-value']],
    ['an entry of a list', 'version: 1\nname: a\napprovals: { escalate_to: [a, 3] }\n', ['3:31 invalid-value']],
    ['a list in the place of the file', '- a\n', ['1:1 invalid-value']],
    ['a text in the place of the file', 'hello', ['1:1 invalid-value']],
    [
      'what comes after a soft mistake',
      'version: 1\nname: a\nname: b\nlimts: 1\n',
      ['3:1 invalid-yaml', '4:1 unknown-key'],
    ],
    ['only the syntax of a broken file', 'name: [a\nlimts: 1', ['2:1 invalid-yaml']],
  ])('places %s', (_name, text, expected) => expect(places(text)).toEqual(expected));

  it.each([
    ['version: 0\nname: a', 'old-version'],
    ['name: a', 'old-version'],
    ['version: 2\nname: a', 'invalid-value'],
    ['version: "1"\nname: a', 'invalid-value'],
    ['version:\nname: a', 'invalid-value'],
  ])('tells old from new versions: %j', (text, code) =>
    expect(readYaml(orgFile(), text, 'f').faults).toMatchObject([{ code }]),
  );

  it('knows the right values of a discriminated union', () => {
    expect(readYaml(request(), 'ask: top-upp\nby: x', 'f').faults).toMatchObject([
      { code: 'invalid-value', nearest: 'top-up' },
    ]);
    expect(places('ask: top-up\nby: x\nagent: a\nammount: 3', request())).toEqual([
      '1:1 missing-key',
      '4:1 unknown-key',
    ]);
  });

  it('never repeats what may be a key of a provider', () => {
    for (const text of [
      'models:\n  gpt: { provider: openai, key: sk-secret }',
      'models: [{ key: sk-secret }]',
      'models: { gpt: [{ key: sk-secret }] }',
      'models: { gpt: [{ headers: { authorization: sk-secret } }] }',
      'models: [{ headers: [sk-secret] }]',
      'models: { gpt: { provider: openai, headers: sk-secret } }',
    ])
      expect(JSON.stringify(readYaml(modelsFile(), `version: 1\n${text}`, 'f').faults)).not.toContain('sk-secret');
    for (const text of ['{ Authorization: sk-secret }', 'sk-secret', '[sk-secret]', '{ X: [sk-secret] }']) {
      const { faults } = readYaml(
        mcpFile(),
        `version: 1\nservers: { s: { url: "https://x.y/z", headers: ${text} } }`,
        'f',
      );
      expect(faults.map(({ code }) => code)).toEqual(['invalid-value']);
      expect(JSON.stringify(faults)).not.toContain('sk-secret');
    }
  });

  it('names the place, and what would be right there', () => {
    const schema = z.strictObject({
      list: z.array(z.number()).max(1),
      names: z.array(z.strictObject({ name: z.string().min(3) })),
      short: z.string().max(2),
      one: z.literal('x'),
      some: z.enum(['y', 'z']),
      either: z.union([z.literal('all'), z.number().min(2), z.strictObject({ at: z.int() })]),
      site: z.url(),
      many: z.array(z.number()).min(2),
      truth: z.boolean(),
      map: z.record(z.string().regex(/^[a-z]+$/, 'expected a small name'), z.number()),
    });
    const text =
      'list: [1, 2]\nnames: [{ name: abc }, { name: ab }]\nshort: long\none: y\nsome: x\neither: true\nsite: there\nmany: [1]\ntruth: 3\nmap: { A: 1, b: x }\n';
    const said = readYaml(schema, text, 'f').faults.map(({ line, message }) => `${line} ${message}`);
    expect(said).toEqual([
      '1 list: expected at most 1 items, found [1,2]',
      '2 names[1].name: expected at least 3 characters, found "ab"',
      '3 short: expected at most 2 characters, found "long"',
      '4 one: expected x, found "y"',
      '5 some: expected one of y, z, found "x"',
      '6 either: expected all or a number or a map of keys and values, found true',
      '7 site: expected an address such as https://example.com/v1, found "there"',
      '8 many: expected at least 2 items, found [1]',
      '9 truth: expected true or false, found 3',
      '10 map.A: expected a small name, found 1',
      '10 map.b: expected a number, found "x"',
    ]);
    const only = (right: string) => `version: 1\nname: a\n${right}`;
    expect(
      readYaml(orgFile(), only(Array.from({ length: 200 }, (_, i) => `w${i}: 1`).join('\n')), 'f').faults,
    ).toHaveLength(200);
  });

  it('cuts long values and long lists of faults', () => {
    expect(readYaml(orgFile(), `version: 1\nname: a\nclock: ${'x'.repeat(5000)}`, 'f').faults[0]?.value).toHaveLength(
      80,
    );
    const many = Array.from({ length: 3000 }, (_, i) => `wrong${i}: 1`).join('\n');
    expect(readYaml(orgFile(), `version: 1\nname: a\n${many}`, 'f').faults).toHaveLength(201);
  });
});

describe('readYaml against hostile texts', () => {
  it.each([
    ['a key __proto__', 'a: 1\n__proto__: { polluted: 1 }'],
    ['a quoted key __proto__', '"__proto__": { polluted: 1 }'],
    ['an inner key __proto__', 'a: { __proto__: { polluted: 1 } }'],
    ['a repeated key', 'a: 1\na: 2'],
    ['a repeated key of two forms', 'a: 1\n"a": 2'],
    ['a tag', 'a: !!binary aGk='],
    ['a tag of a language', 'a: !!js/function "function () {}"'],
    ['a set', 'a: !!set { b }'],
    ['a key that is a list', '? [a]\n: 1'],
    ['a second document', 'a: 1\n---\nb: 2'],
    ['an anchor within itself', 'a: &x [*x]'],
    ['an unknown anchor', 'a: *x'],
    ['many aliases', `a: &x 1\nb: [${'*x, '.repeat(60)}]`],
    [
      'an alias bomb',
      `${'abcdefghi'.replace(/./g, (c, i: number) => `${c}: &${c} [${i ? `*${'abcdefghi'[i - 1]}, `.repeat(9) : 'x'}]\n`)}`,
    ],
    ['deep lists', `a: ${'['.repeat(100_000)}`],
    ['deep dashes', '- '.repeat(100_000)],
    ['deep maps', `${'{a: '.repeat(50_000)}`],
    ['deep question marks', '? '.repeat(50_000)],
    ['deep indentation', Array.from({ length: 900 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['tabs', 'a:\n\tb: 1'],
  ])('refuses %s', async (_name, text) => {
    const { value, faults } = readYaml(free, text, 'f');
    expect(value).toBeNull();
    expect(faults[0]).toMatchObject({ code: 'invalid-yaml', file: 'f', line: expect.any(Number) });
    expect(await quickest(1000, () => timed(() => readYaml(free, text, 'f')))).toBeLessThan(1000);
    expect({}).not.toHaveProperty('polluted');
  });

  it('takes constructor, toString and the like as ordinary keys', () => {
    const { value } = readYaml(free, 'constructor: 1\ntoString: { prototype: 2 }\nhasOwnProperty: 3', 'f');
    expect(value).toEqual({ constructor: 1, toString: { prototype: 2 }, hasOwnProperty: 3 });
    expect(readYaml(orgFile(), 'version: 1\nname: a\nconstructor: 1', 'f').faults).toMatchObject([
      { code: 'unknown-key' },
    ]);
  });

  it('takes time by length, not by the number of keys', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `"k${i}": 1`).join('\n');
    const read = () => timed(() => expect(readYaml(free, text, 'f').faults).toEqual([]));
    expect(await quickest(5000, read)).toBeLessThan(5000);
  });

  it('keeps names as they are written', () => {
    const { value } = readYaml(free, '1e5: a\nnull: b\ntrue: c\n0x10: d\nyes: no\nday: 2026-01-02', 'f');
    expect(value).toEqual({ '1e5': 'a', null: 'b', true: 'c', '0x10': 'd', yes: 'no', day: '2026-01-02' });
  });

  it('follows anchors that are used with measure', () => {
    expect(readYaml(free, 'a: &x { b: 1 }\nc: *x\nd: [*x]', 'f').value).toEqual({
      a: { b: 1 },
      c: { b: 1 },
      d: [{ b: 1 }],
    });
    expect(readYaml(free, 'a: &x 1\nb: *x\nc: &y [*x]\nd: *y\ne: &x 2\nf: *x', 'f').value).toEqual({
      a: 1,
      b: 1,
      c: [1],
      d: [1],
      e: 2,
      f: 2,
    });
  });
});

describe('readMarkdown', () => {
  it('gives head and body, and counts lines from the top of the file', () => {
    expect(readMarkdown(resumeHead(), '---\nrole: x\n---\nYou are.\n\n', 'f')).toMatchObject({
      head: { role: 'x' },
      body: 'You are.',
      faults: [],
    });
    expect(readMarkdown(resumeHead(), '---\n\nroel: x\n---\n', 'f').faults).toMatchObject([
      { code: 'unknown-key', line: 3, column: 1, nearest: 'role' },
    ]);
  });

  it.each(['You are.', '---js\nrole: x\n---\n', '---\nrole: x\n'])('needs front matter: %j', (text) =>
    expect(readMarkdown(resumeHead(), text, 'f')).toMatchObject({
      head: null,
      faults: [{ code: 'invalid-yaml', line: 1 }],
    }),
  );
});

describe('the quick reader', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'a',
      'b c',
      'a-b',
      '12',
      '007',
      '1.50',
      '-3',
      '1e5',
      '0x1f',
      '2026-01-02',
      '000042-planner-01',
      '000042-e1',
      '000042-a b',
      '000042-a#b',
      'null',
      '~',
      'True',
      'yes',
      'a: b',
      'a:b',
      'a #b',
      '#b',
      "it's",
      '- a',
      '-',
      '?',
      '[',
      ']',
      '{}',
      ',',
      'a,b',
      '&a',
      '*a',
      '!b',
      '|',
      '>',
      '@x',
      '"',
      '""',
      '"a\\n"',
      "''",
      "'a''b'",
      '"x" y',
      'é',
      '\u00a0',
      'a\u00a0',
      '',
      ' ',
    ),
    fc.string({ maxLength: 6 }),
    fc.stringMatching(/^[ -~]{0,8}$/),
  );
  const flow = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      word,
      word.map((text) => JSON.stringify(text)),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('value') as fc.Arbitrary<string>, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    map: fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'c_d', '__proto__', '1'), tie('value') as fc.Arbitrary<string>), {
        maxLength: 3,
      })
      .map((pairs) => `{ ${pairs.map(([k, v]) => `${k}: ${v}`).join(', ')} }`),
  })).value as fc.Arbitrary<string>;
  const line = fc
    .tuple(
      fc.constantFrom('', '', '', '  ', '    ', ' ', '\t'),
      fc.constantFrom('a: ', 'b: ', 'c:', 'd:   ', '- ', '-  ', '"a": ', 'a b: ', '# ', ''),
      flow,
      fc.constantFrom('', '', ' ', ' # c', '#', '  '),
    )
    .map((parts) => parts.join(''));
  const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n'));

  it('says nothing, or exactly what the other reader says', () => {
    let told = 0;
    fc.assert(
      fc.property(text, (yaml) => {
        const quick = readQuick(yaml);
        if (quick === undefined) return;
        told++;
        const { data, faults } = readTree(yaml, 'f');
        expect(faults).toEqual([]);
        expect(quick).toStrictEqual(data);
      }),
      { numRuns: 20_000 },
    );
    expect(told).toBeGreaterThan(2000);
  });

  const nested = (levels: number) => Array.from({ length: levels }, (_, i) => `${' '.repeat(i)}a:`).join('\n');

  it.each([
    ...[
      '',
      '# nothing',
      '\n\n',
      'a:',
      'a: # nothing',
      'a:\nb: 1',
      'a: 1\n# c\n\n  # d\nb: 2   ',
      '_a: 1\nb-c: 2\nD9: 3',
    ],
    ...['a: b', 'a:   b c   # d', 'a: /x/y', 'a: x é ü', 'a: true story', 'a: nullable', 'a: b, c] }', 'a: _x'],
    ...['a: ""', 'a: "x # y: [z"', "a: ''", 'a: \'x "y"\'', 'a: "it\'s"  # c', 'a: ["x", \'y\']'],
    ...[
      'a: 0',
      'a: 12',
      'a: -3',
      'a: 1.50',
      'a: -0.5',
      'a: 0.000000001',
      'a: 999999999999999',
      'a: 7 # c',
      'a: [0, -2.5 ]',
    ],
    ...['a: 000042-planner-01', 'a: [1234567-a_b-9, x]', 'a: 000042-e1  # c'],
    ...['a: true', 'a: false # c', 'a: null', 'a: [true, false, null]', 'a: { b: true, c: null }'],
    ...[
      'a: []',
      'a: [ ]',
      'a: {}',
      'a: {b: 1}',
      'a: [ x , y z,w ] # c',
      'a: { b: [c, { d: e }], f:  g }',
      '- [a, [b]]',
    ],
    ...['- a', '-   a  # c\n- "b"\n- 3', 'a:\n  - x\n  - y\nb: 1', 'a:\n  b:\n      c: 1\n      d: 2\n  e: 3\nf: 4'],
    ...[nested(21), `a: ${'['.repeat(20)}${']'.repeat(20)}`],
  ])('reads %j itself, as the other does', (yaml) => {
    const quick = readQuick(yaml);
    expect(quick).not.toBe(undefined);
    expect(quick).toStrictEqual(readTree(yaml, 'f').data);
  });

  it.each([
    ...['hello', '"a": 1', 'a b: 1', '9: 1', 'a:1', '- a\nb: 1', 'a: 1\n- b', 'a:\n- b', 'a: b\n  c', 'a: 1\n  b: 2'],
    ...['  a: 1\n b: 2', 'a:\n  b: 1\n c: 2', '-', '- ', '- # c', '- - a', '- a\n  - b', '- a: 1', '-a'],
    ...[
      'a: 1\na: 2',
      '__proto__: 1',
      'a: { __proto__: 1 }',
      'a: { b: 1, b: 2 }',
      'a: { b }',
      'a: { b:1 }',
      'a: {"b": 1}',
    ],
    ...[
      'a: 007',
      'a: 1e5',
      'a: 0x1f',
      'a: -0',
      'a: +1',
      'a: 1.',
      'a: .5',
      'a: 1.1234567890',
      'a: 1234567890123456',
      'a: 1 2',
    ],
    ...['a: 2026-01-02', 'a: 000042-a b', 'a: [000042-a b]', 'a: 42-a', 'a: 1-2', 'a: 3x', 'a: [1 x]'],
    ...['a: True', 'a: NULL', 'a: [~]', 'a: ~', 'a: b: c', 'a: b:c', 'a: b#c', 'a: [b:c]', 'a: [b#c]'],
    ...['a: "b\\n"', "a: 'it''s'", 'a: "b" c', 'a: "b', "a: 'b", 'a: "b"# c'],
    ...[
      'a: [b',
      'a: b\n c',
      'a: [b]c',
      'a: {b: 1',
      'a: [b}',
      'a: [,]',
      'a: [b,]',
      'a: [b, , c]',
      'a: &b c',
      'a: *b',
      'a: |',
      'a: >',
    ],
    ...[
      'a: !b c',
      'a: @b',
      'a: `b`',
      'a: %b',
      '\ta: 1',
      'a: b\tc',
      'a: b\rc',
      '\ufeffa: 1',
      'a: \u2028',
      'a: \u0085',
      'a: \x7f',
    ],
    ...[nested(22), `a: ${'['.repeat(21)}${']'.repeat(21)}`],
  ])('leaves %j to the other', (yaml) => expect(readQuick(yaml)).toBe(undefined));

  it('reads what the shipped files are made of', () => {
    const yaml =
      'version: 1 # v\nagents:\n  human:      # you\n    send_to: ["*"]\n    read_from:\n      - "@ops"\n      - a\n  b: { send_to: [a, b_1], read_from: [] } # x\nprice: { in: 0.40, of: null, on: true }\n';
    expect(readQuick(yaml)).toEqual(readTree(yaml, 'f').data);
    expect(readQuick(yaml)).toHaveProperty('agents.human.read_from', ['@ops', 'a']);
  });
});

describe('the nearest name', () => {
  it.each([
    ['limts', ['limits', 'log'], 'limits'],
    ['Planner', ['planner', 'plan'], 'planner'],
    ['zz', ['to', 'from'], undefined],
    ['manger', ['manager', 'danger'], 'manager'],
    ['wholly-different', ['planner'], undefined],
  ])('of %s in %j is %s', (name, names, nearest) =>
    expect(near(name, names)).toEqual(nearest === undefined ? {} : { nearest }),
  );

  it('is looked for among the keys of the schema at that path', () => {
    const schema = z.strictObject({
      a: z.record(z.string(), z.array(z.strictObject({ b: z.string().optional() }))).default({}),
      c: z
        .union([z.string(), z.strictObject({ d: z.number() })])
        .transform((v) => v)
        .nullable(),
      e: z.preprocess((v) => v, z.strictObject({ f: z.number() })).prefault({ f: 1 }),
      g: z.lazy(() => z.strictObject({ h: z.number() })).readonly(),
    });
    expect(validKeys(schema, [])).toEqual(['a', 'c', 'e', 'g']);
    expect(validKeys(schema, ['a', 'any', 0])).toEqual(['b']);
    expect(validKeys(schema, ['c'])).toEqual(['d']);
    expect(validKeys(schema, ['e'])).toEqual(['f']);
    expect(validKeys(schema, ['g'])).toEqual(['h']);
    expect(validKeys(schema, ['a'])).toEqual([]);
    expect(validKeys(schema, ['nowhere', 'x'])).toEqual([]);
  });
});
