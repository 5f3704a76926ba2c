/** Runs JavaScript in QuickJS. */
import { fileURLToPath } from 'node:url';
import type { WorldResult } from '../../core/model/tool.ts';
import type { Ran } from '../../core/tools/job.ts';
import { runChild } from './child.ts';

const CHILD = fileURLToPath(new URL('./javascript-child.mjs', import.meta.url));
/** Most bytes of output. */
const MOST = 50_000;
/** The program that runs the code gets so much of its time for starting: milliseconds. */
const STARTING_MS = 5000;

/**
 * Runs JavaScript in QuickJS, a machine of its own in WebAssembly whose memory cannot grow beyond 64 MB, in a process of its
 * own. It reaches no file, no network, no process and no clock of this machine's programs.
 */
export async function runJavascript(code: string, timeoutMs: number, signal: AbortSignal): Promise<WorldResult> {
  const argv = [process.execPath, '--max-old-space-size=128', '--stack-size=3900', CHILD, `${timeoutMs}`];
  const ran = await runChild({ argv, env: {}, input: code, timeoutMs: timeoutMs + STARTING_MS, most: MOST, signal });
  const text = Buffer.from(ran.stdout).toString().trimEnd();
  const trouble = troubleOf(ran, timeoutMs);
  return { ok: trouble === null, text: [text, trouble].filter(Boolean).join('\n') || 'undefined' };
}

/** The child ends with 0 for a value and 1 for an error that it printed. */
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
