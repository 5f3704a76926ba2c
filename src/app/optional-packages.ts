/** Packages that are installed when somebody wants them. */
import { lineToInstall } from '../disk/fs/installed.ts';
import { PACKAGES } from '../providers/find.ts';

/** Which package a provider needs and has not, and the line that installs it; null when it has all. */
export function wantingFor(provider: string): string | null {
  const name = PACKAGES.get(provider);
  const line = name === undefined ? null : lineToInstall(name);
  return line && `the provider ${provider} needs the package ${name}: ${line}`;
}
