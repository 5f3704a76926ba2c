import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { commandFiles } from '../../scripts/commands.ts';
import { isFamily, leavesOf } from '../../src/commands/leaves.ts';
import { runCli } from '../../src/faces/cli/cli.ts';
import { GLOBAL } from '../../src/faces/cli/help.ts';
import { idle } from '../commands/checked.ts';

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
  await runCli(catalogue, idle, terminal, wordsOf(line).slice(1));
  return said.includes('[usage]') ? said : '';
}

describe.each(files)('%s', (file, command, run) => {
  it('is a command of that name', () => {
    expect(`${command.name}.ts`).toBe(basename(file));
    expect(command.name).toMatch(/^[a-z][a-z-]*$/);
    expect(command.summary).toMatch(/^[A-Z][^\n]*[^.\s]$/);
    const below = isFamily(command) ? command.commands.map(({ name }) => name) : [];
    expect(isFamily(command) ? Object.keys(run as object) : typeof run).toEqual(isFamily(command) ? below : 'function');
    if (isFamily(command)) expect(below).toContain(command.bare);
  });
});

const leaves = files.flatMap(([, command]) => leavesOf(command)).map((leaf) => [leaf.name, leaf] as const);

describe.each(leaves)('lemming %s', (name, leaf) => {
  it('says what it does', () => {
    expect(name).toMatch(/^[a-z][a-z-]*( [a-z][a-z-]*)?$/);
    expect(leaf.summary).toMatch(/^[A-Z][^\n]*[^.\s]$/);
  });

  it('has options that no other option hides', () => {
    const names = [...GLOBAL, ...leaf.flags].map((flag) => flag.name).concat('help', 'version');
    const letters = leaf.flags.flatMap(({ short }) => short ?? []).concat('h', 'V');
    expect(names).toEqual([...new Set(names)]);
    expect(letters).toEqual([...new Set(letters)]);
    for (const flag of leaf.flags) expect(flag.name).toMatch(/^(?!no-)[a-z][a-z-]*$/);
    for (const letter of letters) expect(letter).toMatch(/^[a-zA-Z]$/);
  });

  it('has arguments in an order that can be told apart', () => {
    const optional = leaf.args.map((arg) => arg.optional === true);
    expect(optional).toEqual([...optional].sort());
    expect(leaf.args.slice(0, -1).some((arg) => arg.many)).toBe(false);
  });

  it('has examples that parse', async () => {
    expect(leaf.examples.length).toBeGreaterThan(0);
    for (const { line } of leaf.examples) {
      const calls = callsIn(line);
      expect(calls.some((call) => wordsOf(call).includes(name.split(' ')[0] as string))).toBe(true);
      for (const call of calls) expect(await parses(call)).toBe('');
    }
  });

  it('promises data that are one object with named fields', () => {
    const schema = z.toJSONSchema(leaf.output(z)) as JsonSchema;
    const objects = schema.anyOf ?? [schema];
    for (const { type, properties = {} } of objects) {
      expect(type).toBe('object');
      expect(NAMELESS.has(name) ? 1 : Object.keys(properties).length).toBeGreaterThan(0);
      for (const [key, field] of Object.entries(properties)) expect([key, Object.keys(field)]).not.toEqual([key, []]);
    }
  });
});

interface JsonSchema {
  type?: string;
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
}
/** What serves until it is left, and then has nothing to tell. */
const NAMELESS = new Set(['mcp']);
