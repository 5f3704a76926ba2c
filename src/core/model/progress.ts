/** How long work reports its progress. */

/** Told how far long work is: what is done, and all there is to do, in the same unit. */
export type Progress = (done: number, total: number) => void;
