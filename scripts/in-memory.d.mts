/** The folder in memory of this run; null on a machine without one that is fit. */
export const inMemory: string | null;
/** Makes the folder, and removes those of runs that were killed. */
export function make(): void;
export function remove(): void;
