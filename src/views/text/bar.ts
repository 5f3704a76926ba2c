/** Draws how far long work is. */

/** Characters of the bar itself. */
const LENGTH = 24;

/** Progress on one line: `[######------] 3/12 turns, 45 s left`. `ms`: the time so far. */
export function printBar(done: number, total: number, ms: number, unit: string): string {
  const part = total > 0 ? Math.min(1, done / total) : 0;
  const full = Math.round(part * LENGTH);
  const far = unit === '' ? `${Math.floor(part * 100)} %` : `${done}/${total} ${unit}`;
  const left = done > 0 && done < total ? `, ${printDuration((ms / done) * (total - done))} left` : '';
  return `[${'#'.repeat(full)}${'-'.repeat(LENGTH - full)}] ${far}${left}`;
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`; milliseconds, rounded up. */
export function printDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
