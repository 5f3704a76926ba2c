import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Trusted, trustHash, trustTerm } from '../../../src/core/model/trust.ts';

it.each<[Trusted, string, string]>([
  [{ kind: 'command', argv: ['a', 'b c'] }, '["a","b c"]', '["a","b c"]'],
  [{ kind: 'command', argv: ['a'], passes: ['Z', 'B'] }, '["a"] with ["B","Z"]', '["a"] with ["B","Z"]'],
  [{ kind: 'plugin', path: './p.mjs', text: 'the text' }, './p.mjs', 'the text'],
  [{ kind: 'tool', name: 't', text: 'its files' }, 't', 'its files'],
  [{ kind: 'server', name: 's', text: 'its tools' }, 's', 'its tools'],
])('%j is named, and known by a hash of what it would run', (what, term, text) => {
  expect(trustTerm(what)).toBe(term);
  expect(trustHash(what)).toBe(createHash('sha256').update(text).digest('hex'));
});
