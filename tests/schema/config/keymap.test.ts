import { expect, it } from 'vitest';
import { readYaml } from '../../../src/disk/yaml/yaml.ts';
import { bindings, KEY_ACTIONS, KEYS, keymapFile } from '../../../src/schema/config/keymap.ts';

const read = (keys: string) => readYaml(keymapFile(), `version: 1\nkeys:\n${keys}`, 'keys.yaml');

it('every key does one thing', () => {
  const keys = KEY_ACTIONS.flatMap((action) => KEYS[action].keys);
  expect(new Set(keys).size).toBe(keys.length);
  expect(bindings(null).get('ctrl+c')).toBe('quit');
});

it("the owner's keys come first: what they are taken from does without", () => {
  const bound = bindings(read('  reply: [j, ctrl+r]\n  quit: Q\n').value);
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
