/** Finds optional packages that a provider needs. */
import { lineToInstall } from '../disk/fs/installed.ts';
import { PACKAGES } from '../providers/find.ts';

/** The package that a provider lacks, and the command that installs it; null when nothing is missing. */
export function wantingFor(provider: string): string | null {
  const name = PACKAGES.get(provider);
  const line = name === undefined ? null : lineToInstall(name);
  return line && `the provider ${provider} needs the package ${name}. To install it: ${line}`;
}
