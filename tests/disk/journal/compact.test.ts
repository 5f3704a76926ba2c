import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, UsedEntry } from '../../../src/core/model/entry.ts';
import { Compact } from '../../../src/disk/journal/compact.ts';
import { textsOf } from '../../../src/disk/journal/journal.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { EVERY, intent, replied, reply } from '../../core/entries.ts';
import { sent } from '../../core/world.ts';

function used(more: Partial<UsedEntry> = {}): UsedEntry {
  return { ...EVERY.used, agent: 'a', n: 1, act: 1, text: 'A long text of a file.', ...more };
}

function told(text: string, act = 1) {
  return { id: `r${act}`, tool: 'read_file', text, ok: true };
}

/** The second call of a visit, which is told what came of the acts of the first. */
function again(...results: ReturnType<typeof told>[]) {
  return intent({ agent: 'a', n: 2, prompt: { after: 1, results } });
}

function act(input: Parameters<typeof JSON.stringify>[0]) {
  return { id: '1', tool: 'send_message', input };
}

/** As the lines stand in the file, and as they are read back. */
function through(entries: readonly Entry[]): { lines: string[]; read: Entry[] } {
  const writer = new Compact(() => '');
  const reader = new Compact(() => '');
  const lines = entries.map((entry) => JSON.stringify(writer.pack(entry)));
  return { lines, read: lines.map((line) => reader.unpack(JSON.parse(line) as Entry)) };
}

describe('a text that a reply holds already', () => {
  const said = replied({
    n: 2,
    reply: reply({ acts: [act({ body: 'Other.' }), act({ to: 'b', body: 'Hello there.' })] }),
  });
  const message = sent({ from: 'a', body: 'Hello there.' });

  it('is kept once: the message refers to the act', () => {
    const { lines, read } = through([said, message]);
    expect(lines[1]).not.toContain('Hello there.');
    expect(JSON.parse(lines[1] as string)).toMatchObject({ body: [2, 1] });
    expect(read).toEqual([said, message]);
  });

  it.each([
    ['of another agent', sent({ from: 'b', body: 'Hello there.' })],
    ['that is not the very same', sent({ from: 'a', body: 'Hello there' })],
  ])('%s is kept in full', (_what, other) => {
    const { lines, read } = through([said, other]);
    expect(lines[1]).toContain('Hello there');
    expect(read).toEqual([said, other]);
  });

  it('before that reply is kept in full', () => {
    expect(through([message, said]).lines[0]).toContain('Hello there.');
  });

  it('keeps the attachments of its message', () => {
    const carrying = { ...message, files: [{ path: 'x', data: 'eA==' }] };
    expect(through([said, carrying]).read[1]).toEqual(carrying);
  });

  it('names the bytes of a file that was sent on by the file that brought them', () => {
    const brought = { ...message, files: [{ data: 'eA==', path: 'agents/a/outbox/000002-01.files/x' }] };
    const same = 'agents/a/outbox/000002-01.files/x';
    const onward = {
      ...message,
      files: [{ path: 'agents/b/outbox/000003-01.files/x', hash: 'h', same, data: 'eA==' }],
    };
    const line = JSON.parse(JSON.stringify(new Compact(() => '').pack(onward)));
    expect(JSON.stringify(line)).not.toContain('eA==');
    const texts = (turn: number) =>
      `{"k":"sent"}\n${JSON.stringify(onward)}\n${JSON.stringify(turn === 2 ? brought : {})}\n`;
    expect(new Compact(texts).unpack(line)).toEqual(onward);
    expect(() => new Compact(() => '').unpack(line)).toThrow(/does not hold the bytes of agents\/a/);
  });
});

