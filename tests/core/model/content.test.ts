import { describe, expect, it } from 'vitest';
import { type Content, contentHash, contentsOf, isSameContent, packContents } from '../../../src/core/model/content.ts';
import { textHash } from '../../../src/core/model/hash.ts';

const BYTES = Buffer.from([0, 255]);

describe('what stands in a file before and after', () => {
  it.each<[string, Content | null, Content | null]>([
    ['texts', 'new', 'old'],
    ['a new text', 'new', null],
    ['a text that goes', null, 'old'],
    ['bytes', BYTES, Buffer.from([1])],
    ['new bytes', BYTES, null],
    ['bytes that go', null, BYTES],
    ['bytes in the place of a text', BYTES, 'old'],
    ['a text in the place of bytes', 'new', BYTES],
  ])('%s are read from the journal as they were', (_what, text, was) => {
    const packed = packContents(text, was);
    const read = contentsOf(JSON.parse(JSON.stringify(packed)));
    expect([read.text, read.was].map(contentHash)).toEqual([text, was].map(contentHash));
    expect('base64' in packed).toBe(text instanceof Uint8Array || was instanceof Uint8Array);
  });

  it('is the same by its bytes', () => {
    expect(contentHash('x')).toBe(textHash('x'));
    const same = [isSameContent(null, null), isSameContent('x', 'x'), isSameContent('x', Buffer.from('x'))];
    const other = [isSameContent('x', null), isSameContent(null, 'x'), isSameContent('x', BYTES)];
    expect([same, other]).toEqual([
      [true, true, true],
      [false, false, false],
    ]);
  });
});
