import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOrg } from '../../src/app/read-org.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { realMachine } from '../../src/engine/machine.ts';
import type { OrgPlan } from '../../src/testing/build-org.ts';
import { planFiles } from '../../src/testing/build-org.ts';
import { ownedEnv } from '../home.ts';
import { programOf } from '../program.ts';
import { deliveredTwice, differences, journalOf, moneyLost, notAsJournaled, unlistedCalls } from './world.ts';

/** A new folder of its own under the system's folder for temporary files. */
export function newFolder(name: string): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), `lemming-${name}-`));
}

export function removeFolder(root: string): void {
  fs.rmSync(root, { recursive: true, force: true });
}

/** Writes an organisation to a real folder, as if it had lain there for an hour. */
export function layOrg(root: string, plan: OrgPlan): void {
  for (const [file, text] of planFiles(plan)) lay(root, file, text);
}

/** Writes a file into an org as a person would have, long ago: by default an hour. */
export function lay(root: string, file: string, content: string | Uint8Array, ageMs = 3_600_000): void {
  const full = path.join(root, file);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  fs.writeFileSync(full, content);
  const then = new Date(Date.now() - ageMs);
  fs.utimesSync(full, then, then);
}

/** Path → bytes (as latin1) of every file whose bytes must be the same after every run. */
export function visibleIn(root: string): Map<string, string> {
  const names = fs.readdirSync(root, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  const kept = files.filter(
    (file) => !file.startsWith('org/journal/') && !file.startsWith('.lemming/') && !file.includes('/logs/'),
  );
  return new Map(kept.sort().map((file) => [file, fs.readFileSync(path.join(root, file), 'latin1')]));
}

/** What is wrong with a finished run in a real folder, in words. With answers that differ there is no golden run to compare with. */
export function brokenPromisesIn(
  root: string,
  asked: ReadonlyMap<string, number>,
  golden: Map<string, string> | null,
): string[] {
  const disk = realDisk(root);
  const { entries, faults } = journalOf(disk);
  const files = golden ? differences(golden, visibleIn(root)) : notAsJournaled(entries, disk);
  const calls = unlistedCalls({ asked: new Map(asked), differ: golden === null }, entries);
  return [
    ...faults.map(({ message }) => message),
    ...files,
    ...deliveredTwice(entries),
    ...moneyLost(readOrg({ machine: realMachine, root, env: ownedEnv(root) }), entries),
    ...calls,
  ];
}

const CHILD = fileURLToPath(new URL('./kills/child.ts', import.meta.url));

/** A process of its own that works on an org folder. */
export class Child {
  readonly process: ChildProcess;
  readonly exit: Promise<number | null>;
  private readonly lines: string[] = [];
  private wake: (() => void) | null = null;
  private ended = false;

  /** `program`: the source of another child, with errands of its own. */
  constructor(errand: unknown, env: Record<string, string> = {}, program = CHILD) {
    this.process = spawn(process.execPath, [programOf(program), JSON.stringify(errand)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    let rest = '';
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines);
      this.wake?.();
    });
    this.exit = new Promise((resolve) => {
      this.process.on('close', (code) => {
        this.ended = true;
        this.wake?.();
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get alive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** The next line that it prints; null when it has ended. */
  async line(): Promise<string | null> {
    while (this.lines.length === 0 && !this.ended)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    return this.lines.shift() ?? null;
  }

  /** Ends it as a power button would. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exit;
  }
}