describe('a result of a tool that its line holds already', () => {
  it('is kept once, for each attempt at the next call', () => {
    const entries = [
      used(),
      used({ act: 3, text: 'Other.' }),
      again(told('A long text of a file.'), told('No.', 2), told('Other.', 3)),
    ];
    const twice = [...entries, { ...again(told('A long text of a file.')), attempt: 2 }];
    const { lines, read } = through(twice);
    expect(lines[2]).not.toContain('A long text');
    expect(lines[2]).not.toContain('Other.');
    expect(lines[2]).toContain('No.');
    expect(lines[3]).not.toContain('A long text');
    expect(read).toEqual(twice);
    expect(JSON.stringify(read)).toBe(JSON.stringify(twice)); // the hash of a prompt is that of its parts as JSON
  });

  it.each<[string, Entry[]]>([
    ['of another agent', [used({ agent: 'b' })]],
    ['of another call', [used({ n: 2 })]],
    ['of another act', [used({ act: 2 })]],
    ['with more behind it', [used({ text: 'A long text' })]],
    ['before the next call was answered', [used(), replied({ agent: 'a', n: 2 })]],
  ])('%s is kept in full', (_what, before) => {
    const entries = [...before, again(told('A long text of a file.'))];
    const { lines, read } = through(entries);
    expect(lines.at(-1)).toContain('A long text of a file.');
    expect(read).toEqual(entries);
  });

  it('is read as older journals have it: in full', () => {
    const line = again(told('A long text of a file.'));
    const reader = new Compact(() => '');
    reader.unpack(used());
    expect(reader.unpack(line)).toEqual(line);
  });

  it('cannot be read without its line', () => {
    const line = JSON.parse(through([used(), again(told('A long text of a file.'))]).lines[1] as string) as Entry;
    expect(() => new Compact(() => '').unpack(line)).toThrow(/not in this file/);
  });
});

it('inputs of acts that hold no text refer to nothing', () => {
  const acts = [null, 'Hello.', 5, ['Hello.'], {}, { body: 5 }, { body: null }].map(act);
  const entries: Entry[] = [replied({ reply: reply({ acts }) }), sent({ from: 'a', body: 'Hello.' })];
  expect(through(entries).read).toEqual(entries);
});

it('whatever replies (one a call), messages, uses of tools and prompts a turn has, its lines mean the same', () => {
  const body = fc.constantFrom('', 'one', 'two', 'three\n');
  const agent = fc.constantFrom('a', 'b');
  const call = fc.integer({ min: 1, max: 3 });
  const line: fc.Arbitrary<Entry> = fc.oneof(
    fc
      .record({ agent, bodies: fc.array(body, { maxLength: 3 }) })
      .map(({ bodies, ...key }) =>
        replied({ ...key, reply: reply({ acts: bodies.map((text) => act({ body: text })) }) }),
      ),
    fc.record({ from: agent, n: fc.integer({ min: 1, max: 9 }), body }).map((fields) => sent(fields)),
    fc.record({ agent, n: call, act: call, text: body }).map((fields) => used(fields)),
    fc
      .record({ agent, n: call, texts: fc.array(body, { maxLength: 3 }) })
      .map(({ agent, n, texts }) =>
        intent({ agent, n: n + 1, prompt: { after: n, results: texts.map((text, i) => told(text, i + 1)) } }),
      ),
    fc.constantFrom<Entry>(...Object.values(EVERY)),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (drawn) => {
      const entries = drawn.map((entry, i) => (entry.k === 'reply' ? { ...entry, n: i + 1 } : entry));
      expect(through(entries).read).toEqual(entries);
    }),
  );
});

it('of two files that a message carries, one that was received stands in its own line alone', () => {
  const [first, second] = ['agents/b/outbox/000001-01.files/a.txt', 'agents/a/outbox/000002-01.files/b.txt'];
  const brought = { ...sent({ from: 'b' }), files: [{ path: first, data: 'QQ==' }] };
  const onward = {
    ...sent({ from: 'a' }),
    files: [
      { path: 'agents/a/outbox/000002-01.files/a.txt', data: 'QQ==', same: first },
      { path: second, data: 'Qg==' },
    ],
  } as Entry;
  const line = JSON.parse(JSON.stringify(new Compact(() => '').pack(onward)));
  expect(JSON.stringify(line)).not.toContain('QQ==');
  const texts = () => JSON.stringify(new Compact(() => '').pack(brought as Entry));
  expect(new Compact(texts).unpack(line)).toEqual(onward);
  expect(textsOf(new MemoryDisk())(7)).toBe('');
});
