/** Writes the logs. */
import type { Config } from '../../core/model/config.ts';
import type { Clock } from '../../disk/fs/clock.ts';
import { type Disk, DiskError } from '../../disk/fs/disk.ts';
import { isName } from '../../schema/name.ts';
import type { Level, LogEvent } from '../../views/journal/log-event.ts';
import type { Mask } from '../secrets.ts';

/** A log that is being written. */
export interface Log {
  log(event: LogEvent): void;
  /** Writes the buffer. Returns the error of the disk, if any; those lines stay buffered. */
  flush(): DiskError | null;
}

/** From severe to chatty. */
export const LEVELS: readonly Level[] = ['error', 'warn', 'info', 'debug'];
/** The longest time that lines are buffered, in milliseconds. */
const FLUSH_MS = 1000;
/** How many lines are kept for a file that cannot be written; older ones are dropped. */
const KEPT_LINES = 1000;
const DAY_MS = 86_400_000;
/** The settings before the configuration is known. */
const UNTIL_KNOWN = { level: 'info', levels: {}, max_bytes: 1_048_576, max_files: 5, max_days: 30 } as const;

/** The log file of an agent, or of the org for null. */
export function logPath(agent: string | null): string {
  return agent === null ? 'org/logs/activity.jsonl' : `agents/${agent}/logs/activity.jsonl`;
}

/**
 * The only writer of logs: one JSON line for each event, in `agents/<name>/logs/` or `org/logs/`. Events below the level of
 * their module are dropped, and secrets of the environment are masked. Lines are buffered and written at most once a second,
 * with one append for each file. A file is rotated by size and age (`activity.1.jsonl` is the youngest old one).
 */
export function logger(disk: Disk, clock: Clock, config: () => Config | null, redact: Mask): Log {
  const lines = new Map<string, string[]>();
  let timer: AbortController | null = null;

  const settings = () => config()?.org.log ?? UNTIL_KNOWN;

  const log = (event: LogEvent): void => {
    if (!isWanted(event, settings())) return;
    const path = logPath(event.agent !== undefined && isName(event.agent) ? event.agent : null);
    const line = redact(lineOf(event, clock.now(), config()?.org.name ?? ''));
    const buffered = lines.get(path);
    if (buffered) buffered.push(line);
    else lines.set(path, [line]);
    wait();
  };

  const wait = (): void => {
    if (timer) return;
    timer = new AbortController();
    clock.sleep(FLUSH_MS, timer.signal).then(flush, () => {});
  };

  const flush = (): DiskError | null => {
    timer?.abort();
    timer = null;
    let failed: DiskError | null = null;
    for (const [path, buffered] of lines) {
      const error = write(disk, clock, path, buffered, settings());
      if (error === null) lines.delete(path);
      else buffered.splice(0, buffered.length - KEPT_LINES);
      failed ??= error;
    }
    return failed;
  };

  return { log, flush };
}

type LogSettings = Config['org']['log'] | typeof UNTIL_KNOWN;

function isWanted({ level, module }: LogEvent, { level: general, levels }: LogSettings): boolean {
  const least: Level = (levels as Record<string, Level>)[module] ?? general;
  return LEVELS.indexOf(level) <= LEVELS.indexOf(least);
}

function lineOf(
  { level, module, event, turn, agent, message, task, ...more }: LogEvent,
  now: number,
  org: string,
): string {
  return JSON.stringify({
    time: new Date(now).toISOString(),
    org,
    turn,
    agent,
    message,
    task,
    level,
    module,
    event,
    ...more,
  });
}

function write(
  disk: Disk,
  clock: Clock,
  path: string,
  lines: readonly string[],
  settings: LogSettings,
): DiskError | null {
  const text = `${lines.join('\n')}\n`;
  try {
    if (!isHome(disk, path)) return null;
    rotate(disk, clock, path, Buffer.byteLength(text), settings);
    const appender = disk.append(path);
    appender.write(text);
    appender.close();
    return null;
  } catch (error) {
    if (error instanceof DiskError) return error;
    throw error;
  }
}

/** A missing folder of an agent is not made again. */
function isHome(disk: Disk, path: string): boolean {
  const home = /^agents\/[^/]+/.exec(path)?.[0];
  return home === undefined || disk.stat(home) !== null;
}

/** Starts a new file if the old one would become too large or is too old. The folder changes only when a file is started. */
function rotate(
  disk: Disk,
  clock: Clock,
  path: string,
  more: number,
  { max_bytes, max_files, max_days }: LogSettings,
): void {
  const folder = path.slice(0, path.lastIndexOf('/'));
  const place = disk.stat(folder);
  if (place && place.kind !== 'folder') throw new DiskError('not-regular', folder, 'not a folder');
  const size = disk.stat(path)?.size ?? 0;
  const old = place !== null && clock.now() - place.mtimeMs > max_days * DAY_MS;
  if (size === 0 || (size + more <= max_bytes && !old)) return;
  const numbers = (disk.list(folder) ?? []).map((name) => Number(/^activity\.(\d+)\.jsonl$/.exec(name)?.[1] ?? 0));
  for (const number of numbers.sort((a, b) => b - a)) {
    if (number >= max_files) disk.unlink(`${folder}/activity.${number}.jsonl`);
    else if (number > 0) disk.rename(`${folder}/activity.${number}.jsonl`, `${folder}/activity.${number + 1}.jsonl`);
  }
  disk.rename(path, `${folder}/activity.1.jsonl`);
}
