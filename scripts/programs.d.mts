/** A program that tests need. */
export interface Program {
  name: string;
  /** Its package in Debian. */
  package: string;
  /** Why it does not work here. */
  why: string | null;
}

export function programs(): Program[];
