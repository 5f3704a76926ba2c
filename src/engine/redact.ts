/** Variables whose values are secret. */
const SECRET_NAME = /(_KEY|_TOKEN|_SECRET|PASSWORD)$/i;
/** Shorter values are words that would be struck out everywhere: characters. */
const SHORTEST = 6;

/**
 * Strikes out the values of secret variables, however they are written: raw, escaped in JSON (also twice), in a URL, or in
 * base64 at any alignment.
 */
export function redactor(env: Record<string, string | undefined>): (text: string) => string {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(env))
    if (SECRET_NAME.test(name) && value !== undefined && value.trim().length >= SHORTEST)
      for (const form of formsOf(value.trim())) names.set(form, name);
  if (names.size === 0) return unchanged;
  const forms = [...names.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(forms.map((form) => form.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(pattern, (form) => `[${names.get(form)}]`);
}

/** What strikes nothing out. */
export function unchanged(text: string): string {
  return text;
}

/** The same value with the secrets in its texts struck out: a redactor leaves JSON what it is. */
export function redactJson<T>(redact: (text: string) => string, value: T): T {
  if (redact === unchanged) return value;
  const text = JSON.stringify(value);
  const clean = redact(text);
  return clean === text ? value : (JSON.parse(clean) as T);
}

function formsOf(value: string): string[] {
  const once = escaped(value);
  const url = encodeURIComponent(value);
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  const lower = url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  return [value, once, escaped(once), url, lower, form, ...inBase64(value)].filter((one) => one.length >= SHORTEST);
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The characters that a value always has in base64, whatever stands before and after it. */
function inBase64(value: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    const text = bytes.toString('base64').replace(/=+$/, '');
    const sure = text.slice([0, 2, 3][offset], bytes.length % 3 === 0 ? undefined : -1);
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
