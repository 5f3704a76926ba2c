import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { stale } from '../../scripts/schemas.ts';
import { type FileKind, KINDS, kindOf } from '../../src/schema/kinds.ts';

const kinds = Object.entries<FileKind>(KINDS);

describe('the kinds of files', () => {
  it.each([
    ['org/org.yaml', 'org'],
    ['org/chart.yaml', 'chart'],
    ['org/script.yaml', 'script'],
    ['agents/planner/resume.md', 'resume'],
    ['org/templates/worker.md', 'resume'],
    ['org/units/eng.md', 'unit'],
    ['agents/planner/outbox/000042-01-coder_01-x.md', 'message'],
    ['agents/planner/outbox/archive/0000/000042-01-coder_01-x.md', 'message'],
    ['agents/human/outbox/manager.md', 'drop'],
    ['agents/human/outbox/manager/x.md', 'drop'],
    ['org/dead-letter/x.md', 'dead-letter'],
    ['agents/human/requests/x.yaml', 'request'],
    ['org/other.yaml', null],
    ['agents/planner/deep/resume.md', null],
  ])('%s is %s', (path, kind) => expect(kindOf(path)).toBe(kind));

  it.each(kinds)('%s explains every key', (_name, { schema }) => {
    const undescribed: string[] = [];
    visit(z.toJSONSchema(schema, { io: 'input' }) as Node, '', undescribed);
    expect(undescribed).toEqual([]);
  });

  it('are described in files that are up to date: npm run docs', () => expect(stale()).toEqual([]));
});

interface Node {
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
  description?: string;
  const?: unknown;
}

function visit(node: Node, path: string, undescribed: string[]): void {
  for (const [key, inner] of Object.entries(node.properties ?? {})) {
    if (inner.description === undefined && inner.const === undefined) undescribed.push(`${path}.${key}`);
    visit(inner, `${path}.${key}`, undescribed);
  }
  const inner = [node.items, ...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  if (typeof node.additionalProperties === 'object') inner.push(node.additionalProperties);
  for (const one of inner) if (one) visit(one, path, undescribed);
}
