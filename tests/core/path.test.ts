import { expect, it } from 'vitest';
import { permitPath, permitRead } from '../../src/core/path.ts';
import { configOf, mail, resumeOf } from './world.ts';

const RESUME = { ...resumeOf(configOf({ edges: { human: ['a'], a: [] } }), 'a'), shared: ['docs'] };
const GIVEN = [{ ...mail(), attachments: ['x.png'] }];

it.each([
  ['attachments/x.png', 'agents/human/outbox/x.png'],
  ['./attachments/x.png', 'agents/human/outbox/x.png'],
  ['attachments/y.png', 'agents/a/workspace/attachments/y.png'],
  ['mine/attachments/x.png', 'agents/a/workspace/mine/attachments/x.png'],
  ['attachments/x.png/more', 'agents/a/workspace/attachments/x.png/more'],
  ['x.png', 'agents/a/workspace/x.png'],
])('%s is read from %s', (path, found) => {
  expect(permitRead(RESUME, GIVEN as never, path)).toMatchObject({ ok: true, path: found });
  expect(permitRead(RESUME, [mail()] as never, path)).toEqual(permitPath(RESUME, path));
});

it.each([
  ['a'.repeat(255), true],
  ['a'.repeat(256), false],
  ['é'.repeat(127), true],
  ['é'.repeat(128), false],
  [`${'a/'.repeat(499)}bb`, true],
  [`${'a/'.repeat(499)}bbb`, false],
])('a name or path may have so many bytes: %s', (path, ok) => expect(permitPath(RESUME, path).ok).toBe(ok));
