/** Locates the folder of this machine's owner and writes files there. It loads few modules, because `lemming status` needs it. */
import fs from 'node:fs';
import path from 'node:path';
import { type Fault, fault } from '../../schema/fault.ts';
import { cut } from '../../schema/print.ts';

/** The owner's folder: its path, and the name that messages use, which reveals no path of this machine. */
export interface OwnerFolder {
  path: string;
  label: string;
}

/**
 * `LEMMING_HOME`, or the usual place for a user's settings; null if no variable gives it. Never throws; a relative path is
 * ignored.
 */
export function ownerFolder(env: Readonly<Record<string, string | undefined>>): OwnerFolder | null {
  const places: [string | undefined, string, string][] = [
    [env.LEMMING_HOME, '', '$LEMMING_HOME'],
    [env.XDG_CONFIG_HOME, 'lemming', '$XDG_CONFIG_HOME/lemming'],
    [env.HOME, '.config/lemming', '$HOME/.config/lemming'],
  ];
  const [given, below, label] = places.find(([value]) => value) ?? [];
  return given && path.isAbsolute(given) ? { path: path.join(given, below ?? ''), label: label ?? '' } : null;
}

/** A fault if `LEMMING_HOME` is a relative path: the folder would depend on the working directory. */
export function homeFault(env: Readonly<Record<string, string | undefined>>): Fault | null {
  const given = env.LEMMING_HOME;
  if (!given || path.isAbsolute(given)) return null;
  return fault('bad-env', `LEMMING_HOME is ${JSON.stringify(cut(given, 80))}, which is not an absolute path`, {
    value: cut(given, 80),
    remedy: 'Set LEMMING_HOME to an absolute path outside the organisation, or unset it.',
  });
}

/** Files of the folder that determine which keys exist and where they may be sent. */
const OF_KEYS = ['.env', 'trust.yaml'];

/** The marks of those files, and the time of the latest change: milliseconds since 1970. */
export function marksOfKeys(env: Readonly<Record<string, string | undefined>>): { marks: string[]; changedMs: number } {
  const folder = ownerFolder(env);
  const stats = folder ? OF_KEYS.map((name) => statOf(path.join(folder.path, name))) : [];
  return {
    marks: stats.map((stat) => (stat ? `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.mode}` : '-')),
    changedMs: Math.max(0, ...stats.map((stat) => stat?.mtimeMs ?? 0)),
  };
}

/** A file that cannot be examined counts as absent. */
function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined;
  }
}

/** Writes a file into the folder atomically, with mode 0600; makes missing folders with mode 0700. Returns its path. */
export function putFile(folder: OwnerFolder, name: string, text: string): string {
  const file = path.join(folder.path, name);
  const temp = `${file}.${process.pid}.tmp`;
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.rmSync(temp, { force: true });
  fs.writeFileSync(temp, text, { mode: 0o600, flag: 'wx', flush: true });
  fs.renameSync(temp, file);
  return file;
}

/** A fault if the folder lies inside the org, where agents read and archives are made. */
export function insideFault(folder: OwnerFolder, root: string): Fault | null {
  const place = path.relative(realPath(root), realPath(folder.path));
  if (place === '..' || place.startsWith(`..${path.sep}`) || path.isAbsolute(place)) return null;
  return fault('exposed', `The owner folder ${folder.label} is inside the organisation, so it is ignored`, {
    remedy: 'Set LEMMING_HOME to a folder outside the organisation.',
  });
}

/** Whether group or others have one of these permissions, on systems with such permissions. */
export function isOpen(mode: number, bits: number): boolean {
  return process.platform !== 'win32' && (mode & bits) !== 0;
}

/** The path with links resolved, as far as it exists. */
function realPath(place: string): string {
  try {
    return fs.realpathSync(place);
  } catch {
    const parent = path.dirname(place);
    return parent === place ? place : path.join(realPath(parent), path.basename(place));
  }
}
