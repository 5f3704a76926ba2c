/** The slice of the state for rights that the files of the organisation do not say. */

export interface RightsState {
  /** Tools and servers of the org that the owner approves → hash of what was approved. */
  trusted: Map<string, string>;
  /** Who has read words of strangers, and paths in org/shared that they wrote → what it was (`taint.ts`). */
  tainted: Map<string, string>;
  /** Policies that end after some uses → uses so far (`policy-end.ts`). */
  uses: Map<string, number>;
}

export function emptyRights(): RightsState {
  return { trusted: new Map(), tainted: new Map(), uses: new Map() };
}
