import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { commandFiles } from '../../scripts/commands.ts';
import { runCli } from '../../src/faces/cli/cli.ts';
import { GLOBAL } from '../../src/faces/cli/help.ts';

const files = (await commandFiles()).map(({ file, command, run }) => [file, command, run] as const);
const catalogue = { version: '0', commands: files.map(([, command]) => command) };

/** Words of an example line, quotes taken off. */
function wordsOf(line: string): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  return words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}

/** The lines of an example that call lemming, without what the shell makes of them. */
function callsIn(line: string): string[] {
  return line.split(/\s+(?:\||&&|>|<)\s*/).filter((part) => part.startsWith('lemming '));
}

async function parses(line: string): Promise<string> {
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
  const load = async () => async () => ({ data: {}, text: '' });
  await runCli(catalogue, load, terminal, wordsOf(line).slice(1));
  return said.includes('[usage]') ? said : '';
}

describe.each(files)('%s', (file, command, run) => {
  it('is a command of that name', () => {
    expect(`${command.name}.ts`).toBe(basename(file));
    expect(command.name).toMatch(/^[a-z][a-z-]*$/);
    expect(run).toBeTypeOf('function');
    expect(command.summary).toMatch(/^[A-Z][^\n]*[^.\s]$/);
  });

  it('has options that no other option hides', () => {
    const names = [...GLOBAL, ...command.flags].map(({ name }) => name).concat('help', 'version');
    const letters = command.flags.flatMap(({ short }) => short ?? []).concat('h', 'V');
    expect(names).toEqual([...new Set(names)]);
    expect(letters).toEqual([...new Set(letters)]);
    for (const { name } of command.flags) expect(name).toMatch(/^(?!no-)[a-z][a-z-]*$/);
    for (const letter of letters) expect(letter).toMatch(/^[a-zA-Z]$/);
  });

  it('has arguments in an order that can be told apart', () => {
    const optional = command.args.map((arg) => arg.optional === true);
    expect(optional).toEqual([...optional].sort());
    expect(command.args.slice(0, -1).some((arg) => arg.many)).toBe(false);
  });

  it('has examples that parse', async () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { line } of command.examples) {
      const calls = callsIn(line);
      expect(calls.some((call) => wordsOf(call).includes(command.name))).toBe(true);
      for (const call of calls) expect(await parses(call)).toBe('');
    }
  });
});
