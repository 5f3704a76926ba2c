// Makes the mutants of a room with Stryker's instrumenter: sources that hold all of them, each behind a switch.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import type { Room } from './rooms.ts';

export interface Mutant {
  /** What the switch in the source is called. */
  id: string;
  /** The same in every run while its file does not change. */
  key: string;
  file: string;
  line: number;
  column: number;
  /** Where it begins and ends in the text of its file. */
  start: number;
  end: number;
  mutator: string;
  original: string;
  replacement: string;
}

const SILENT = new Proxy({}, { get: () => () => false });

/** All mutants of a room; the sources that hold them are written below `folder`. */
export async function makeMutants(room: Room, folder: string): Promise<Mutant[]> {
  const paths = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && room.sources.test(path),
  );
  const files = paths.sort().map((path) => ({
    name: join('src', path),
    content: readFileSync(join('src', path), 'utf8'),
    mutate: true,
  }));
  const made = await new Instrumenter(SILENT as never).instrument(files, {
    plugins: null,
    ignorers: [],
    excludedMutations: [],
    noHeader: false,
  } as never);
  rmSync(folder, { recursive: true, force: true });
  for (const { name, content } of made.files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const texts = new Map(files.map(({ name, content }) => [name, content]));
  return made.mutants.map(({ id, fileName, location: { start, end }, mutatorName, replacement }) => {
    const text = texts.get(fileName) as string;
    const [from, to] = [offset(text, start), offset(text, end)];
    const what = [fileName, text, start.line, start.column, end.line, end.column, mutatorName, replacement].join('\0');
    return {
      id,
      key: createHash('sha256').update(what).digest('hex').slice(0, 16),
      file: fileName,
      line: start.line + 1,
      column: start.column + 1,
      start: from,
      end: to,
      mutator: mutatorName,
      original: text.slice(from, to),
      replacement: replacement ?? '',
    };
  });
}

interface Place {
  line: number;
  column: number;
}

function offset(text: string, { line, column }: Place): number {
  const before = text.split('\n').slice(0, line);
  return before.reduce((sum, { length }) => sum + length + 1, column);
}

/** In a random order, the same for the same seed. */
export function shuffled(mutants: readonly Mutant[], seed: string): Mutant[] {
  const lot = ({ key }: Mutant) => createHash('sha256').update(`${seed} ${key}`).digest('hex');
  return [...mutants].sort((a, b) => (lot(a) < lot(b) ? -1 : 1));
}
