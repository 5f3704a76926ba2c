/** Runs an MCP server as a child process. */
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { McpServer } from '../../schema/config/mcp.ts';
import { boxedServer, NOBODY, type ProgramOwner, saidBy } from './bubblewrap.ts';
import { killGroup, remember, start } from './child.ts';
import { Groups } from './groups.ts';
import { type Home, noteRunning } from './left-running.ts';
import { FILTER, type Probed } from './sandbox.ts';

/**
 * The most characters of one line, and of everything that a server writes while a request waits. A server that exceeds it is
 * ended.
 */
const LINE = 4_000_000;
const ALL = 16_000_000;
/** How many characters of standard error are kept, from its end. */
const LAST_WORDS = 2000;
/** Milliseconds from the end of its input to its own end. */
const GRACE_MS = 1000;

/** A program that answers line by line. */
export interface ServerProcess {
  send(line: string): void;
  /** Receives its lines, and once that it ended, and why. */
  listen(line: (text: string) => void, ended: (why: string) => void): void;
  /** With `false`, nobody waits for an answer: what it writes then stays in its pipe. */
  wait(waiting: boolean): void;
  /** How it ended, and the last lines of its standard error. */
  lastWords(): string;
  /** Resolves when it has ended. */
  close(): Promise<void>;
}

/** Starts a server of an org, in the sandbox unless its settings say otherwise. `env` is its whole environment. */
export function startServer(
  home: Home,
  settings: McpServer,
  env: Record<string, string>,
  { level, keyring = false }: Pick<Probed, 'level' | 'keyring'>,
): ServerProcess {
  const { command = [], cwd, sandbox, network } = settings;
  const empty = cwd === undefined ? fs.mkdtempSync(join(tmpdir(), 'lemming-server-')) : null;
  const folder = empty ?? folderOf(home.root, cwd as string);
  const isBoxed = sandbox === 'box';
  let forget = (): void => {};
  const begun = (pid?: number): void => {
    forget = noteRunning(home, pid, groups?.folders);
  };
  const groups = isBoxed && level === 'strong' ? Groups.make() : null;
  const means = { owner: ownerOf(folder), doors: groups?.doors ?? [], keyring };
  const argv = isBoxed ? boxedServer(folder, means, command, network) : command;
  if (empty) fs.chmodSync(empty, 0o755);
  const child = start({ argv, env }, folder, isBoxed ? { filter: FILTER, begun } : undefined);
  if (!isBoxed) begun(child.pid);
  return new ServerStreams(child, () => {
    forget();
    if (empty) fs.rmSync(empty, { recursive: true, force: true });
    void groups?.remove();
  });
}

/** The folder in which the server is started. No part of the path may be a link. */
function folderOf(root: string, cwd: string): string {
  const folder = join(fs.realpathSync(root), cwd);
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`there is no folder ${cwd}`);
  if (fs.realpathSync(folder) !== folder) throw new Error(`the way to ${cwd} holds a link`);
  return folder;
}

/** Whose rights it has if this process is root's. No file changes its owner for that. */
function ownerOf(folder: string): ProgramOwner | null {
  if (process.getuid?.() !== 0) return null;
  const { uid, gid } = fs.statSync(folder);
  return uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid, gid: gid === 0 ? uid : gid };
}

class ServerStreams implements ServerProcess {
  private readonly child: ChildProcess;
  private readonly gone: Promise<void>;
  private begun = '';
  private heard = 0;
  private words = '';
  private why: string | null = null;
  private line: (text: string) => void = () => {};
  private ended: (why: string) => void = () => {};

  constructor(child: ChildProcess, cleanUp: () => void) {
    this.child = child;
    this.gone = new Promise((resolve) => {
      const over = () => {
        cleanUp();
        resolve();
      };
      child.once('error', (error) => {
        if (child.pid !== undefined) return;
        this.end(`not started (${(error as NodeJS.ErrnoException).code ?? error.message})`);
        over();
      });
      child.once('exit', (code, signal) => {
        killGroup(child, 'SIGKILL');
        child.stdout?.destroy();
        this.end(code === null ? `ended by ${signal}` : `ended with ${code}`);
        over();
      });
    });
    child.stdin?.on('error', () => {});
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.take(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.words = (this.words + text).slice(-LAST_WORDS);
    });
    remember(child);
  }

  private take(text: string): void {
    this.heard += text.length;
    const lines = (this.begun + text).split('\n');
    this.begun = lines.pop() as string;
    if (this.heard > ALL || this.begun.length > LINE || lines.some(({ length }) => length > LINE)) {
      this.end('wrote more than it may');
      killGroup(this.child, 'SIGKILL');
      return;
    }
    for (const line of lines) if (this.why === null) this.line(line.replace(/\r$/, ''));
  }

  private end(why: string): void {
    if (this.why !== null) return;
    this.why = why;
    this.ended(why);
  }

  send(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  listen(line: (text: string) => void, ended: (why: string) => void): void {
    this.line = line;
    this.ended = ended;
    if (this.why !== null) ended(this.why);
  }

  wait(waiting: boolean): void {
    this.heard = 0;
    if (waiting) this.child.stdout?.resume();
    else this.child.stdout?.pause();
  }

  lastWords(): string {
    return [this.why, saidBy(this.words).trim()].filter(Boolean).join(': ');
  }

  async close(): Promise<void> {
    this.child.stdin?.end();
    this.child.stdout?.resume();
    const killing = setTimeout(() => killGroup(this.child, 'SIGKILL'), GRACE_MS);
    await this.gone;
    clearTimeout(killing);
  }
}
