import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { commandFiles } from '../../scripts/commands.ts';
import { runCli } from '../../src/faces/cli/cli.ts';
import { modelsFile } from '../../src/schema/config/models.ts';
import { idle } from '../commands/checked.ts';
import { blocks, commandLines, filesNamed, linksOf, pages, ROOT, section, verbsNamed } from './pages.ts';

/** Paths that exist on somebody's machine only. */
const MACHINE = /(?:^|[\s"'`(=])(?:\/(?:home|root|work|tmp|Users|usr|opt|var|mnt)\b|[A-Za-z]:\\)|~\//;

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const catalogue = { version: '0', commands: (await commandFiles()).map(({ command }) => command) };

/** What the command line has against these words; '' for nothing. */
async function objection(words: string[]): Promise<string> {
  let said = '';
  const terminal = {
    cwd: '/',
    env: {},
    interactive: false,
    stdin: () => Readable.from([]),
    out: () => {},
    err: (text: string) => {
      said += text;
    },
    signal: new AbortController().signal,
  };
  await runCli(catalogue, idle, terminal, words);
  return said.includes('[usage]') ? said : '';
}

/** Whether the repository has the file, or some file for a pattern with one star in its name. */
function exists(path: string): boolean {
  if (!path.includes('*')) return existsSync(join(ROOT, path));
  const name = path.slice(path.lastIndexOf('/') + 1).split('*');
  const folder = join(ROOT, dirname(path));
  return (
    existsSync(folder) && readdirSync(folder).some((f) => f.startsWith(name[0] ?? '') && f.endsWith(name[1] ?? ''))
  );
}

describe.each(pages().map((page) => [page.path, page] as const))('%s', (_path, page) => {
  it('has links that lead somewhere', () => {
    expect(linksOf(page).filter((target) => !exists(target))).toEqual([]);
  });

  it('names files that are there', () => {
    expect(filesNamed(page).filter((path) => !exists(path))).toEqual([]);
  });

  it('shows command lines that are understood', async () => {
    const said = await Promise.all(commandLines(page).map(async (words) => ({ words, said: await objection(words) })));
    expect(said.filter((one) => one.said !== '')).toEqual([]);
  });

  it('mentions commands that exist', () => {
    const known = catalogue.commands.map(({ name }) => name);
    expect(verbsNamed(page).filter((verb) => !known.includes(verb))).toEqual([]);
  });

  it('names no path of a machine', () => {
    expect(page.text.split('\n').filter((line) => MACHINE.test(line))).toEqual([]);
  });
});

it('pictures name no path of a machine, and are well-formed text', () => {
  for (const name of readdirSync(join(ROOT, 'docs/pictures'))) {
    const svg = readFileSync(join(ROOT, 'docs/pictures', name), 'utf8');
    expect(svg.replace(/<[^<>]*>|&(amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[<>&]/);
    expect(svg).not.toMatch(MACHINE);
  }
});

it('docs/promises.md names a test for every promise', () => {
  const rows = section(readFileSync(join(ROOT, 'docs/promises.md'), 'utf8'), 'Promises')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  expect(rows.length).toBeGreaterThan(12);
  for (const row of rows.slice(1)) expect(row).toMatch(/`tests\/[^`]+\.test\.ts`/);
});

describe('docs/providers.md', () => {
  it('shows models that are valid', () => {
    const shown = blocks(readFileSync(join(ROOT, 'docs/providers.md'), 'utf8'), 'yaml');
    const models = shown.filter((block) => block.startsWith('# org/models.yaml'));
    expect(models).not.toEqual([]);
    for (const block of models) expect(() => modelsFile().parse(parse(block))).not.toThrow();
  });
});

describe('the README', () => {
  it('lists commands that exist, and shows the folder in twelve lines', () => {
    const known = catalogue.commands.map(({ name }) => name);
    const listed = [...section(README, 'Commands').matchAll(/`([a-z][a-z-]*)`/g)].map(([, name]) => name ?? '');
    expect(listed.length).toBeGreaterThan(30);
    expect(listed.filter((name) => !known.includes(name))).toEqual([]);
    expect(blocks(section(README, 'The folder'), '')[0]?.trimEnd().split('\n')).toHaveLength(12);
  });

  it('has a tour that works as it is written', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'lemming-tour-'));
    onTestFinished(() => rmSync(scratch, { recursive: true }));
    mkdirSync(join(scratch, 'repository'));
    symlinkSync(join(ROOT, 'dist'), join(scratch, 'repository/dist'));
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LEMMING_')));
    const script = `set -e\n${blocks(section(README, 'Five minutes'), 'sh').join('')}`;
    const done = await promisify(execFile)('sh', ['-c', script], { cwd: join(scratch, 'repository'), env });
    expect(done.stderr).toContain('Turn 14: manager');
    expect(done.stdout).toContain('Your tip calculator is ready');
    expect(done.stdout).toContain('Everything is identical.');
    expect(done.stdout).toContain('The journal is intact');
  });
});
