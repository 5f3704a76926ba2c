import type { Entry } from './entry.ts';

/** What a line of the journal is: what came from outside, part of a call, what a turn changed, or a mark. */
export const LINE_KINDS: Record<Entry['k'], 'input' | 'call' | 'effect' | 'mark'> = {
  open: 'input',
  file: 'input',
  drop: 'input',
  aside: 'input',
  mail: 'input',
  'mail-gone': 'input',
  request: 'input',
  revived: 'input',
  lost: 'input',
  answer: 'input',
  escalated: 'input',
  lapsed: 'input',
  trusted: 'input',
  undo: 'input',
  sweep: 'input',
  intent: 'call',
  reply: 'call',
  failed: 'call',
  use: 'call',
  used: 'call',
  blob: 'call',
  recovered: 'call',
  visit: 'effect',
  sent: 'effect',
  wrote: 'effect',
  acked: 'effect',
  dead: 'effect',
  notice: 'effect',
  held: 'effect',
  decided: 'effect',
  unpaid: 'effect',
  moved: 'effect',
  hired: 'effect',
  retired: 'effect',
  withdrawn: 'effect',
  undone: 'effect',
  summarised: 'effect',
  warned: 'effect',
  commit: 'mark',
  unplaced: 'mark',
  done: 'mark',
  synced: 'mark',
  redacted: 'mark',
};

/** Whether a line of that kind is folded only when its turn is committed. */
export function isCall({ k }: Entry): boolean {
  return LINE_KINDS[k] === 'call';
}
