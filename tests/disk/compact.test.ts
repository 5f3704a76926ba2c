import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/core/entry.ts';
import { Compact } from '../../src/disk/compact.ts';
import { EVERY, replied, reply } from '../core/entries.ts';
import { sent } from '../core/world.ts';

function act(input: Parameters<typeof JSON.stringify>[0]) {
  return { id: '1', tool: 'send_message', input };
}

/** As the lines stand in the file, and as they are read back. */
function through(entries: readonly Entry[]): { lines: string[]; read: Entry[] } {
  const writer = new Compact();
  const reader = new Compact();
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
});

it('inputs of acts that hold no text refer to nothing', () => {
  const acts = [null, 'Hello.', 5, ['Hello.'], {}, { body: 5 }, { body: null }].map(act);
  const entries: Entry[] = [replied({ reply: reply({ acts }) }), sent({ from: 'a', body: 'Hello.' })];
  expect(through(entries).read).toEqual(entries);
});

it('whatever replies (one a call) and messages a turn has, its lines mean the same', () => {
  const body = fc.constantFrom('', 'one', 'two', 'three\n');
  const agent = fc.constantFrom('a', 'b');
  const line: fc.Arbitrary<Entry> = fc.oneof(
    fc
      .record({ agent, bodies: fc.array(body, { maxLength: 3 }) })
      .map(({ bodies, ...key }) =>
        replied({ ...key, reply: reply({ acts: bodies.map((text) => act({ body: text })) }) }),
      ),
    fc.record({ from: agent, n: fc.integer({ min: 1, max: 9 }), body }).map((fields) => sent(fields)),
    fc.constantFrom<Entry>(...Object.values(EVERY)),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (drawn) => {
      const entries = drawn.map((entry, i) => (entry.k === 'reply' ? { ...entry, n: i + 1 } : entry));
      expect(through(entries).read).toEqual(entries);
    }),
  );
});
