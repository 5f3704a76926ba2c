import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeJson, safeLine, safeText } from '../../../../src/faces/cli/terminal/safe.ts';
import { quickest, timed } from '../../../quickest.ts';

const ESC = '\u001b';
const INVISIBLE = /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

/** Text made of the very pieces that terminal sequences are made of. */
const hostile = fc
  .array(
    fc.constantFrom(
      ESC,
      '[',
      ']',
      '0;',
      '31m',
      'a',
      '\\',
      '\u0007',
      '\u009b',
      '\u009d',
      '\n',
      '\u202e',
      '\u{e0041}',
      'P',
      'é',
    ),
  )
  .map((parts) => parts.join(''));

describe('text for a terminal', () => {
  it.each([
    ['colours', `${ESC}[31mred${ESC}[0m`, 'red'],
    ['one-byte CSI', '\u009b31mred', 'red'],
    ['a window title', `${ESC}]0;owned\u0007done`, 'done'],
    ['a link ended by ST', `${ESC}]8;;http://x${ESC}\\text${ESC}]8;;${ESC}\\`, 'text'],
    ['a string of C1: SOS', 'a\u0098hidden\u009cb', 'ab'],
    ['a string of C1: DCS', 'a\u0090hidden\u009cb', 'ab'],
    ['a string of C1: OSC', 'a\u009dhidden\u0007b', 'ab'],
    ['a string of C1: PM', 'a\u009ehidden\u009cb', 'ab'],
    ['a string of C1: APC', `a\u009fhidden${ESC}\\b`, 'ab'],
    ['SOS, PM and APC as escapes', `a${ESC}Xone${ESC}\\b${ESC}^two${ESC}\\c${ESC}_three${ESC}\\d`, 'abcd'],
    ['a device control string', `${ESC}Pq#0${ESC}\\after`, 'after'],
    ['what an unfinished OSC would hide', `${ESC}]0;rest of the line`, ']0;rest of the line'],
    ['a charset switch', `${ESC}(0abc`, 'abc'],
    ['a reset', `${ESC}cabc`, 'abc'],
    ['carriage return and backspace', 'safe\rdanger\b', 'safedanger'],
    ['bidi controls', 'a\u202egnp.exe\u202c\u2066b\u2069', 'agnp.exeb'],
    ['zero width and tags', 'a\u200bb\u200dc\ufeffd\u{e0061}e', 'abcde'],
  ])('takes out %s', (_name, dirty, clean) => expect(safeText(dirty)).toBe(clean));

  it.each(['plain', 'tab\tand\nnewline', 'Ünïcödé 漢字 🎉', '[31m without escape', 'a\\b'])('keeps %j', (text) =>
    expect(safeText(text)).toBe(text),
  );

  it('leaves nothing hidden, whatever the pieces, and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (text) => {
        const clean = safeText(text);
        expect(clean.replace(/[\n\t]/g, '')).not.toMatch(INVISIBLE);
        expect(safeText(clean)).toBe(clean);
      }),
    );
  });

  it('takes linear time on unfinished sequences', async () => {
    const text = [`${ESC}]`.repeat(200_000), `${ESC}[`.repeat(200_000), ESC, ']', 'x'.repeat(500_000)].join('');
    expect(await quickest(2000, () => timed(() => safeText(text)))).toBeLessThan(2000);
  });

  it('puts all in one line', () => expect(safeLine('a \n  b\r\nc\td')).toBe('a b c d'));
});

describe('JSON for a terminal', () => {
  it('has the same value and shows no hidden character', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (text) => {
        const json = safeJson(JSON.stringify({ text }, null, 2));
        expect(JSON.parse(json)).toEqual({ text });
        expect(json.replaceAll('\n', '')).not.toMatch(INVISIBLE);
      }),
    );
  });

  it('escapes by code unit', () =>
    expect(safeJson(JSON.stringify('\u202e\u{e0041}\u009b'))).toBe('"\\u202e\\udb40\\udc41\\u009b"'));
});
