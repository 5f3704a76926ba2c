/** Cleans texts so that they cannot control a terminal. */

/** Characters that move the cursor, reorder or hide text: C0 (but \n and \t), DEL, C1, bidi controls, zero width, invisible tags. */
const HIDDEN =
  '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]';

/** OSC, DCS, SOS, PM and APC strings up to their terminator, CSI sequences, other escapes; what is unfinished loses only its introducer. */
const SEQUENCE = [
  '(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0000-\\u001f\\u007f-\\u009f]*(?:\\u0007|\\u001b\\\\|\\u009c)',
  '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]',
  '\\u001b[ -/]+[0-~]',
  '\\u001b[0-Z\\\\^-~]',
].join('|');

const UNSAFE = new RegExp(`${SEQUENCE}|${HIDDEN}`, 'gu');
const HIDDEN_IN_JSON = new RegExp(HIDDEN, 'gu');

/** Text that is safe for a terminal: agents can neither recolour, retitle nor reorder the screen. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, '');
}

/** The same, but keeps the marks of tables, which `layout` removes. */
export function safeMarked(text: string): string {
  return text.replace(UNSAFE, (found) => (/^[\u001d-\u001f]$/.test(found) ? found : ''));
}

/** Safe text in one line. */
export function safeLine(text: string): string {
  return safeText(text.replace(/\s*[\n\r]\s*/g, ' ')).replaceAll('\t', ' ');
}

/** JSON with the same value whose hidden characters are written as \uXXXX. */
export function safeJson(json: string): string {
  return json.replace(HIDDEN_IN_JSON, (character) => [...unitsOf(character)].join(''));
}

function* unitsOf(character: string): Iterable<string> {
  for (let at = 0; at < character.length; at++) {
    yield `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
}
