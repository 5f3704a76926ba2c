import { expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import type { FileOp } from '../../../src/core/journal/file-op.ts';
import { isKept, opsOf, placed, type Unplaced, unplacedLines } from '../../../src/core/journal/unplaced.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { FileVersions, foldersOf, inTheWayOf } from '../../../src/core/tools/file-versions.ts';
import { EVERY } from '../entries.ts';
import { letter } from '../world.ts';

const KEPT = 'org/dead-letter/unplaced-000001-1.kept';

function aside(path: string, more: Partial<Unplaced> = {}): Unplaced {
  return { ...EVERY.unplaced, path, kept: KEPT, ...more };
}

const RECORD: FileOp = { op: 'create', path: 'org/dead-letter/unplaced-000001-1.md', text: EVERY.unplaced.record };

it.each<[string, FileOp[], Unplaced, FileOp[]]>([
  ['a file', [{ op: 'create', path: 'x', text: 't' }], aside('x'), [{ op: 'create', path: KEPT, text: 't' }]],
  ['bytes', [{ op: 'attach', path: 'x', data: 'AA==' }], aside('x'), [{ op: 'attach', path: KEPT, data: 'AA==' }]],
  [
    'replacements, and a removal after them',
    [
      { op: 'replace', path: 'x', text: '1', was: '0' },
      { op: 'replace', path: 'x', text: '2', was: '1' },
      { op: 'remove', path: 'x', hash: 'h' },
    ],
    aside('x'),
    [
      { op: 'replace', path: KEPT, text: '1', was: null },
      { op: 'replace', path: KEPT, text: '2', was: '1' },
      { op: 'remove', path: KEPT, hash: 'h' },
    ],
  ],
  [
    'only what came after',
    [
      { op: 'remove', path: 'x', hash: null },
      { op: 'create', path: 'x', text: 't' },
    ],
    aside('x', { after: 1 }),
    [
      { op: 'remove', path: 'x', hash: null },
      { op: 'create', path: KEPT, text: 't' },
    ],
  ],
  ['a removal', [{ op: 'remove', path: 'x', hash: null }], aside('x', { kept: null }), []],
  ['a removal whose file is written later', [{ op: 'remove', path: 'x', hash: null }], aside('x'), []],
  ['a move', [{ op: 'move', from: 'x', to: 'y' }], aside('x', { kept: null }), []],
  [
    'a drop that has no place',
    [{ op: 'adopt', found: 'd', hash: 'h', path: 'x', text: 't' }],
    aside('x'),
    [
      { op: 'create', path: KEPT, text: 't' },
      { op: 'remove', path: 'd', hash: 'h' },
    ],
  ],
  [
    'a drop that cannot be removed',
    [{ op: 'adopt', found: 'd', hash: 'h', path: 'x', text: 't' }],
    aside('d', { kept: null }),
    [{ op: 'create', path: 'x', text: 't' }],
  ],
  [
    'what else was done, and what tools did',
    [
      { op: 'live', path: 'x', text: 't', was: null },
      { op: 'create', path: 'y', text: 't' },
    ],
    aside('x'),
    [
      { op: 'live', path: 'x', text: 't', was: null },
      { op: 'create', path: 'y', text: 't' },
    ],
  ],
])('set aside: %s', (_what, ops, line, made) => {
  expect(placed(ops, [line])).toEqual([...made, RECORD]);
});

it('a drop that has neither a place nor can be removed is kept', () => {
  const ops: FileOp[] = [{ op: 'adopt', found: 'd', hash: 'h', path: 'x', text: 't' }];
  const lines = [aside('x'), aside('d', { kept: null })];
  expect(placed(ops, lines)).toEqual([{ op: 'create', path: KEPT, text: 't' }, RECORD, RECORD]);
});

it('a line concerns what stands before it, not the turn after', () => {
  const wrote: Entry = { k: 'wrote', agent: 'a', path: 'x', text: 't', was: null };
  const ops = opsOf([wrote, aside('x'), { k: 'done', turn: 1 }, wrote]);
  expect(ops.map((op) => 'path' in op && op.path)).toEqual([KEPT, RECORD.path, 'x']);
});

it('who did it is told, and what it was to hold has a place', () => {
  const op: FileOp = { op: 'create', path: 'org/shared/x', text: 't' };
  const wrote: Entry = { k: 'wrote', agent: 'a', path: 'org/shared/x', text: 't', was: null };
  const adopt: FileOp = { op: 'adopt', found: 'agents/human/outbox/d.md', hash: 'h', path: 'y', text: 't' };
  const refused = [
    { path: 'org/shared/x', op, after: 0, why: 'no' },
    { path: 'agents/kid/resume.md', op, after: 0, why: 'no' },
    { path: 'agents/human/outbox/d.md', op: adopt, after: 0, why: 'no', mark: 'h' },
    { path: 'org/y', op: { op: 'move', from: 'org/y', to: 'z' } as const, after: 0, why: 'no' },
  ];
  const found = unplacedLines(1, [EVERY.unplaced, wrote, EVERY.hired], refused);
  expect(found.map(({ id, kept, owner, mark }) => [id.slice(-1), kept, owner, mark])).toEqual([
    ['2', 'org/dead-letter/unplaced-000001-2.kept', 'a', undefined],
    ['3', 'org/dead-letter/unplaced-000001-3.kept', EVERY.hired.by, undefined],
    ['4', null, 'human', 'h'],
    ['5', null, 'org', undefined],
  ]);
  expect(found.map(({ record }) => record.includes('It stays as it is'))).toEqual([false, false, true, true]);
  expect([isKept(found[0]?.kept ?? ''), isKept('org/dead-letter/x.md')]).toEqual([true, false]);
});

it('mail that has no place is read where it is kept, and a file that cannot go is not taken again', () => {
  const state = emptyState();
  apply(state, { k: 'sent', message: letter() });
  apply(state, aside(letter().path, { owner: 'a' }));
  expect(state.mail.waiting.get(letter().id)?.path).toBe(KEPT);
  expect(state.staff.agents.get('a')?.notices).toHaveLength(1);
  apply(state, aside('drop', { id: 'two', kept: null, mark: 'h', owner: 'org' }));
  expect(state.dead.aside.get('drop')).toBe('h');
  expect(state.staff.agents.has('org')).toBe(false);
});

it('a file and a folder of one name are in each other’s way', () => {
  const written = new FileVersions();
  written.set('s/n', { text: 't', by: 'a' });
  written.set('s/m/x', { text: 't', by: 'b' });
  written.set('s/gone', { text: null, by: 'b' });
  expect(['s/n/x', 's/m', 's/n', 's/gone/x', 's/o'].map((path) => written.inTheWay(path)?.by ?? null)).toEqual([
    'a',
    'b',
    null,
    null,
    null,
  ]);
  written.set('s/m/x', { text: null, by: 'b' });
  expect(written.inTheWay('s/m')).toBeNull();
  expect(written.has('s/n')).toBe(true);
  expect(foldersOf('a/b/c')).toEqual(['a', 'a/b']);
  const files = new Map([
    ['s/n', { text: 't' }],
    ['s/gone', { text: null }],
  ]);
  expect(['s/n/x', 's', 's/gone/x', 's/o'].map((path) => inTheWayOf(path, files))).toEqual(['s/n', 's/n', null, null]);
});
