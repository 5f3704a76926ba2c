import { describe, expect, it } from 'vitest';
import { changedSince, changedText } from '../../../src/core/approvals/covers.ts';
import type { Held } from '../../../src/core/model/entry.ts';
import { textHash } from '../../../src/core/model/hash.ts';
import { type ActContext, NOTHING, OTHER } from '../../../src/core/model/tool.ts';
import type { Act } from '../../../src/core/rights/permit.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { HELD } from '../entries.ts';
import { configOf, resumeOf, sceneOf } from '../world.ts';

const config = configOf({ edges: { human: ['a'], a: ['human'] }, resumes: { a: { tools: ['ask:write_file'] } } });
const input = { path: 'x', content: 'new' };
const act: Act = {
  ...{ agent: 'a', resume: resumeOf(config, 'a'), toolName: 'write_file', tool: TOOLS.get('write_file') },
  ...{ value: input, why: null, approved: true, taint: null, overLimit: null },
};
const { k: _, ...waiting } = HELD;
/** Held before approvals had hashes of what was shown. */
const old: Held = { ...waiting, tool: 'write_file', input };

function changed(held: Held, text: string | null, hash = text === null ? NOTHING : textHash(text)): string[] {
  const stands: ActContext['stands'] = () => ({ path: 'agents/a/workspace/x', text, hash });
  return changedSince(sceneOf(config, 'a', { stands }), act, held);
}

describe('what changed since an older write was shown', () => {
  it.each<[string, Held, string | null, boolean]>([
    ['a file that was not there, and is not', old, null, false],
    ['a file that was not there, and is', old, 'by hand', true],
    ['the text that was shown', { ...old, was: 'before' }, 'before', false],
    ['another text', { ...old, was: 'before' }, 'by hand', true],
    ['a text that is gone', { ...old, was: 'before' }, null, true],
  ])('%s', (_what, held, text, differs) => {
    expect(changed(held, text)).toEqual(differs ? ['agents/a/workspace/x'] : []);
  });

  it('is a file of no text where a text was shown', () => {
    expect(changed({ ...old, was: 'before' }, null, OTHER)).toEqual(['agents/a/workspace/x']);
  });

  it('is nothing where the path leads nowhere, or another tool was to be used', () => {
    const nowhere = sceneOf(config, 'a');
    expect(changedSince(nowhere, act, { ...old, was: 'before' })).toEqual([]);
    expect(changed({ ...old, tool: 'edit_file', was: 'before' }, 'by hand')).toEqual([]);
  });
});

it('changes are put into words', () => {
  expect(changedText(['org/shared/x.md', 'tool', 'policy'])).toBe(
    'org/shared/x.md and the tool itself and the policy in org/org.yaml changed',
  );
});
