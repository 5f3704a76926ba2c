/** Prints messages and front matter so that equal content always gives equal bytes. */
import type { Message } from './records/message.ts';

/** What a front matter may hold. */
type HeadValue = string | number | boolean | null | readonly HeadValue[] | { readonly [key: string]: HeadValue };

/** Texts that need no quotes, not even for readers of YAML 1.1, and not inside `[...]` or `{...}`. */
const PLAIN = /^[A-Za-z](?:[A-Za-z0-9 _./;()'!?+-]*[A-Za-z0-9_./;()'!?+-])?$/;
const PLAIN_LINE = /^[A-Za-z](?:[A-Za-z0-9 _.,/;()'!?+-]*[A-Za-z0-9_.,/;()'!?+-])?$/;
const PLAIN_ID = /^\d{6,}-[a-z][a-z0-9_-]*$/;
/** Words that some YAML reader takes for something other than text; the last ones are numbers to some. */
const WORD_OF_YAML = /^(?:(?:y|n|yes|no|on|off|true|false|null|nan|inf)$|e[+-]?\d)/i;
/** Characters that JSON leaves as they are but that not every YAML reader reads back. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/**
 * The file of a message: the fields in the order of the design, then the body and one final newline. The same message
 * always gives the same bytes, and `readMessage` gives it back with its body canonical (see `canonicalBody`).
 */
export function printMessage(m: Message): string {
  let head = `---\nid: ${quote(m.id, PLAIN)}\nfrom: ${quote(m.from, PLAIN)}\nto: ${printList(m.to)}\nturn: ${m.turn}\nkind: ${m.kind}\nsubject: ${quote(m.subject, PLAIN_LINE)}\npriority: ${m.priority}\nthread: ${quote(m.thread, PLAIN)}\n`;
  if (m.reply_to !== undefined) head += `reply_to: ${quote(m.reply_to, PLAIN)}\n`;
  if (m.expires !== undefined) head += `expires: ${m.expires}\n`;
  head += `hops: ${m.hops}\n`;
  if (m.task !== undefined) head += `task: ${quote(m.task, PLAIN)}\n`;
  if (m.via !== undefined) head += `via: ${quote(m.via, PLAIN_LINE)}\n`;
  if (m.attachments !== undefined) head += `attachments: ${printList(m.attachments)}\n`;
  if (m.asks !== undefined) head += `asks: ${m.asks}\n`;
  if (m.addressed !== undefined) head += `addressed: ${printList(m.addressed)}\n`;
  if (m.routes !== undefined) head += `routes: ${printList(m.routes)}\n`;
  if (m.became !== undefined) head += `became: ${printValue(m.became)}\n`;
  return `${head}---\n${canonicalBody(m.body)}\n`;
}

/**
 * A body as a file can hold it: lines end in LF, there is no newline at the end, and what is not valid UTF-8 text (NUL,
 * half of a surrogate pair) becomes U+FFFD. A canonical body is returned as it is.
 */
export function canonicalBody(body: string): string {
  let text = body.includes('\r') ? body.replace(/\r\n?/g, '\n') : body;
  if (text.includes('\0')) text = text.replaceAll('\0', '\ufffd');
  if (LONE_SURROGATE.test(text)) text = text.replace(/[\ud800-\udfff]/gu, '\ufffd');
  return withoutEnd(text, '\n');
}

/** The text without the repetitions of one character at its end. A pattern such as `/\n+$/` takes quadratic time on hostile text. */
export function withoutEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}

/**
 * The front matter of a file that the engine writes, with both fences; the body follows it. Fields stay in this order,
 * the keys of maps within them are sorted, so that equal content gives equal bytes.
 */
export function printHead(pairs: readonly (readonly [key: string, value: HeadValue])[]): string {
  const lines = pairs.map(([key, value]) => `${quote(key, PLAIN)}: ${printValue(value)}\n`);
  return `---\n${lines.join('')}---\n`;
}

/** A value on one line, as YAML reads it back anywhere in a file. */
export function printValue(value: HeadValue): string {
  if (typeof value === 'string') return quote(value, PLAIN);
  if (value === null || typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(printValue).join(', ')}]`;
  const keys = Object.keys(value).sort();
  return keys.length
    ? `{ ${keys.map((key) => `${quote(key, PLAIN)}: ${printValue(value[key] as HeadValue)}`).join(', ')} }`
    : '{}';
}

/** The text in double quotes; JSON's escapes are YAML's too. */
export function printQuoted(text: string): string {
  return JSON.stringify(text).replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The beginning of a text, at most so many UTF-16 units, never half a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

function printList(texts: readonly string[]): string {
  if (texts.length === 1) return `[${quote(texts[0] as string, PLAIN)}]`;
  return `[${texts.map((text) => quote(text, PLAIN)).join(', ')}]`;
}

function quote(text: string, plain: RegExp): string {
  const safe = (plain.test(text) && !WORD_OF_YAML.test(text)) || PLAIN_ID.test(text);
  return safe ? text : printQuoted(text);
}

function isList(value: readonly HeadValue[] | { readonly [key: string]: HeadValue }): value is readonly HeadValue[] {
  return Array.isArray(value);
}
