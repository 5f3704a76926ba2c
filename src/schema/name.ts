/** Names and ids. Zod-free, because the fast reading commands use them too. */

const NAME = /^[a-z][a-z0-9_-]{0,62}(?![\s\S])/;
const RESERVED = /^(null|true|false|archive|constructor|con|nul|aux|prn|com[0-9]|lpt[0-9])(?![\s\S])/;

/** True for what may be the directory name of an agent, or the id of a unit, model or template. */
export function isName(text: string): boolean {
  return NAME.test(text) && !RESERVED.test(text);
}

/** True for whom mail may be addressed to: an agent's name, `@unit`, or `*` for everyone. */
export function isRecipient(text: string): boolean {
  return text === '*' || isName(text.startsWith('@') ? text.slice(1) : text);
}

/** True for a path that stays within its folder: relative, parts joined by `/`, none of them `..`. */
export function isInside(path: string): boolean {
  return !/^\/|\\|[\0-\x1f]|^[a-zA-Z]:/.test(path) && !path.split('/').includes('..');
}

/** True for what may be the path of a plug-in: `./`, then a `.mjs` or `.js` file in the org, without empty or dotted parts. */
export function isPluginPath(path: string): boolean {
  const parts = path.slice(2).split('/');
  return (
    path.startsWith('./') &&
    isInside(path) &&
    /\.m?js(?![\s\S])/.test(path) &&
    !parts.some((part) => /^\.{0,2}$/.test(part))
  );
}

/** `42` → `000042`; turns above 999999 simply grow longer. */
export function padTurn(turn: number): string {
  return String(turn).padStart(6, '0');
}

/** `<turn>-<author>-<n>`: the n-th message of its author in that turn. */
export function messageId(turn: number, author: string, n: number): string {
  return `${padTurn(turn)}-${author}-${String(n).padStart(2, '0')}`;
}

/** The parts of a message id, or null when the text is not one. */
export function parseMessageId(id: string): { turn: number; author: string; n: number } | null {
  if (isPlainId(id)) return { turn: Number(id.slice(0, 6)), author: id.slice(7, -3), n: Number(id.slice(-2)) };
  const match = /^(\d{6,})-([a-z][a-z0-9_-]*)-(\d{2,})$/.exec(id);
  return match ? { turn: Number(match[1]), author: match[2] as string, n: Number(match[3]) } : null;
}

/**
 * True for a message id with a turn of six digits and a number of two, as nearly all are. It is read by its characters: a
 * state looks up dozens of ids in each visit, and a pattern costs ten times as much.
 */
export function isPlainId(id: string): boolean {
  const end = id.length - 3;
  if (end < 8 || id.charCodeAt(6) !== DASH || id.charCodeAt(end) !== DASH) return false;
  for (let i = 0; i < 6; i++) if (!isDigit(id.charCodeAt(i))) return false;
  if (!isDigit(id.charCodeAt(end + 1)) || !isDigit(id.charCodeAt(end + 2)) || !isLetter(id.charCodeAt(7))) return false;
  for (let i = 8; i < end; i++) {
    const code = id.charCodeAt(i);
    if (!isLetter(code) && !isDigit(code) && code !== DASH && code !== UNDERSCORE) return false;
  }
  return true;
}
const [DASH, UNDERSCORE] = [45, 95];

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  return code >= 97 && code <= 122;
}

/** A short piece of a subject that is safe in a file name: ASCII words joined by `-`, 40 characters at most. */
export function slug(text: string): string {
  if (/^[a-z0-9]{1,40}$/.test(text)) return text;
  const plain = text
    .slice(0, 400)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
  return plain.slice(0, 40).replace(/-+$/, '') || 'message';
}

/** Orders texts by code unit: the same on every machine, whatever its locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True for `A-<turn>-<agent>-<n>`, the id of a held act. */
export function isApprovalId(id: string): boolean {
  return /^A-\d+-[a-z][a-z0-9_-]*-\d+$/.test(id);
}

const ENGINE_TASK = /^T-\d{1,9}-[a-z][a-z0-9_-]{0,62}-\d{1,6}(?![\s\S])/;

/** True for `T-<turn>-<agent>-<n>`, the id of a task that the engine made. */
export function isEngineTaskId(id: string): boolean {
  return ENGINE_TASK.test(id);
}

/** True for the id of a task: the name of its file without `.md`. */
export function isTaskId(id: string): boolean {
  return isName(id) || isEngineTaskId(id);
}
