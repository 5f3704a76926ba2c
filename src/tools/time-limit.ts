/** The time limit for work that cannot stop itself, such as a slow regular expression. */
import { runInNewContext } from 'node:vm';

/** Does the work, and throws when it takes longer than that. */
export function withTimeLimit<T>(milliseconds: number, work: () => T): T {
  return runInNewContext('work()', { work }, { timeout: milliseconds }) as T;
}

/** Whether work was ended by its limit. */
export function isCutOff(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
