import { createHash } from 'node:crypto';

/** What runs on the owner's machine only after `lemming trust`: a command line with the variables it is handed, or a module with its text. */
export type Trusted =
  | { kind: 'command'; argv: readonly string[]; passes?: readonly string[] }
  | { kind: 'plugin'; path: string; text: string };

/** SHA-256 in hex of what would run: of the command line and its variables as JSON, or of the module's text (as `sha256sum` prints it). */
export function trustHash(what: Trusted): string {
  const text = what.kind === 'command' ? commandText(what) : what.text;
  return createHash('sha256').update(text).digest('hex');
}

/** What would run, for people: the command line as JSON, or the path of the module. */
export function trustTerm(what: Trusted): string {
  return what.kind === 'command' ? commandText(what) : what.path;
}

function commandText({ argv, passes = [] }: Extract<Trusted, { kind: 'command' }>): string {
  return JSON.stringify(argv) + (passes.length ? ` with ${JSON.stringify([...passes].sort())}` : '');
}
