/** Packages that few need are not installed with this program: whoever needs one is told the line that installs it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { quoted } from '../../core/text/command-line.ts';

const from = createRequire(import.meta.url);

/** The line that installs an optional package where this program finds it; null when it is there. */
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

/** npm's global packages lie in a folder that is no project; below `lib`, but on Windows. */
function lineFor(name: string, home: string): string {
  const { peerDependencies } = from('lemming/package.json') as { peerDependencies: Record<string, string> };
  const [, top = home] = /^(.*?)[\\/]node_modules[\\/]/.exec(home) ?? [];
  const isProject = existsSync(join(top, 'package.json'));
  const prefix = !isProject && basename(top) === 'lib' ? dirname(top) : top;
  const place = `${isProject ? '' : '--global '}--prefix ${quoted(prefix)}`;
  return `npm install ${place} ${name}@${peerDependencies[name]}`;
}
