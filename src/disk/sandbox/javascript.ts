/** Runs JavaScript in QuickJS. */
import { fileURLToPath } from 'node:url';
import type { WorldResult } from '../../core/model/tool.ts';
import type { Ran } from '../../core/tools/job.ts';
import { runChild } from './child.ts';

const CHILD = fileURLToPath(new URL('./javascript-child.mjs', import.meta.url));
/** The most bytes of output. */
const MOST = 50_000;
/** Milliseconds of the time limit that are granted on top for starting the child process. */
const STARTING_MS = 5000;

/**
 * Runs JavaScript in QuickJS: a virtual machine in WebAssembly with at most 64 MB of memory, in a process of its own. The code
 * has no access to files, network, processes or the clock.
 */
export async function runJavascript(code: string, timeoutMs: number, signal: AbortSignal): Promise<WorldResult> {
  const argv = [process.execPath, '--max-old-space-size=128', '--stack-size=3900', CHILD, `${timeoutMs}`];
  const ran = await runChild({ argv, env: {}, input: code, timeoutMs: timeoutMs + STARTING_MS, most: MOST, signal });
  const text = Buffer.from(ran.stdout).toString().trimEnd();
  const trouble = troubleOf(ran, timeoutMs);
  return { ok: trouble === null, text: [text, trouble].filter(Boolean).join('\n') || 'undefined' };
}

/** The child exits with 0 for a value and with 1 for an error that it printed. */
function troubleOf({ end, stderr }: Ran, timeoutMs: number): string | null {
  switch (end.how) {
    case 'exit':
      if (end.code === 0) return null;
      return end.code === 1
        ? '[ended with an error]'
        : `[the machine ended: ${stderr.trim().split('\n').at(-1) ?? ''}]`;
    case 'late':
      return `[ended after ${timeoutMs} ms]`;
    case 'too-much':
      return `[ended: more than ${MOST} bytes of output]`;
    case 'signal':
      return `[ended by ${end.signal}: out of memory?]`;
    case 'not-started':
      return `[not started: ${end.reason}]`;
  }
}
