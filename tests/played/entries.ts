import type { ActCall } from '../../src/core/model/call.ts';
import type { Entry } from '../../src/core/model/entry.ts';

/** A line of which only these fields matter. */
export function entry(fields: object): Entry {
  return { turn: 1, agent: 'a', n: 1, ...fields } as unknown as Entry;
}

/** The n-th reply of the agent `a`, with these calls. */
export function reply(n: number, ...acts: ActCall[]): Entry {
  return entry({ k: 'reply', n, reply: { text: '', acts, usage: null } });
}
