/** Decodes text files and separates their front matter. */
import matter from 'gray-matter';
import { type Fault, fault } from '../../schema/fault.ts';

/** The longest front matter in characters: parsing YAML costs far more than reading. */
const MAX_HEAD = 65_536;
/** gray-matter looks for comments with a pattern that is quadratic in blanks: so many in a row are not a front matter. */
const LONG_BLANK = /(?<!\s)\s{200}/;

/**
 * Decodes the bytes of a file as UTF-8, drops the byte order mark and ends lines with LF. `max` is in bytes. Faults:
 * `too-large`; `not-text` if a byte is NUL or the bytes are not UTF-8.
 */
export function decode(bytes: Uint8Array, max: number, file: string): { text: string } | { fault: Fault } {
  if (bytes.length > max)
    return { fault: fault('too-large', `The file has ${bytes.length} bytes; the limit is ${max}`, { file }) };
  if (bytes.includes(0)) return { fault: fault('not-text', 'The file is binary: it contains a NUL byte', { file }) };
  try {
    return { text: toLf(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return { fault: fault('not-text', 'The file is not UTF-8', { file }) };
  }
}

function toLf(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** The parts of a text with front matter. */
export interface FrontMatter {
  /** Its YAML, unparsed. */
  head: string;
  /** The line of the file, from 1, on which the YAML begins. */
  headLine: number;
  /** What follows the closing fence. */
  body: string;
}

/**
 * Splits a text at its front matter; null if it has none, that is, if its first line is not exactly `---`. A fence with a word,
 * such as `---js`, is therefore plain text. Faults: `invalid-yaml` if no line that is exactly `---` closes the fence;
 * `too-large` if there are more than 64 KiB between the fences. Nothing in the text is ever executed.
 */
export function readFrontMatter(text: string, file: string): FrontMatter | { fault: Fault } | null {
  if (!text.startsWith('---\n')) return null;
  const flaw = flawOfFence(text, file);
  if (flaw) return { fault: flaw };
  const { matter: head, content: body } = matter(text, { language: 'yaml', engines: ENGINES });
  return { head: head.slice(1), headLine: 2, body };
}

/** The reason why the text between the fences must not be given to gray-matter, if there is one. */
function flawOfFence(text: string, file: string): Fault | null {
  const close = text.indexOf('\n---', 3);
  const after = text[close + 4];
  if (close === -1 || (after !== undefined && after !== '\n')) {
    const line = close === -1 ? 1 : text.slice(0, close + 1).split('\n').length;
    return fault('invalid-yaml', 'The front matter does not end with a line that is exactly ---', { file, line });
  }
  if (close - 4 > MAX_HEAD) {
    const remedy = 'Shorten the front matter. Move long text below it.';
    return fault('too-large', `The front matter has ${close - 4} characters; the limit is ${MAX_HEAD}`, {
      file,
      remedy,
    });
  }
  if (LONG_BLANK.test(text.slice(3, close)))
    return fault('invalid-yaml', 'The front matter contains 200 spaces or line ends in a row', { file, line: 1 });
  return null;
}

/** gray-matter evaluates `---js` unless each of its engines is replaced. Ours leave the YAML to `readYaml`. */
const ENGINES = {
  yaml: { parse: () => ({}), stringify: refuse },
  ...Object.fromEntries(
    ['js', 'javascript', 'json', 'toml', 'coffee', 'coffeescript', 'cson'].map((name) => [
      name,
      { parse: refuse, stringify: refuse },
    ]),
  ),
};

function refuse(): never {
  throw new Error('Only YAML is read in front matter.');
}
