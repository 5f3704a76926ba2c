import { expect, it } from 'vitest';
import { printTree } from '../../../src/core/text/tree.ts';

it('a tree has below each node those that follow it, and repeats nothing', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, label: id.toUpperCase() }));
  const edges = ['ab', 'bd', 'de', 'ac', 'cd', 'cx'].map((pair) => ({
    from: pair[0] as string,
    to: pair[1] as string,
  }));
  expect(printTree({ nodes, edges }).split('\n')).toEqual([
    'A',
    '├─ B',
    '│  └─ D',
    '│     └─ E',
    '└─ C',
    '   ├─ D (see above)',
    '   └─ x',
  ]);
  expect(printTree({ nodes: [], edges: [] })).toBe('');
});
