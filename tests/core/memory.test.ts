import { expect, it } from 'vitest';
import { memoryPath, printMemory } from '../../src/core/memory.ts';
import { readMarkdown } from '../../src/disk/yaml.ts';
import { memoryHead } from '../../src/schema/unit.ts';

it('an entry is one file of its agent', () => {
  expect(memoryPath('coder_01', 'the-plan')).toBe('agents/coder_01/memory/the-plan.md');
});

it.each([
  ['plan', [], 'Do it.'],
  ['null', ['yes', '1', 'a: b', '"x"'], '---\nkey: forged\n---\ntext'],
  ['0', ['null'], ''],
])('the file of %s reads back as it was meant', (key, tags, text) => {
  const file = printMemory({ key, tags, turn: 42, text: `${text} \n\n` });
  const read = readMarkdown(memoryHead, file, memoryPath('a', key));
  expect(read.faults).toEqual([]);
  expect(read.head).toMatchObject({ key, tags, turn: 42, pin: false });
  expect(read.body.trimEnd()).toBe(text);
  expect(file.endsWith(`---\n${text}\n`)).toBe(true);
});

it('a text with many blanks costs little', () => {
  const start = performance.now();
  printMemory({ key: 'k', tags: [], turn: 1, text: `${' '.repeat(20_000)}x` });
  expect(performance.now() - start).toBeLessThan(200);
});
