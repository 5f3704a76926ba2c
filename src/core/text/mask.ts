/** Masks secrets in texts, however they are written. */

/** Variables whose values are secret. */
export const SECRET_NAME = /(_KEY|_TOKEN|_SECRET|PASSWORD)$/i;
/** Shorter values are ordinary words that would be masked everywhere: characters. */
const SHORTEST = 6;

/** Secret values and their names. */
export type Secrets = ReadonlyMap<string, string>;

/** The values of variables whose names say that they are secret. */
export function secretsIn(
  variables: Iterable<[name: string, value: string | undefined]>,
): [value: string, name: string][] {
  return [...variables].flatMap(([name, value = '']): [string, string][] =>
    SECRET_NAME.test(name) && isMasked(value) ? [[value.trim(), name]] : [],
  );
}

/** Whether a value is long enough to be masked. */
export function isMasked(value: string): boolean {
  return value.trim().length >= SHORTEST;
}

/**
 * Returns a function that masks these values in a text, however they are written: raw, escaped in JSON (also twice, with
 * escaped slashes, and with some or all characters as numbers), in a URL, in hexadecimal digits of either case, or in
 * base64 at any alignment.
 */
export function maskerOf(secrets: Secrets): (text: string) => string {
  const names = new Map<string, string>();
  for (const [value, name] of secrets) for (const form of formsOf(value)) names.set(form, name);
  if (names.size === 0) return unchanged;
  const forms = [...names.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(forms.map((form) => form.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(pattern, (form) => `[${names.get(form)}]`);
}

/** Masks nothing. */
export function unchanged(text: string): string {
  return text;
}

function formsOf(value: string): string[] {
  const once = escaped(value);
  const url = encodeURIComponent(value);
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  const lower = url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const hex = Buffer.from(value).toString('hex');
  const percent = hex.replace(/../g, '%$&');
  const unicode = value.split('').map(numbered).join('');
  const either = [hex, percent, hex.replace(/../g, '\\x$&'), unicode, unicode.replaceAll('\\', '\\\\')];
  const upper = either.map((one) => one.replace(/[0-9a-f]{2,}/g, (digits) => digits.toUpperCase()));
  const lowerForm = form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const ascii = once.replace(/[^ -~]/g, numbered);
  const json = [once, ascii].flatMap((one) => [one, one.replaceAll('/', '\\/'), escaped(one)]);
  return [value, ...json, url, lower, form, lowerForm, ...either, ...upper, ...inBase64(value)].filter(
    (one) => one.length >= SHORTEST,
  );
}

/** A character as a JSON escape. */
function numbered(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** A value in base64: the characters that are the same whatever stands before and after it. */
function inBase64(value: string): string[] {
  const sure = [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    const text = bytes.toString('base64').replace(/=+$/, '');
    return text.slice([0, 2, 3][offset], bytes.length % 3 === 0 ? undefined : -1);
  });
  const whole = Buffer.from(value).toString('base64').replace(/=+$/, '');
  return [whole, ...sure].flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}
