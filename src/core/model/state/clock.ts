/** When the last turn was made: the slice of the state for turns and their times. */

export interface ClockState {
  /** Last committed turn, 0 before the first. */
  turn: number;
  /** Frozen time of the last turn, ms since 1970. */
  time: number;
  /** Its UTC date. */
  day: string;
  /** Micro-credits that the organisation had spent when the turn began: the same for all its visits. */
  spent: number;
  /** Turn of the last summary, and what had been spent when it began. */
  summaryTurn: number;
  summarySpent: number;
}

export function emptyClock(): ClockState {
  return { turn: 0, time: 0, day: '', spent: 0, summaryTurn: 0, summarySpent: 0 };
}
