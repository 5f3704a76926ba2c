/** Edits the text that a person is typing. */
import type { Pressed } from './keys.ts';

/** A text that is being written, with the position of its cursor. */
export interface Field {
  text: string;
  at: number;
}

/** The field after a key; the same field when the key does nothing here. */
export function typed(field: Field, pressed: Pressed, lines: boolean): Field {
  if ('paste' in pressed) return insert(field, lines ? pressed.paste : pressed.paste.replace(/\s*\n\s*/g, ' '));
  const { text, at } = field;
  switch (pressed.key) {
    case 'left':
      return { text, at: at - sizeBefore(text, at) };
    case 'right':
      return { text, at: at + ([...text.slice(at)][0]?.length ?? 0) };
    case 'home':
    case 'ctrl+a':
      return { text, at: text.lastIndexOf('\n', at - 1) + 1 };
    case 'end':
    case 'ctrl+e':
      return { text, at: endOfLine(text, at) };
    case 'up':
    case 'down':
      return lines ? vertical(field, pressed.key) : field;
    case 'backspace':
      return cut(field, at - sizeBefore(text, at), at);
    case 'delete':
      return cut(field, at, at + ([...text.slice(at)][0]?.length ?? 0));
    case 'ctrl+u':
      return cut(field, text.lastIndexOf('\n', at - 1) + 1, at);
    case 'ctrl+k':
      return cut(field, at, endOfLine(text, at));
    case 'ctrl+w':
      return cut(field, at - (/\S*\s*$/.exec(text.slice(0, at))?.[0].length ?? 0), at);
    case 'newline':
      return lines ? insert(field, '\n') : field;
    case 'space':
      return insert(field, ' ');
    default:
      return [...pressed.key].length === 1 ? insert(field, pressed.key) : field;
  }
}

/** The field completed to what its text may become; where it is one of these already, or empty, the next of them. */
export function completed(field: Field, choices: readonly string[]): Field {
  const { text } = field;
  const more = choices.filter((choice) => choice.startsWith(text) && choice !== text);
  const start = text === '' ? '' : more.reduce(common, more[0] ?? '');
  const next = choices[(choices.indexOf(text) + 1) % choices.length] ?? text;
  const known = choices.includes(text) || text === '';
  const whole = start.length > text.length ? start : known ? next : (more[0] ?? text);
  return { text: whole, at: whole.length };
}

function common(a: string, b: string): string {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  return a.slice(0, same);
}

function insert({ text, at }: Field, piece: string): Field {
  return { text: text.slice(0, at) + piece + text.slice(at), at: at + piece.length };
}

function cut({ text }: Field, from: number, to: number): Field {
  return { text: text.slice(0, from) + text.slice(to), at: from };
}

function sizeBefore(text: string, at: number): number {
  return [...text.slice(Math.max(0, at - 2), at)].at(-1)?.length ?? 0;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Moves to the same column of the line above or below. */
function vertical({ text, at }: Field, key: 'up' | 'down'): Field {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const column = at - start;
  if (key === 'up') {
    if (start === 0) return { text, at };
    const above = text.lastIndexOf('\n', start - 2) + 1;
    return { text, at: Math.min(above + column, start - 1) };
  }
  const below = endOfLine(text, at) + 1;
  return below > text.length ? { text, at } : { text, at: Math.min(below + column, endOfLine(text, below)) };
}
