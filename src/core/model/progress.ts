/** How long work reports its progress. */

/** Receives how much of long work is done, and how much there is in all, in the same unit. */
export type Progress = (done: number, total: number) => void;
