import { expect, it } from 'vitest';
import { ToolRefusal } from '../../../src/engine/tools/tool-context.ts';
import { memoryOrg, use } from '../world.ts';

function searched(files: Record<string, string>, pattern: string, path?: string): string {
  const disk = memoryOrg();
  for (const [name, text] of Object.entries(files)) disk.put(`agents/a/workspace/${name}`, text);
  return use('search_files', path === undefined ? { pattern } : { pattern, path }, disk).text;
}

it('tells file, line and text of every match, in order', () => {
  const files = { 'b.txt': 'x\nFind me\n', 'a/z.txt': 'find me twice: find me', 'c.txt': 'nothing' };
  expect(searched(files, 'find me')).toBe('a/z.txt:1: find me twice: find me\nb.txt:2: Find me');
  expect(searched(files, '/^Find/')).toBe('b.txt:2: Find me');
  expect(searched(files, 'find me', 'a')).toBe('a/z.txt:1: find me twice: find me');
  expect(searched(files, 'find me', 'b.txt')).toBe('b.txt:2: Find me');
  expect(searched(files, 'elsewhere')).toBe('No match.');
});

it('searches what is shared where it is granted, and nothing else', () => {
  expect(use('search_files', { pattern: 'text', path: 'shared/docs' }, memoryOrg()).text).toBe(
    'shared/docs/x.md:1: shared text',
  );
  for (const path of ['shared', '..', '../../b/workspace', '/etc'])
    expect(() => use('search_files', { pattern: 'x', path }, memoryOrg())).toThrow(ToolRefusal);
});

it('leaves out folders of dependencies, and what is no text', () => {
  const files = { 'node_modules/a.js': 'find', '.git/config': 'find', binary: 'find\0', 'src/a.js': 'find' };
  expect(searched(files, 'find')).toBe('src/a.js:1: find');
});

it('is bounded in matches, in the length of a line and in the size of a file', () => {
  const many = searched({ long: `${'y'.repeat(5000)}\n${'x\n'.repeat(500)}`, huge: 'x'.repeat(1_000_001) }, '/^[xy]/');
  const lines = many.split('\n');
  expect(lines[0]).toHaveLength('long:1: '.length + 300);
  expect(lines).toHaveLength(202);
  expect(lines.slice(-2)).toEqual(['[there is more: narrow the pattern or the path]', '[too large to be searched: 1]']);
});

it.each(['/(a+)+$/', '/(/'])('refuses the pattern %s', (pattern) => {
  expect(searched({ x: 'a' }, pattern)).toMatch(/^The pattern cannot be used: /);
});

it('gives up on a pattern that takes for ever', () => {
  const began = performance.now();
  expect(searched({ x: 'a'.repeat(2000) }, '/a*a*a*a*a*a*b/')).toMatch(/takes too long/);
  expect(performance.now() - began).toBeLessThan(10_000);
});
