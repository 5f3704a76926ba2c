/** Notes what of a folder was received from elsewhere, and what was made on this machine. */
import type { KeptFiles } from './kept.ts';

const NAME = 'received';

/** The turn up to which tasks came with the folder; 0 for one that was made here. Null when nothing is known of it yet. */
export function receivedUntil(kept: KeptFiles): number | null {
  const found = kept.read(NAME);
  const turn = Number(found?.bytes.toString());
  return found && Number.isInteger(turn) ? turn : null;
}

/** Says that a folder was made on this machine. */
export function noteMadeHere(kept: KeptFiles): void {
  kept.write(NAME, '', '0');
}

/** Up to which turn tasks came with the folder; one that was not met before was received with all that its next freeze, in that turn, finds. */
export function noteReceived(kept: KeptFiles, turn: number): number {
  const known = receivedUntil(kept);
  if (known !== null) return known;
  kept.write(NAME, '', `${turn}`);
  return turn;
}
