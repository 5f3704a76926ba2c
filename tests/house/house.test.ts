import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { admits } from './node-range.ts';
import * as rules from './rules.ts';
import { importsOf, sourcesIn } from './sources.ts';

interface Package {
  engines?: { node?: string };
  optionalDependencies?: Record<string, string>;
}

const sources = sourcesIn('src');

describe('the sources keep the rules of the house', () => {
  it.each(Object.entries(rules))('%s', (_name, rule) => {
    const offences = sources.flatMap((source) => rule(source).map((offence) => `${source.path} ${offence}`));
    expect(offences).toEqual([]);
  });
});

/** Files of a folder at most. More are two things. */
const ROOM_FOR = 15;

it.each(['src', 'tests'])('no folder of %s holds more than a person takes in at a glance', (top) => {
  const files = readdirSync(new URL(`../../${top}/`, import.meta.url), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath }) => relative(fileURLToPath(new URL('../../', import.meta.url)), parentPath))
    .filter((folder) => !folder.startsWith('tests/rules/rules-'));
  const full = [...new Set(files)].filter((folder) => files.filter((one) => one === folder).length > ROOM_FOR);
  expect(full).toEqual([]);
});

it('no files need one another to load', () => {
  const values = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source).flatMap(({ target, kind }) => (kind === 'value' ? target : [])),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const follow = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' → '));
    if (way.includes(path) || done.has(path)) return;
    for (const target of values.get(path) ?? []) follow(target, [...way, path]);
    done.add(path);
  };
  for (const path of values.keys()) follow(path, []);
  expect(circles).toEqual([]);
});

it('a name of a type is declared once, but for what the library shows under the names of its users', () => {
  const files = new Map<string, string[]>();
  for (const { path, tree } of sources.filter(({ path }) => !path.startsWith('src/faces/library/')))
    for (const node of tree.statements)
      if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node))
        files.set(node.name?.text ?? '', [...(files.get(node.name?.text ?? '') ?? []), path]);
  expect([...files].filter(([, paths]) => new Set(paths).size > 1)).toEqual([]);
});

it('no test mocks a module of ours, or a function of one', () => {
  const calls = /\bvi\.(?:mock|doMock)\(\s*['"]\.|\bvi\.spyOn\((?!console\b|process\b)/;
  const mocking = sourcesIn('tests').filter(({ tree }) => calls.test(tree.text));
  expect(mocking.map(({ path }) => path)).toEqual([]);
});

/** All that is loaded with these files; what they import when they need it is not. */
function loadedWith(paths: readonly string[]): Set<string> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const loaded = new Set(paths);
  for (const path of loaded) {
    const source = byPath.get(path);
    if (!source) continue;
    for (const { target, kind } of importsOf(source)) if (kind === 'value') loaded.add(target);
  }
  return loaded;
}

it('no command loads the SDK of the Model Context Protocol, or what watches files, before it needs it', () => {
  const commands = sources.map(({ path }) => path).filter((path) => path.startsWith('src/commands/'));
  const isHeavy = (path: string) => /^(chokidar$|@modelcontextprotocol\/|src\/faces\/mcp\/)/.test(path);
  expect([...loadedWith(commands)].filter(isHeavy)).toEqual([]);
  expect([...loadedWith(['src/faces/mcp/serve.ts'])].filter(isHeavy).length).toBeGreaterThan(5);
});

it('the command line loads commander and its own files before a verb runs, nothing else', () => {
  const foreign = [...loadedWith(['src/faces/cli/main.ts', 'src/faces/cli/process.ts'])].filter(
    (path) => !path.startsWith('src/faces/cli/') && !path.startsWith('node:'),
  );
  expect(foreign.sort()).toEqual(['commander', 'src/commands/leaves.ts', 'src/disk/fs/disk.ts', 'src/schema/fault.ts']);
});

describe('the lock file', () => {
  const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
  const packages = Object.entries<Package>(lock.packages);

  it('holds only packages that run on the oldest supported Node', () => {
    const newer = packages.filter(([, { engines }]) => engines?.node && !admits(engines.node, [20, 19, 0]));
    expect(newer.map(([path]) => path)).toEqual([]);
  });

  it('lists the optional packages of every platform, without which npm ci refuses it', () => {
    const wanted = packages.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => ({ name, path })),
    );
    const listed = ({ name, path }: { name: string; path: string }) =>
      [`node_modules/${name}`, `${path}/node_modules/${name}`].some((place) => place in lock.packages);
    expect(wanted.filter((one) => !listed(one))).toEqual([]);
  });
});
