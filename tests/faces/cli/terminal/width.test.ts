// @module-tag alone
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { prepareFor, widthOf } from '../../../../src/faces/cli/terminal/width.ts';
import { table } from '../../../../src/views/text/table.ts';

it('counts characters as long as that is right, and loads nothing for it', async () => {
  await prepareFor(
    table([
      ['agent', 'why'],
      ['hr', 'no café … yet – “→”'],
    ]),
  );
  expect(widthOf('漢字')).toBe(2);
  for (let code = 0x20; code < 0x3000; code++) {
    const character = String.fromCodePoint(code);
    if (widthOf(character) !== 1 || /[\u007f-\u00a0\u00ad]|\p{M}|\p{Cf}/u.test(character)) continue;
    if (/[\u0020-\u02ff\u0391-\u0482\u2010-\u2027\u2190-\u21ff]/.test(character))
      expect([code.toString(16), stringWidth(character)]).toEqual([code.toString(16), 1]);
  }
});

it('measures everything else', async () => {
  await prepareFor('漢');
  expect([widthOf('漢字'), widthOf('🎉'), widthOf('e\u0301'), widthOf('abc')]).toEqual([4, 2, 1, 3]);
});
