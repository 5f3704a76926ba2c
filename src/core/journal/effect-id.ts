/** Gives effects their ids, and says who did what a line reports. */
import type { Entry } from '../model/entry.ts';
import { kindOf } from './kind-of.ts';

/** Gives effects their ids, `E-<turn>-<agent>-<n>`: the n-th thing that an agent or a person did in that turn, in the order of the journal. */
export class EffectIds {
  private file = 0;
  private readonly counts = new Map<string, number>();

  /**
   * The id of the effect that a line reports; null when the line reports nothing that anybody did. `file`: the turn whose
   * journal holds the line. Call it exactly once for each line.
   */
  idOf(entry: Entry, file: number): string | null {
    if (file !== this.file) this.counts.clear();
    this.file = file;
    const agent = authorOf(entry);
    if (agent === null) return null;
    const n = (this.counts.get(agent) ?? 0) + 1;
    this.counts.set(agent, n);
    return `E-${file}-${agent}-${n}`;
  }
}

/** Who did what a line reports; null when nobody did. */
export function authorOf(entry: Entry): string | null {
  return kindOf(entry).undo?.by(entry) ?? null;
}
