import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readMessage } from '../../src/disk/intake/incoming-message.ts';
import { decode, readFrontMatter } from '../../src/disk/yaml/codec.ts';
import { canonicalBody, cut, printHead, printMessage, printQuoted } from '../../src/schema/print.ts';
import type { Message } from '../../src/schema/records/message.ts';
import { MESSAGE_KINDS, PRIORITIES } from '../../src/schema/records/message.ts';

const MESSAGE: Message = {
  id: '000042-planner-01',
  from: 'planner',
  to: ['coder_01'],
  turn: 42,
  kind: 'message',
  subject: 'Build the login',
  priority: 'normal',
  thread: '000040-human-01',
  reply_to: '000041-manager-01',
  expires: 66,
  hops: 3,
  task: 'T-40-manager-1',
  attachments: ['design.png'],
  path: 'agents/planner/outbox/000042-01-coder_01-build-the-login.md',
  body: 'Please build ...',
};

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 10 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    'yes',
    'No',
    'y',
    'null',
    '~',
    '',
    ' a',
    'a ',
    'a: b',
    'a #b',
    '- a',
    '---',
    '---js',
    '...',
    '1e5',
    '0x1f',
    '1_000',
    '12:30:00',
    '2026-01-02',
    '.inf',
    '=',
    '<<',
    '@x',
    '*',
    '&a',
    '!a',
    '%a',
    '`a',
    "it's",
    '"',
    '\\',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u00a0',
  ),
);
const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/);

const message: fc.Arbitrary<Message> = fc
  .record(
    {
      id: name,
      from: name,
      to: fc.array(name, { minLength: 1, maxLength: 4 }),
      turn: fc.nat(),
      kind: fc.constantFrom(...MESSAGE_KINDS),
      subject: anyText,
      priority: fc.constantFrom(...PRIORITIES),
      thread: anyText,
      reply_to: anyText,
      expires: fc.nat(),
      hops: fc.nat(),
      task: anyText,
      attachments: fc.array(anyText, { maxLength: 3 }),
      body: fc.oneof(
        anyText,
        fc.array(anyText, { maxLength: 5 }).map((lines) => lines.join('\n')),
        anyText.map((text) => `---js\n${text}\n---\n`),
      ),
    },
    { requiredKeys: ['id', 'from', 'to', 'turn', 'kind', 'subject', 'priority', 'thread', 'hops', 'body'] },
  )
  .map((m) => ({ ...m, path: `agents/${m.from}/outbox/x.md` }) as Message);

describe('printMessage', () => {
  it('prints the fields of the design in their order', () => {
    expect(printMessage(MESSAGE)).toBe(
      '---\nid: 000042-planner-01\nfrom: planner\nto: [coder_01]\nturn: 42\nkind: message\nsubject: Build the login\npriority: normal\nthread: 000040-human-01\nreply_to: 000041-manager-01\nexpires: 66\nhops: 3\ntask: T-40-manager-1\nattachments: [design.png]\n---\nPlease build ...\n',
    );
  });

  it('is read back as it was, with its body canonical, after a way through bytes', () => {
    fc.assert(
      fc.property(message, (m) => {
        const bytes = new TextEncoder().encode(printMessage(m));
        const text = decode(bytes, 1e6, m.path);
        expect(readMessage('text' in text ? text.text : '', m.path)).toEqual({
          message: { ...m, body: canonicalBody(m.body) },
          faults: [],
        });
        expect(printMessage({ ...m, body: canonicalBody(m.body) })).toBe(printMessage(m));
      }),
      { numRuns: 3000 },
    );
  });

  it('means the same to a reader of YAML 1.1', () => {
    fc.assert(
      fc.property(message, (m) => {
        const parts = readFrontMatter(printMessage(m), m.path);
        if (!parts || 'fault' in parts) throw new Error('no front matter');
        const { path: _path, body: _body, ...head } = m;
        expect(parse(parts.head, { version: '1.1' })).toEqual(head);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no longer than twice the time of JSON.stringify', () => {
    const { reply_to: _r, expires: _e, task: _t, attachments: _a, ...simple } = MESSAGE;
    const body = 'Please build the login.\n'.repeat(25);
    const fastest = (print: (m: Message) => string) => {
      const times = Array.from({ length: 20 }, (_, n) => {
        const before = performance.now();
        for (let i = 0; i < 5000; i++) print({ ...simple, turn: n, body });
        return performance.now() - before;
      });
      return Math.min(...times);
    };
    expect(fastest(printMessage)).toBeLessThan(2 * fastest(JSON.stringify));
  });
});

describe('canonicalBody', () => {
  it.each([
    ['a\r\nb\rc\n\n', 'a\nb\nc'],
    ['\n a \n', '\n a '],
    ['a\0b\ud800', 'a\ufffdb\ufffd'],
    ['😀\n', '😀'],
    ['\n\n', ''],
  ])('%j → %j', (body, canonical) => {
    expect(canonicalBody(body)).toBe(canonical);
    expect(canonicalBody(canonical)).toBe(canonical);
  });
});

describe('printHead', () => {
  it('prints fields in order and the keys within them sorted', () => {
    expect(
      printHead([
        ['id', 'D-1'],
        ['to', ['a', 'no']],
        ['n', 1.5],
        ['ok', true],
        ['none', null],
        ['input', { b: [{}], a: 'x, y' }],
      ]),
    ).toBe('---\nid: D-1\nto: [a, "no"]\n"n": 1.5\nok: true\nnone: null\ninput: { a: "x, y", b: [{}] }\n---\n');
  });

  it('is read back as it was, whatever the values', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.oneof(name, anyText), fc.jsonValue({ maxDepth: 3 })), {
          selector: ([key]) => key,
          maxLength: 5,
        }),
        (pairs) => {
          const wanted = Object.fromEntries(pairs);
          fc.pre(!JSON.stringify(pairs).includes('__proto__'));
          const parts = readFrontMatter(`${printHead(pairs as Parameters<typeof printHead>[0])}body`, 'f');
          if (!parts || 'fault' in parts) throw new Error('no front matter');
          expect(JSON.stringify(parse(parts.head) ?? {}, order)).toBe(JSON.stringify(wanted, order));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** Sorts keys, and takes -0 for 0. */
function order(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}

describe('cut and printQuoted', () => {
  it('never cut a character in two', () => {
    expect(cut('ab😀', 3)).toBe('ab');
    expect(cut('ab😀', 4)).toBe('ab😀');
  });

  it('escape what other readers of YAML stumble over', () => {
    expect(printQuoted('\u0085\u2028\ufeff\ud800"\n')).toBe('"\\u0085\\u2028\\ufeff\\ud800\\"\\n"');
  });
});
