/** Told how far long work is: what is done, and all there is to do, in the same unit. */
export type Told = (done: number, total: number) => void;
