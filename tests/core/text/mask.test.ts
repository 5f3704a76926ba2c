import { expect, it } from 'vitest';
import { maskerOf, secretsIn } from '../../../src/core/text/mask.ts';

const SECRET = 'sk-"ca/n~a\\ry"?>é+42';

it.each<[string, string]>([
  ['as it is', SECRET],
  ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['in JSON in JSON', JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)],
  ['in an address', encodeURIComponent(SECRET)],
  ['in an address in lower case', encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase())],
  ['in a form', new URLSearchParams([['', SECRET]]).toString().slice(1)],
  ['in hexadecimal digits', Buffer.from(SECRET).toString('hex')],
  ['in capital hexadecimal digits', Buffer.from(SECRET).toString('hex').toUpperCase()],
])('a secret is struck out %s', (_how, form) => {
  expect(maskerOf(new Map([[SECRET, 'MY_KEY']]))(`a ${form} b ${form}`)).toBe('a [MY_KEY] b [MY_KEY]');
});

it.each(['', 'x', 'xy', 'xyz'])('a secret is struck out in base64 behind %j, whatever follows', (before) => {
  for (const secret of [SECRET, 'abcdefgh', 'abcdefghi', 'abcdefghij', '\u00ff\u00ff\u00ff>>>???\u00ff'])
    for (const coding of ['base64', 'base64url'] as const)
      for (const after of ['', 'x', 'xy', 'xyz']) {
        const text = Buffer.from(before + secret + after).toString(coding);
        const clean = maskerOf(new Map([[secret, 'MY_KEY']]))(text);
        expect(clean).toContain('[MY_KEY]');
        // What is left belongs in part to its neighbours: less than a whole group at each end.
        const [left = '', right = ''] = clean.replace(/=+$/, '').split('[MY_KEY]');
        expect(left.length).toBeLessThanOrEqual(Math.ceil((before.length * 4) / 3) + 1);
        expect(right.length).toBeLessThanOrEqual(Math.ceil((after.length * 4) / 3) + 1);
      }
});

it('a longer secret goes before one that it begins with', () => {
  const strike = maskerOf(
    new Map([
      ['secret', 'SHORT_KEY'],
      ['secret-and-more', 'LONG_KEY'],
    ]),
  );
  expect(strike('secret-and-more, secret')).toBe('[LONG_KEY], [SHORT_KEY]');
});

it('what is written in a pattern means nothing in a secret', () => {
  expect(maskerOf(new Map([['a.c+(d)[e]', 'MY_KEY']]))('abc+(d)[e] a.c+(d)[e]')).toBe('abc+(d)[e] [MY_KEY]');
});

it('secrets are values of variables with such names that are long enough, without blanks around them', () => {
  const variables: [string, string | undefined][] = [
    ['A_KEY', ' 123456 '],
    ['B_TOKEN', '12345'],
    ['C_SECRET', '      '],
    ['D_KEY', undefined],
    ['my_password', 'abcdef'],
    ['KEY_OF', 'abcdef'],
  ];
  expect(secretsIn(variables)).toEqual([
    ['123456', 'A_KEY'],
    ['abcdef', 'my_password'],
  ]);
});
