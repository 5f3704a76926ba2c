import { make, remove } from '../scripts/in-memory.mjs';

/** The folder in memory is there while the tests run. */
export default function setup(): () => void {
  make();
  return remove;
}
