/** The one limit of time for work that cannot stop itself: a regular expression with a text that it does badly with. */
import { runInNewContext } from 'node:vm';

/** Does the work. When it takes longer than that it is cut off, and throws. */
export function withTimeLimit<T>(milliseconds: number, work: () => T): T {
  return runInNewContext('work()', { work }, { timeout: milliseconds }) as T;
}

/** Whether work was cut off by its limit. */
export function isCutOff(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
