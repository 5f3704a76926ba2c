import { expect, it } from 'vitest';
import { typed } from '../../../../src/faces/tui/terminal/field.ts';
import { keysIn } from '../../../../src/faces/tui/terminal/keys.ts';

it.each([
  ['j', ['j']],
  ['jjG', ['j', 'j', 'G']],
  ['\x1b', ['esc']],
  ['\x1b\x1b', ['esc']],
  ['\x1b[A\x1b[B\x1bOC\x1b[D', ['up', 'down', 'right', 'left']],
  ['\x1b[5~\x1b[6~\x1b[1;5A\x1b[3~', ['pageup', 'pagedown', 'up', 'delete']],
  ['\t\x1b[Z\r', ['tab', 'shift+tab', 'enter']],
  ['\x03\x0f\x7f\b ', ['ctrl+c', 'ctrl+o', 'backspace', 'backspace', 'space']],
  ['\x1b\r\n', ['newline', 'newline']],
  ['\x1bx', ['alt+x']],
  ['é你👍', ['é', '你', '👍']],
  ['\x1b[I\x1b[?1;2c\x1b[99~', []],
])('%j is %j', (input, keys) => expect(keysIn(input)).toEqual(keys.map((key) => ({ key }))));

it('what is pasted is text, with all its lines', () => {
  expect(keysIn('a\x1b[200~q\r\nx\x1b[201~b')).toEqual([{ key: 'a' }, { paste: 'q\nx' }, { key: 'b' }]);
});

/** What a person has after these keys. */
function after(keys: string[], text = '', lines = true): string {
  const field = keys.reduce((now, key) => typed(now, { key }, lines), { text, at: text.length });
  return `${field.text.slice(0, field.at)}|${field.text.slice(field.at)}`;
}

it.each([
  [['a', 'b', 'left', 'c'], '', 'ac|b'],
  [['backspace', 'backspace', 'backspace'], 'a👍', '|'],
  [['home', 'delete', 'right', 'x'], 'abc', 'bx|c'],
  [['up', 'x'], 'one\ntwo', 'onex|\ntwo'],
  [['up', 'up', 'home', 'down', 'end'], 'one\ntwo', 'one\ntwo|'],
  [['newline', 'b'], 'a', 'a\nb|'],
  [['ctrl+w'], 'one two', 'one |'],
  [['ctrl+u'], 'one\ntwo', 'one\n|'],
  [['home', 'ctrl+k'], 'one two', '|'],
  [['space', 'pageup', 'ctrl+x'], 'a', 'a |'],
])('%j after %j', (keys, text, expected) => expect(after(keys, text)).toBe(expected));

it('a field of one line stays one', () => {
  expect(after(['newline', 'up'], 'a', false)).toBe('a|');
  expect(typed({ text: '', at: 0 }, { paste: 'a\nb' }, false).text).toBe('a b');
});
