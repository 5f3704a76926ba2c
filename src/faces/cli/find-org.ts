/** Finds the folder of the organisation. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The folder of the organisation: the given one if it holds one, otherwise the nearest upward from `cwd`; null for none.
 */
export function findOrg(cwd: string, given: string | undefined): string | null {
  if (given !== undefined) return holdsOrg(resolve(cwd, given)) ? resolve(cwd, given) : null;
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (holdsOrg(folder)) return folder;
    if (folder === dirname(folder)) return null;
  }
}

function holdsOrg(folder: string): boolean {
  return existsSync(join(folder, 'org', 'org.yaml'));
}
