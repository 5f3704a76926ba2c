/** The slice of the state for what agents did last: their prompts say it. */

/** One thing that an agent did, or some things of one kind in one turn. */
export interface PastAct {
  turn: number;
  did: 'sent' | 'wrote' | 'removed' | 'hired' | 'retired';
  /** Ids, paths or names; the last ones when there were many. */
  things: string[];
  /** Of a message. */
  message?: { kind: string; subject: string; to: readonly string[] };
}

/** Acts of an agent that are kept, and things of one act. */
const KEPT = 6;
const THINGS = 8;

export interface ActsState {
  /** Agent → its last acts, the latest at the end. */
  last: Map<string, PastAct[]>;
}

export function emptyActs(): ActsState {
  return { last: new Map() };
}

/** Notes a message as an act of its own, and other things of one kind and turn together. */
export function noteAct({ last }: ActsState, agent: string, act: PastAct): void {
  const acts = last.get(agent);
  if (!acts) {
    last.set(agent, [act]);
    return;
  }
  const same = act.message ? undefined : acts.find(({ turn, did }) => turn === act.turn && did === act.did);
  if (same) {
    same.things = [...same.things.filter((one) => !act.things.includes(one)), ...act.things].slice(-THINGS);
    return;
  }
  acts.push(act);
  if (acts.length > KEPT) acts.shift();
}
