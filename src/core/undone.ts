/** Calls of a visit that came to nothing, as its agent is told of them after a cut. Pure. */
import { cut } from '../schema/print.ts';
import type { ActCall, Json } from './call.ts';
import type { Draft } from './tool.ts';

/** Characters of what a call was about, of why it was refused, and of all of them. */
const TARGET_CHARS = 80;
const WHY_CHARS = 160;
const UNDONE_CHARS = 1000;

/** Calls of a visit that came to nothing: by what they were, why and how often. */
export type Undone = Map<string, { why: string; times: number; refused: boolean }>;

/** Notes what became of a call. One that comes to something in the end is not told. */
export function noteUndone(
  undone: Undone,
  call: Pick<ActCall, 'tool' | 'input'>,
  { ok, text }: { ok: boolean; text: string },
  rule: string | null,
): void {
  const isMissing = rule === 'granted-tool' || rule === 'known-tool';
  const key = isMissing ? toolName(call.tool) : callName(call);
  const before = undone.get(key);
  undone.delete(key);
  if (ok) return;
  const why = isMissing
    ? rule === 'granted-tool'
      ? 'you do not have it'
      : 'there is no such tool'
    : whyOf(text, rule !== null);
  undone.set(key, { why, times: (before?.times ?? 0) + 1, refused: rule !== null });
}

/** What merely failed was told, and may be over; what was refused stays so. */
export function forgetFailures(undone: Undone): void {
  for (const [key, { refused }] of undone) if (!refused) undone.delete(key);
}

/** What a visit asked for and did not get, for its agent. */
export function undoneText({ undone }: Pick<Draft, 'undone'>): string {
  const all = [...undone];
  const refused = all.filter(([, { refused }]) => refused).map(([what, one]) => `${what} (${one.why}${tries(one)})`);
  const failed = all
    .filter(([, { refused }]) => !refused)
    .map(([what, one]) => `${what} failed${tries(one)}: ${one.why}`);
  return [listed('Not done in your last visit', refused), listed('In your last reply', failed)]
    .filter(Boolean)
    .join(' ');
}

function tries({ times }: { times: number }): string {
  return times > 1 ? `; tried ${times} times` : '';
}

/** The first of many, and how many more there are. */
function listed(head: string, all: readonly string[]): string {
  const told: string[] = [];
  for (const one of all) {
    if (told.join().length + one.length > UNDONE_CHARS) break;
    told.push(one);
  }
  if (told.length < all.length) told.push(`${all.length - told.length} more`);
  return told.length ? `${head}: ${told.join('; ')}.` : '';
}

/** Why a call came to nothing, on one line: the refusal, or of what a program printed the last line that tells an error. */
export function whyOf(text: string, refused: boolean): string {
  const why = refused ? text.replace(/^Refused \([^)]*\): /, '') : errorIn(text);
  return cut(why.replace(/\s+/g, ' ').trim(), WHY_CHARS).replace(/\.$/, '');
}

function errorIn(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const words = lines.filter((line) => !/^\[(?:exit \d|ended with an error).*\]$/.test(line) && !/^\s+at /.test(line));
  return words.at(-1) ?? lines.at(-1) ?? text;
}

/** Its first sentence, for whoever reads of it besides the agent. */
export function firstSentence(text: string): string {
  return text.replace(/\. [A-Z].*$/, '');
}

/** A call in a few words: its tool, and the first of its input that says what it was about. */
export function callName({ tool, input }: Pick<ActCall, 'tool' | 'input'>): string {
  const given = new Map(typeof input === 'object' && input !== null ? Object.entries(input) : []);
  const value = TARGETS.map((name) => given.get(name)).find((value) => value !== undefined);
  if (value === undefined) return toolName(tool);
  const name = tool === 'send_message' ? 'send_message to' : toolName(tool);
  return `${name} ${plainly(Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value))}`;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const TARGETS = ['path', 'to', 'key', 'command', 'url', 'query', 'name', 'id', 'agent'];

function toolName(tool: string): string {
  return /^[\w-]{1,80}$/.test(tool) ? tool : JSON.stringify(cut(tool, TARGET_CHARS));
}

function plainly(text: string): string {
  const short = cut(text, TARGET_CHARS);
  return /^[\w./@*, -]+$/.test(short) ? short : JSON.stringify(short);
}
