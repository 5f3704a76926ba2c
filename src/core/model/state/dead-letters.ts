/** The slice of the state for dead letters, and for files that were set aside. */
import { SpillMap } from '../maps/spill-map.ts';
import { byMessage, ofDead } from '../maps/spill-order.ts';

export interface DeadLetter {
  id: string;
  message: string | null;
  to: string[];
  from: string;
  path: string;
  turn: number;
  reason: string;
  detail: string;
  /** Dead letters of one cause in one chain are one line (`chain.ts`). */
  chain: string;
}

export interface DeadLettersState {
  letters: SpillMap<DeadLetter>;
  /** The ids of dead letters, by their message (`ofDead`). */
  undelivered: SpillMap<1>;
  /** Chain of dead letters → how many they are. */
  chains: SpillMap<number>;
  /** Last turn in which a message was given up after failed visits. */
  gaveUp: number;
  /** Path → mark of files that were set aside: they are told once, until they change. */
  aside: Map<string, string>;
  /** Files that were set aside → the ids of their dead letters. */
  astray: Map<string, string[]>;
  /** Dead letters that a person wants delivered again: id → recipients. */
  revive: Map<string, string[]>;
}

export function emptyDeadLetters(): DeadLettersState {
  return {
    letters: new SpillMap(),
    undelivered: new SpillMap(ofDead),
    chains: new SpillMap(),
    gaveUp: 0,
    aside: new Map(),
    astray: new Map(),
    revive: new Map(),
  };
}

/** The dead letters of a message. */
export function deadOf({ letters, undelivered }: DeadLettersState, message: string): DeadLetter[] {
  return [...undelivered.names(`${byMessage.keyOf(message)}/`)].map(
    (name) => letters.get(name.slice(name.indexOf(' ') + 1)) as DeadLetter,
  );
}
