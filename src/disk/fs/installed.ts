/** Optional packages are not installed with this program. Whoever needs one is shown the command that installs it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { quoted } from '../../core/text/command-line.ts';

const from = createRequire(import.meta.url);

/** The command that installs an optional package where this program finds it; null if it is installed. */
export function lineToInstall(name: string): string | null {
  return isInstalled(name) ? null : lineFor(name, dirname(from.resolve('lemming/package.json')));
}

function isInstalled(name: string): boolean {
  try {
    return from.resolve(name) !== '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return false;
    throw error;
  }
}

/** npm keeps global packages in a folder that is not a project: below `lib`, except on Windows. */
function lineFor(name: string, home: string): string {
  const { peerDependencies } = from('lemming/package.json') as { peerDependencies: Record<string, string> };
  const [, top = home] = /^(.*?)[\\/]node_modules[\\/]/.exec(home) ?? [];
  const isProject = existsSync(join(top, 'package.json'));
  const prefix = !isProject && basename(top) === 'lib' ? dirname(top) : top;
  const place = `${isProject ? '' : '--global '}--prefix ${quoted(prefix)}`;
  return `npm install ${place} ${name}@${peerDependencies[name]}`;
}
