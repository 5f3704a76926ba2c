/** Lists held acts that were answered. */

import type { Effect } from '../../core/model/entry.ts';
import { answeredPath } from '../../core/model/paths.ts';
import { defined } from '../../schema/copy.ts';
import { shorten, table } from '../text/table.ts';

/** A held act that was answered, and its outcome. */
export interface Answered {
  id: string;
  /** Its record. */
  path: string;
  /** Who wanted to use which tool, and the turn in which the act was held. */
  agent: string;
  tool: string;
  held_in: number;
  answer: 'approved' | 'denied';
  by: string;
  /** The turn in which the answer took effect. */
  turn: number;
  note: string;
  /** The option that was chosen, or the text that was written. */
  said?: string;
  outcome: string;
}

/** An answer, from a journal line of that turn. */
export function answeredOf(turn: number, line: Extract<Effect, { k: 'decided' }>): Answered {
  const { id, decision: answer, by, note, said, outcome, held } = line;
  const { agent, tool, turn: held_in } = held;
  return {
    id,
    path: answeredPath(id),
    agent,
    tool,
    held_in,
    answer,
    by,
    turn,
    note,
    ...defined({ said }),
    outcome,
  };
}

/** The answers as a table, in their order. */
export function printAnswered(answered: readonly Answered[]): string {
  const rows = answered.map(({ id, agent, tool, answer, by, turn, note, said }) => [
    id,
    agent,
    tool,
    said === undefined ? answer : shorten(said, MOST_SHOWN),
    by,
    String(turn),
    shorten(note, MOST_SHOWN),
  ]);
  return table([['action', 'agent', 'tool', 'answer', 'by', 'turn', 'note'], ...rows]);
}

/** Characters of a note in the list. */
const MOST_SHOWN = 80;
