import type { Config } from './config.ts';
import type { Input } from './entry.ts';
import type { State } from './state.ts';

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a wall time such as `24h`. */
function milliseconds(text: string): number {
  return Number.parseInt(text, 10) * UNITS[text.at(-1) as keyof typeof UNITS];
}

/** Held acts that nobody answered within `approvals.timeout`, with the answer that org.yaml gives then. Pure; `now` in ms since 1970. */
export function lapsed(config: Config, state: State, now: number): Input[] {
  const { timeout, default: decision } = config.org.approvals;
  if (timeout === null) return [];
  const limit = milliseconds(timeout);
  return [...state.approvals.values()]
    .filter(({ answer, time }) => answer === null && now - time >= limit)
    .map(({ id }) => ({ k: 'lapsed', id, decision, note: `nobody answered within ${timeout}` }));
}
