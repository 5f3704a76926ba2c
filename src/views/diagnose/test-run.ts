/** Tells whether the use of a tool was a run of tests, and how it came out. */

import { inputFields } from '../../core/model/call.ts';
import type { PastUse } from './visit-reader.ts';

const TEST = /test|spec\b|check|jest|mocha|make\b|verify/i;
/** What surely is a run of tests, and no check of another kind. */
const SURELY = /test|spec\b|jest|mocha/i;
/** Commands that look for something and end with 1 when there is nothing. */
const LOOKS = /^\s*(?:grep|rg|ls|cat|find|head|tail|wc|diff|echo|git|which|test|\[)\b[^;&|\n]*$/;
/** A number of failed tests, as programs count them. */
const FAILED =
  /\b(\d+) (?:tests? |specs? |cases? )?(?:failed|failures?|failing)\b|\b(?:failures?|failed)[:=] ?(\d+)\b/gi;

/** `null` for what runs no tests. A program may hide its exit code: the last number of failures that it prints decides, too. */
export function verdictOf({ tool, input, ok, text }: PastUse): 'red' | 'green' | null {
  const { command } = inputFields(input);
  if (typeof command === 'string' && LOOKS.test(command)) return null;
  const what = `${tool} ${JSON.stringify(input)}`;
  if (!TEST.test(what)) return null;
  const counts = [...text.matchAll(FAILED)].at(-1);
  const failed = Number(counts?.[1] ?? counts?.[2] ?? 0) > 0;
  if (ok && !failed) return 'green';
  return SURELY.test(what) || failed || /\btests?\b|\bFAIL/.test(text) ? 'red' : null;
}

/** The part of an output that shows that tests failed. */
export function failureIn(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !/^\[.*\]$/.test(line));
  return lines.findLast((line) => /\bfail|\bnot ok\b|\berror\b/i.test(line)) ?? lines.find((line) => line !== '') ?? '';
}
