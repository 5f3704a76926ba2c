/** Computes the times of cron patterns, with a library that is loaded only if a workflow needs it. */
import type { Config } from '../../core/model/config.ts';
import type { NextTime } from '../../core/workflows/run/triggers.ts';

/** The next time of a pattern, and what is wrong with it. */
export interface Cron {
  next: NextTime;
  /** Why the pattern or the time zone is invalid; null if both are valid. */
  flaw(pattern: string, zone: string): string | null;
}

/** Used until the library is loaded: no pattern has a time. */
export const NO_TIMES: NextTime = () => null;

let loaded: Promise<Cron> | null = null;

export function loadCron(): Promise<Cron> {
  loaded ??= import('croner').then(({ Cron: Pattern }) => {
    const read = (pattern: string, zone: string) => new Pattern(pattern, { timezone: zone, paused: true });
    return {
      next: (pattern, zone, after) => {
        try {
          return read(pattern, zone).nextRun(new Date(after))?.getTime() ?? null;
        } catch {
          return null; // lemming validate reports what is wrong with it
        }
      },
      flaw: (pattern, zone) => {
        try {
          return read(pattern, zone).nextRun() === null ? 'It has no time that is still to come' : null;
        } catch (error) {
          return `It cannot be read: ${(error as Error).message.replace(/^CronPattern: /, '')}`;
        }
      },
    };
  });
  return loaded;
}

/** The times for the workflows of a configuration. The library is loaded only if one of them has a cron pattern. */
export async function timesFor({ workflows }: Pick<Config, 'workflows'>): Promise<NextTime> {
  const isNeeded = [...workflows.values()].some(({ file }) => file.on?.cron !== undefined);
  return isNeeded ? (await loadCron()).next : NO_TIMES;
}
