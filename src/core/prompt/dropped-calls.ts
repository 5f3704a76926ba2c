/** Calls of a visit that came to nothing, as its agent is told of them after a cut. Pure. */
import { cut } from '../../schema/print.ts';
import type { ActCall } from '../model/call.ts';
import type { Draft, DroppedCalls } from '../model/tool.ts';
import { callName, toolName } from '../text/call-name.ts';

const WHY_CHARS = 160;
const UNDONE_CHARS = 1000;

/** Notes what became of a call. One that comes to something in the end is not told. */
export function noteDropped(
  undone: DroppedCalls,
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
export function forgetFailures(undone: DroppedCalls): void {
  for (const [key, { refused }] of undone) if (!refused) undone.delete(key);
}

/** What a visit asked for and did not get, for its agent. */
export function droppedText({ undone }: Pick<Draft, 'undone'>): string {
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
