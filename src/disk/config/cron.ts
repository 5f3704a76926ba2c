/** Computes times of cron patterns, with a library that is loaded when a workflow has one. */
import type { Config } from '../../core/model/config.ts';
import type { NextTime } from '../../core/workflows/run/triggers.ts';

/** What cron says of a pattern: its next time, and why it is none. */
export interface Cron {
  next: NextTime;
  /** Why these are no times, or there is no such zone; null when they are times. */
  flaw(pattern: string, zone: string): string | null;
}

/** No pattern has a time until the library is loaded. */
export const NO_TIMES: NextTime = () => null;

let loaded: Promise<Cron> | null = null;

/** Loads the library once. */
export function loadCron(): Promise<Cron> {
  loaded ??= import('croner').then(({ Cron: Pattern }) => {
    const read = (pattern: string, zone: string) => new Pattern(pattern, { timezone: zone, paused: true });
    return {
      next: (pattern, zone, after) => {
        try {
          return read(pattern, zone).nextRun(new Date(after))?.getTime() ?? null;
        } catch {
          return null; // lemming validate tells what is wrong with it
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

/** Times of cron for the workflows of a configuration; the library is loaded only if one needs it. */
export async function timesFor({ workflows }: Pick<Config, 'workflows'>): Promise<NextTime> {
  const isNeeded = [...workflows.values()].some(({ file }) => file.on?.cron !== undefined);
  return isNeeded ? (await loadCron()).next : NO_TIMES;
}
