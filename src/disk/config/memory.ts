/** Checks the front matter of memory entries. */
import { keyOf, memoryOwner } from '../../core/memory/entry.ts';
import type { Fault } from '../../schema/fault.ts';
import { memoryHead } from '../../schema/records/memory.ts';
import { markdownSource, References } from './source.ts';

const read = markdownSource(memoryHead);

/**
 * The faults in the front matter of an entry that a person wrote; an entry without front matter is valid. Faults block nothing:
 * invalid fields are ignored, and agents still read the text.
 */
export function memoryFaults(path: string, text: string): Fault[] {
  if (memoryOwner(path) === null || !text.startsWith('---\n')) return [];
  const source = read(text, path);
  const name = keyOf(path).split('/').at(-1);
  const { key = name } = source.value ?? {};
  const references = new References();
  if (key !== name)
    references.add('invalid-value', `The key is "${key}", but the file is named "${name}.md"`, source, ['key']);
  return [...source.faults, ...references.faults];
}
