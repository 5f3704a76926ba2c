import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar';
import { realDisk } from '../../src/disk/fs/real.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { type Figures, figuresOf } from './figures.ts';
import { archiveOf, PLAYED, type PlayedRun } from './kept.ts';

/** Works in the folder of a played run, as it was left. */
export async function inFolder<T>(run: PlayedRun, work: (root: string) => T | Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'lemming-played-'));
  try {
    await extract({ file: archiveOf(run), cwd: root });
    return await work(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

export function figuresIn(root: string): Figures {
  return figuresOf(readJournal(realDisk(root), []));
}

/** The table of `docs/minds.md`: a row for each run that is kept. */
export async function playedTable(): Promise<string> {
  const head = ['job', 'replies', 'calls', 'tokens in (cached)', 'out', 'turns', 'idle calls', 'rescues', 'result'];
  const rows = [head, head.map(() => '---')];
  for (const run of PLAYED) {
    const { calls, input, cached, output, turns, idle } = await inFolder(run, figuresIn);
    const tokens = `${input.toLocaleString('en')} (${cached.toLocaleString('en')})`;
    const counts = [calls, tokens, output.toLocaleString('en'), turns, idle.length, run.rescues];
    rows.push([run.job, run.style, ...counts.map(String), run.result]);
  }
  return rows.map((row) => `| ${row.join(' | ')} |\n`).join('');
}
