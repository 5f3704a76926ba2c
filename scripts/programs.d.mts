/** A program that tests need. */
export interface Program {
  name: string;
  /** Its package in Debian. */
  package: string;
  /** Why it does not work here. */
  why: string | null;
}

export function programs(): Program[];

/** The tags that tests may carry; `campaign`: what holds for the long ones. */
export function tagsOf(campaign: {
  timeout?: number;
  skip?: boolean;
}): { name: string; timeout?: number; skip?: boolean }[];
