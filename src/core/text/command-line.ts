/** Reads a command line just well enough to know which program it runs. */

/** Words that a shell takes as they stand: bare words, and quoted ones without substitution. */
const PLAIN = /^([\w./+-]+)( +([\w@%+=:,./-]+|'[^']*'|"[^"$`\\!]*"))*$/;

/** The program that a command line runs, if it runs exactly one; null when the line may mean anything else. Pure. */
export function programIn(line: string): string | null {
  return PLAIN.exec(line.trim())?.[1] ?? null;
}

/**
 * Whether a command line runs the program of that name. `certain`: that one and nothing else; otherwise the name may stand
 * anywhere in it as a word. A program can start others: a list of names is no sandbox.
 */
export function commandFits(name: string, line: string, certain: boolean): boolean {
  if (certain) return programIn(line) === name;
  return line.split(/[^\w./+-]+/).some((word) => word.slice(word.lastIndexOf('/') + 1) === name);
}

/** Quotes a path as one word of a shell. */
export function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
