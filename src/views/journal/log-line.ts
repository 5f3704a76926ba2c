/** Reads, filters and prints the lines of logs. */
import { oneLine } from '../text/table.ts';

/** A log line as it was written. */
export interface LogLine {
  time: string;
  org: string;
  turn: number;
  agent?: string;
  message?: string;
  task?: string;
  level: string;
  module: string;
  event: string;
  [more: string]: unknown;
}

/** The lines that are wanted; every condition must hold. */
export interface LogFilter {
  /** Least severe level. */
  level?: string;
  /** Milliseconds since 1970. */
  sinceMs?: number;
  sinceTurn?: number;
  /** Text anywhere in the line, ignoring case. */
  grep?: string;
}

const SEVERITY = ['error', 'warn', 'info', 'debug'];
const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10m`, `2h`, `3d` before now, or `turn:12`; null for anything else. */
export function readSince(text: string, now: number): Pick<LogFilter, 'sinceMs' | 'sinceTurn'> | null {
  const turn = /^turn:(\d+)$/.exec(text)?.[1];
  if (turn !== undefined) return { sinceTurn: Number(turn) };
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return amount === undefined || unit === undefined ? null : { sinceMs: now - Number(amount) * (UNITS[unit] ?? 0) };
}

/** Parses a line of a log file; null when it is torn or not a log line. */
export function readLine(text: string): LogLine | null {
  try {
    const line: unknown = JSON.parse(text);
    return isLine(line) ? line : null;
  } catch {
    return null;
  }
}

function isLine(line: unknown): line is LogLine {
  const { time, level, event } = (line ?? {}) as Partial<LogLine>;
  return typeof time === 'string' && typeof level === 'string' && typeof event === 'string';
}

/** Whether a line is wanted; `text` is the line as written. */
export function passes(line: LogLine, text: string, filter: LogFilter): boolean {
  if (filter.level !== undefined && SEVERITY.indexOf(line.level) > SEVERITY.indexOf(filter.level)) return false;
  if (filter.sinceMs !== undefined && Date.parse(line.time) < filter.sinceMs) return false;
  if (filter.sinceTurn !== undefined && line.turn < filter.sinceTurn) return false;
  return filter.grep === undefined || text.toLowerCase().includes(filter.grep.toLowerCase());
}

/** A line for people: time, turn, who, how severe, what, then the rest as key=value. */
export function printLine(line: LogLine): string {
  const { time, org: _org, turn, agent, level, module, event, text, ...more } = line;
  const rest = Object.entries(more).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? oneLine(value) : JSON.stringify(value)}`,
  );
  const said = typeof text === 'string' ? [oneLine(text)] : [];
  return [
    time.slice(0, 19).replace('T', ' '),
    `turn ${turn}`,
    agent ?? '-',
    level,
    `${module}/${event}`,
    ...said,
    ...rest,
  ].join('  ');
}
