/** When the last turn was made: the slice of the state for turns and their times. */

export interface ClockState {
  /** Last committed turn, 0 before the first. */
  turn: number;
  /** Frozen time of the last turn, ms since 1970. */
  time: number;
  /** Its UTC date. */
  day: string;
  /** Turn of the last summary. */
  summaryTurn: number;
}

export function emptyClock(): ClockState {
  return { turn: 0, time: 0, day: '', summaryTurn: 0 };
}
