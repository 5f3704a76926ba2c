/** What the owner of a machine can approve, and its hash. */
import { createHash } from 'node:crypto';

/**
 * What runs on the owner's machine only after `lemming trust`: a command line with its variables, a module with its text, a
 * tool of an org with its files, an MCP server with its declaration and its tools, or the command lines of a task's conditions
 * (`text`: all of it). Also a key that
 * goes to a host other than its service's own, and the hosts that programs of agents may reach.
 */
export type Trusted =
  | { kind: 'network'; hosts: readonly string[] }
  | { kind: 'command'; argv: readonly string[]; passes?: readonly string[] }
  | { kind: 'plugin'; path: string; text: string }
  | { kind: 'tool' | 'server' | 'condition'; name: string; text: string }
  | { kind: 'key'; host: string; variable: string; model: string };

/** SHA-256 in hex of what would run: of the command line and its variables as JSON, or of the text (of a module as `sha256sum` prints it). */
export function trustHash(what: Trusted): string {
  return createHash('sha256').update(textOf(what)).digest('hex');
}

function textOf(what: Trusted): string {
  if (what.kind === 'command') return commandText(what);
  if (what.kind === 'network') return JSON.stringify(what.hosts);
  return what.kind === 'key' ? JSON.stringify([what.variable, what.host, what.model]) : what.text;
}

/** What would run, for people: the command line as JSON, the path of the module, or the name. */
export function trustTerm(what: Trusted): string {
  if (what.kind === 'command') return commandText(what);
  if (what.kind === 'key') return `${what.variable} to ${what.host}${what.model && ` for ${what.model}`}`;
  if (what.kind === 'network') return what.hosts.join(', ');
  if (what.kind === 'condition') return what.text;
  return what.kind === 'plugin' ? what.path : what.name;
}

function commandText({ argv, passes = [] }: Extract<Trusted, { kind: 'command' }>): string {
  return JSON.stringify(argv) + (passes.length ? ` with ${JSON.stringify([...passes].sort())}` : '');
}
