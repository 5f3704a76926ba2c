import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { meant, PASTE_OFF, pasting, RETURN, shown } from '../../../../src/faces/cli/terminal/paste.ts';

const BEGINS = '\u001b[200~';
const ENDS = '\u001b[201~';

async function typed(...chunks: string[]): Promise<string> {
  const stream = pasting();
  for (const chunk of chunks) stream.write(Buffer.from(chunk));
  stream.end();
  return text(stream);
}

it('keeps the lines of a pasted text together, however it arrives', async () => {
  const whole = `a${BEGINS}one\r\ntwo\rthree\n${ENDS}\r${BEGINS}x${ENDS}`;
  expect(await typed(whole)).toBe(`aone${RETURN}two${RETURN}three\rx`);
  for (let at = 1; at < whole.length; at++) {
    const cuts = [whole.slice(0, at), whole.slice(at)];
    const afterEscape = whole.slice(0, at).endsWith('\u001b') && whole.startsWith(BEGINS, at - 1);
    if (!afterEscape) expect(await typed(...cuts)).toBe(`aone${RETURN}two${RETURN}three\rx`);
  }
});

it('leaves all other keys alone, and takes controls out of what is pasted', async () => {
  expect(await typed('\u001b', '[A', 'é漢', '\u0003')).toBe('\u001b[Aé漢\u0003');
  expect(await typed(`${BEGINS}a\u001b[31mb\u0003${ENDS}`)).toBe('ab');
  expect(PASTE_OFF).toBe('\u001b[?2004l');
});

it('shows lines as one, and gives them back', () => {
  expect(shown('a\n\tb\r\nc')).toBe(`a${RETURN} b${RETURN}c`);
  expect(meant(shown('a\nb'))).toBe('a\nb');
});
