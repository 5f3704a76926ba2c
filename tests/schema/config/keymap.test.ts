import { expect, it } from 'vitest';
import { readYaml } from '../../../src/disk/yaml/yaml.ts';
import { bindings, keymapFile } from '../../../src/schema/config/keymap.ts';

const usual = new Map([
  ['down', ['down', 'j']],
  ['reply', ['r']],
  ['write', ['w']],
  ['quit', ['q', 'ctrl+c']],
]);
const read = (keys: string) => readYaml(keymapFile(usual.keys()), `version: 1\nkeys:\n${keys}`, 'keys.yaml');

it("the owner's keys come first: what they are taken from does without", () => {
  const bound = bindings(usual, read('  reply: [j, ctrl+r]\n  quit: Q\n').value);
  expect([bound.get('j'), bound.get('ctrl+r'), bound.get('down'), bound.get('r')]).toEqual([
    'reply',
    'reply',
    'down',
    undefined,
  ]);
  expect([bound.get('Q'), bound.get('q'), bound.get('ctrl+c')]).toEqual(['quit', undefined, undefined]);
});

it.each([
  ['  replay: r\n', 'unknown-key', 3, 'reply'],
  ['  reply: rr\n', 'invalid-value', 3, undefined],
  ['  reply: [r, "ctrl+"]\n', 'invalid-value', 3, undefined],
  ['  reply: z\n  write: z\n', 'invalid-value', 4, undefined],
])('%j is a fault', (keys, code, line, nearest) => {
  expect(read(keys)).toMatchObject({
    value: null,
    faults: [{ code, file: 'keys.yaml', line, ...(nearest && { nearest }) }],
  });
});
