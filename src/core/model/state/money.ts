/** The slice of the state for money that is nobody's alone: what the organisation and its units spent, and on what. */
import type { OpenCall } from './calls.ts';

export interface Spending {
  spent: number;
  doubt: number;
  day: string;
  daySpent: number;
  warned: boolean;
}

/** An attempt whose bill is unknown. */
export type Doubt = Pick<OpenCall, 'key' | 'agent' | 'unit' | 'model' | 'provider' | 'turn' | 'reserve'> & {
  /** The task of the visit in which it was made. */
  task?: string;
};

/** What was billed for an attempt that was in doubt, until the next turn adds it to the cost of its task. */
export interface Billed {
  task: string;
  cost: number;
}

/** A use of a tool that cost something. */
export interface Paid {
  agent: string;
  unit: string | null;
  cost: number;
}

/** Spending by model, by provider and by tool, for `lemming costs`. */
export interface Tally {
  calls: number;
  spent: number;
  tokensIn: number;
  tokensOut: number;
}

export interface MoneyState {
  org: Spending;
  units: Map<string, Spending>;
  /** Attempts in doubt, by key. */
  doubts: Map<string, Doubt>;
  billed: Billed[];
  /** What uses of tools cost in the turn being made. */
  paid: Paid[];
  /** Agent → micro-credits that its visit in the turn being made has cost. */
  visits: Map<string, number>;
  models: Map<string, Tally>;
  providers: Map<string, Tally>;
  /** Tools whose use cost something. */
  tools: Map<string, Tally>;
}

export function emptyMoney(): MoneyState {
  return {
    org: emptySpending(),
    units: new Map(),
    doubts: new Map(),
    billed: [],
    paid: [],
    visits: new Map(),
    models: new Map(),
    providers: new Map(),
    tools: new Map(),
  };
}

export function emptySpending(): Spending {
  return { spent: 0, doubt: 0, day: '', daySpent: 0, warned: false };
}
