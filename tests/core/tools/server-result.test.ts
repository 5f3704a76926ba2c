import { describe, expect, it } from 'vitest';
import { type ServerPart, serverResult } from '../../../src/core/tools/server-result.ts';

const text = (parts: ServerPart[], structured?: unknown) => serverResult(parts, structured, false).text;

describe('an answer of a server', () => {
  it('is told by its texts, and tainted', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b\n\tc' },
    ];
    expect(serverResult(parts, undefined, false)).toEqual({ ok: true, text: 'a\nb\n\tc', tainted: true });
    expect(serverResult([], undefined, true)).toEqual({ ok: false, text: '[nothing]', tainted: true });
  });

  it('has described what is no text', () => {
    expect(text([{ type: 'image', mimeType: 'image/png', data: 'QUJD' }])).toBe(
      '[image image/png: 3 bytes, not shown]',
    );
    expect(text([{ type: 'audio' }])).toBe('[audio : 0 bytes, not shown]');
    expect(text([{ type: 'resource_link', name: 'a\nb', uri: `x:${'y'.repeat(500)}` }])).toMatch(
      /^\[link a b: x:y{298}\]$/,
    );
    expect(text([{ type: 'resource', resource: { uri: 'u', text: 'body' } }])).toBe('[u]\nbody');
    expect(text([{ type: 'resource', resource: { uri: 'u', mimeType: 'm', blob: 'QUJD' } }])).toBe(
      '[u m: 3 bytes, not shown]',
    );
    expect(text([{ type: 'resource' }])).toBe('[ : 0 bytes, not shown]');
    expect(text([{ type: 'hologram' }])).toBe('[hologram, not shown]');
    expect(text([{ type: 'text' }])).toBe('[nothing]');
  });

  it('shows its structure only when no text says it', () => {
    expect(text([], { a: 1 })).toBe('{"a":1}');
    expect(text([{ type: 'text', text: 'one' }], { a: 1 })).toBe('one');
  });

  it('steers no terminal', () => {
    expect(text([{ type: 'text', text: 'a\u001b[2J\u0000\u202eb\u009b' }])).toBe('a\ufffd[2J\ufffd\ufffdb\ufffd');
  });
});
