/** Compiles the text patterns of people, and refuses those that could take for ever. */

/** Characters of a text that a pattern searches; the rest is ignored. */
export const SEARCHED_CHARS = 20_000;

const REGEXP = /^\/(.+)\/([dgimsuvy]*)$/s;
const SYNTAX = /[\\^$.*+?()[\]{}|/]/g;

/**
 * Compiles a condition: plain text is searched ignoring case, `/.../flags` is a regular expression (`g` and `y` are
 * ignored). Throws a SyntaxError for an invalid one, and for a repetition that could take for ever.
 */
export function compilePattern(pattern: string): RegExp {
  const match = REGEXP.exec(pattern);
  if (!match) return new RegExp(pattern.replace(SYNTAX, '\\$&'), 'iu');
  const source = match[1] as string;
  const compiled = new RegExp(source, (match[2] as string).replace(/[dgy]/g, ''));
  if (explodes(source))
    throw new SyntaxError('a repetition of a repetition, such as (a+)+, could take for ever: rewrite it');
  return compiled;
}

/** The groups of a match in the searched part of the text (empty text where one took no part), or null without a match. */
export function groupsIn(pattern: RegExp, text: string): string[] | null {
  const match = pattern.exec(text.length > SEARCHED_CHARS ? text.slice(0, SEARCHED_CHARS) : text);
  if (!match) return null;
  return match.length === 1 ? NONE : match.slice(1).map((group) => group ?? '');
}
const NONE: string[] = [];

/** One alternative of a group: can it match a long text in one piece (`endless`), and must it match something fixed (`fixed`)? */
interface Branch {
  endless: boolean;
  fixed: boolean;
}

const TOKEN =
  /\\(?:[pPu]\{[^}]*\}|k<[^>]*>|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|\((?:\?(?:<[^>=!]*>|<?[=!]|[a-z-]*:))?|[\s\S]/y;
const QUANTIFIER = /(?:[*+?]|\{(\d+)(,(\d*))?\})\??/y;

/**
 * True when a group that consists only of repetitions is itself repeated without end, as in `(a+)+` or `(\w+\s?)*`: the
 * matcher then tries exponentially many ways to divide a text. `(\d+,)*` is fine, because the comma divides it.
 */
function explodes(source: string): boolean {
  const groups: Branch[][] = [[{ endless: false, fixed: false }]];
  for (let at = 0; at < source.length; ) {
    TOKEN.lastIndex = at;
    const token = (TOKEN.exec(source) as RegExpExecArray)[0];
    at += token.length;
    const group = groups.at(-1) as Branch[];
    if (token.startsWith('(')) groups.push([{ endless: false, fixed: false }]);
    else if (token === '|') group.push({ endless: false, fixed: false });
    else if (!/^(?:[\^$]|\\[bB])/.test(token)) {
      const inner = token === ')' ? (groups.pop() as Branch[]) : [{ endless: false, fixed: true }];
      const repeated = quantifierAt(source, at);
      if (repeated.endless && inner.some((branch) => branch.endless && !branch.fixed)) return true;
      add(groups.at(-1) as Branch[], inner, repeated);
      at += repeated.length;
    }
  }
  return false;
}

function quantifierAt(source: string, at: number): { length: number; endless: boolean; once: boolean } {
  QUANTIFIER.lastIndex = at;
  const match = QUANTIFIER.exec(source);
  if (!match) return { length: 0, endless: false, once: true };
  const [text, least, range, most] = match as unknown as [string, string?, string?, string?];
  const endless =
    least === undefined ? !text.startsWith('?') : range !== undefined && (most === '' || Number(most) > 50);
  return { length: text.length, endless, once: least !== undefined && Number(least) > 0 && !endless };
}

/** Adds a piece of a pattern to its alternative. */
function add(group: Branch[], inner: Branch[], repeated: { endless: boolean; once: boolean }): void {
  const branch = group.at(-1) as Branch;
  if (repeated.endless || inner.some((one) => one.endless)) branch.endless = true;
  if (repeated.once && inner.every((one) => one.fixed)) branch.fixed = true;
}
