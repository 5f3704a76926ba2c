/** Turns errors into faults and exit codes. */
import { codeOf, DiskError } from '../../disk/fs/disk.ts';
import { FAULTS, type Fault, FaultError, failure, fault } from '../../schema/fault.ts';

/** Every exit code and its meaning; if several apply, the first one counts. */
export const EXITS: [code: number, meaning: string][] = [
  [130, 'interrupted; the turn was finished, or the next run finishes it'],
  [2, 'wrong use'],
  [3, 'the organisation is invalid'],
  [5, 'locked by another engine'],
  [6, 'not found'],
  [4, 'refused by permission or policy'],
  [8, 'provider unavailable'],
  [7, 'out of credits'],
  [1, 'the work failed: a failed visit or task, or a difference in replay'],
  [0, 'done'],
];

/** A thrown value as faults; an unexpected error becomes one too, so that all are printed in the same way. */
export function faultsOf(error: unknown): readonly Fault[] {
  const expected = asFault(error);
  if (expected instanceof FaultError) return expected.faults;
  const message = error instanceof Error ? error.message : String(error);
  return [
    fault('work-failed', `Unexpected error: ${message}.`, {
      remedy: 'Run the command again with --debug, and report the stack trace.',
    }),
  ];
}

/** A thrown value as a `FaultError` if it was expected; a bug unchanged. */
export function asFault(error: unknown): unknown {
  if (error instanceof DiskError) return failure(codeOf(error), error.message);
  if (isOutOfHandles(error)) return failure('no-handles', 'This process has too many open files');
  if (error instanceof Error && error.name === 'AbortError') return failure('interrupted', 'Interrupted');
  return error;
}

/** Whether the process ran out of file handles while a part of the program was loaded. */
function isOutOfHandles(error: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}

/** The exit code for these faults. */
export function exitOf(faults: readonly Fault[]): number {
  const codes = new Set<number>(faults.map(({ code }) => FAULTS[code].exit));
  return EXITS.find(([code]) => codes.has(code))?.[0] ?? 0;
}
