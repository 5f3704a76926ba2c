/** Tells an agent after a cut which of its calls came to nothing. Pure. */
import { cut } from '../../schema/print.ts';
import type { ActCall } from '../model/call.ts';
import type { Draft, DroppedCalls } from '../model/tool.ts';
import { callName, toolName } from '../text/call-name.ts';

const WHY_CHARS = 160;
const DROPPED_CHARS = 1000;

/** Records the outcome of a call. A call that succeeds in the end is not reported. */
export function noteDropped(
  dropped: DroppedCalls,
  call: Pick<ActCall, 'tool' | 'input'>,
  { ok, text }: { ok: boolean; text: string },
  rule: string | null,
): void {
  const isMissing = rule === 'granted-tool' || rule === 'known-tool';
  const key = isMissing ? toolName(call.tool) : callName(call);
  const before = dropped.get(key);
  dropped.delete(key);
  if (ok) return;
  const why = isMissing
    ? rule === 'granted-tool'
      ? 'you do not have it'
      : 'there is no such tool'
    : whyOf(text, rule !== null);
  dropped.set(key, { why, times: (before?.times ?? 0) + 1, refused: rule !== null });
}

/** Forgets mere failures, which were reported and may have passed; refusals stay. */
export function forgetFailures(dropped: DroppedCalls): void {
  for (const [key, { refused }] of dropped) if (!refused) dropped.delete(key);
}

/** Tells the agent what the visit asked for and did not get. */
export function droppedText({ dropped }: Pick<Draft, 'dropped'>): string {
  const all = [...dropped];
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

/** The first entries, and how many more there are. */
function listed(head: string, all: readonly string[]): string {
  const lines: string[] = [];
  for (const one of all) {
    if (lines.join().length + one.length > DROPPED_CHARS) break;
    lines.push(one);
  }
  if (lines.length < all.length) lines.push(`${all.length - lines.length} more`);
  return lines.length ? `${head}: ${lines.join('; ')}.` : '';
}

/** Why a call came to nothing, on one line: the refusal, or the last line of a program's output that reports an error. */
export function whyOf(text: string, refused: boolean): string {
  const why = refused ? text.replace(/^Refused \([^)]*\): /, '') : errorIn(text);
  return cut(why.replace(/\s+/g, ' ').trim(), WHY_CHARS).replace(/\.$/, '');
}

function errorIn(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const words = lines.filter((line) => !/^\[(?:exit \d|ended with an error).*\]$/.test(line) && !/^\s+at /.test(line));
  return words.at(-1) ?? lines.at(-1) ?? text;
}

/** The first sentence of a reason, for readers other than the agent. */
export function firstSentence(text: string): string {
  return text.replace(/\. [A-Z].*$/, '');
}
