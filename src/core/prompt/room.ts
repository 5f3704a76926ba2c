/** Whether texts fit into the context window of a model, and what becomes of old results when they do not. Pure. */
import { copyWith } from '../../schema/copy.ts';
import { cut } from '../../schema/print.ts';
import type { Part } from '../model/call.ts';

/** Bytes for a token: less than in English prose, so that what fits by this estimate fits. */
const BYTES_PER_TOKEN = 3;

/** Whether texts have at most so many tokens, by a careful estimate. */
export function fits(tokens: number, ...texts: readonly string[]): boolean {
  let characters = 0;
  for (const text of texts) characters += text.length;
  if (characters <= tokens) return true; // a character has at most three bytes
  let bytes = 0;
  for (const text of texts) bytes += Buffer.byteLength(text);
  return bytes <= tokens * BYTES_PER_TOKEN;
}

/** Results of so many characters are never cut, and a cut one keeps so many. */
const WHOLE_CHARS = 400;
const KEPT_CHARS = 100;
/** So much of the room a conversation may take after old results were cut: then it stays as it is for some replies, and is cached. */
const TARGET = 0.7;

/** The conversation of a visit with so many of its long results cut, the oldest first. */
export function compacted(parts: readonly Part[], count: number): Part[] {
  let left = count;
  return parts.map((part) => (isLong(part) && left-- > 0 ? copyWith(part, { text: shortened(part.text) }) : part));
}

function isLong(part: Part): part is Extract<Part, { role: 'tool' }> {
  return part.role === 'tool' && part.text.length > WHOLE_CHARS;
}

function shortened(text: string): string {
  const kept = cut(text, KEPT_CHARS);
  return `${kept}\n[${text.length - kept.length} more characters were left out to save room. Call the tool again if you need them.]`;
}

/** How many results of a conversation must be cut for it to fit; `before` are cut already. Those of the last reply are not. */
export function compactionOf(room: number, stable: string, parts: readonly Part[], before: number): number {
  if (room === Infinity || fits(room, stable, ...textsOf(compacted(parts, before)))) return before;
  const most = parts
    .slice(
      0,
      parts.findLastIndex(({ role }) => role === 'assistant'),
    )
    .filter(isLong).length;
  let count = before;
  while (count < most && !fits(room * TARGET, stable, ...textsOf(compacted(parts, count)))) count++;
  return count;
}

function textsOf(parts: readonly Part[]): string[] {
  return parts.map((part) => (part.role === 'assistant' ? JSON.stringify(part) : part.text));
}
