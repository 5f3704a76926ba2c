import type { Config } from './config.ts';
import { tightest } from './ledger.ts';
import type { State } from './state.ts';

/** What a person does so that an agent may spend again: where the limit that stops it stands. Pure. */
export function creditRelief(config: Config, state: State, agent: string): string {
  const { key } = tightest(config, state, agent);
  return key === null ? `lemming top-up ${agent} CREDITS` : `raise ${key} in org/credits.yaml`;
}
