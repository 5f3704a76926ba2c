/** Keeps a pasted text together while it is edited as one line. */
import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { safeLine } from './safe.ts';

/** Stands for a line end in pasted text, while the text is edited as one line. */
export const RETURN = '\u23ce';
/** Make the terminal mark the beginning and end of pasted text, or stop that. */
export const PASTE_ON = '\u001b[?2004h';
export const PASTE_OFF = '\u001b[?2004l';
const BEGINS = '\u001b[200~';
const ENDS = '\u001b[201~';
/** An incomplete mark at the end of the input; outside of a paste a lone escape is a key. */
const BEGUN = /\u001b\[(?:2(?:0[01]?)?)?$/;
const UNFINISHED = /\u001b(?:\[(?:2(?:0[01]?)?)?)?$/;

/** The typed input, with line ends of pasted texts as `RETURN`, so that pasting many lines sends none of them. */
export function pasting(): Transform {
  const decoder = new StringDecoder('utf8');
  let held = '';
  let pasted: string | null = null;
  const take = (text: string): string => {
    const [before = '', ...rest] = splitOnce(text, pasted === null ? BEGINS : ENDS);
    if (pasted !== null) {
      pasted += before;
      if (rest.length === 0) return '';
      const whole = shown(pasted.replace(/\n$/, ''));
      pasted = null;
      return whole + take(rest[0] ?? '');
    }
    if (rest.length === 0) return before;
    pasted = '';
    return before + take(rest[0] ?? '');
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = held + decoder.write(chunk);
      const inPaste = pasted !== null || text.lastIndexOf(BEGINS) > text.lastIndexOf(ENDS);
      held = (inPaste ? UNFINISHED : BEGUN).exec(text)?.[0] ?? '';
      done(null, take(text.slice(0, text.length - held.length)));
    },
  });
}

/** Lines as one line that can be edited. */
export function shown(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(safeLine)
    .join(RETURN);
}

/** The original lines. */
export function meant(line: string): string {
  return line.replaceAll(RETURN, '\n');
}

function splitOnce(text: string, mark: string): string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}
