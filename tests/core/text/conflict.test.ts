import { describe, expect, it } from 'vitest';
import { shortHash } from '../../../src/core/model/hash.ts';
import { showConflict } from '../../../src/core/text/conflict.ts';
import { judge } from '../../../src/core/turn/judge.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { HELD } from '../entries.ts';
import { configOf, sceneOf } from '../world.ts';

const texts = { before: 'a\nb\nc\nd\n', wanted: 'A\nb\nc\nD\n', now: '1\nb\nc\n4\n' };

describe('what a person is shown of a conflict', () => {
  it('is each place that both changed, and all that goes and comes', () => {
    expect(showConflict('bob', texts)).toBe(
      [
        'Nothing was written. If you approve, the text of bob replaces the present text; if you deny, the present text stays.',
        'Where both changed it:\n\n```\n<<<<<<< now\n1\n||||||| before\na\n=======\nA\n>>>>>>> bob\n...\n<<<<<<< now\n4\n||||||| before\nd\n=======\nD\n>>>>>>> bob\n```',
        'What approval would change:\n\n```diff\n-1\n+A\n b\n c\n-4\n+D\n```',
      ].join('\n\n'),
    );
  });

  it('is no place where the texts are too long to be compared, and no block that a text ends', () => {
    const long = { ...texts, wanted: '```\n', now: '\n'.repeat(300_000) };
    const shown = showConflict('bob', long);
    expect(shown).not.toContain('<<<<<<<');
    expect(shown).toMatch(/^Nothing was written[\s\S]*\n\n````diff\n[\s\S]*\+```\n````$/);
  });
});

describe('a write that conflicts', () => {
  const input = { path: 'x', content: texts.wanted, expected: shortHash(texts.before) };
  const used = { ok: false, text: 'Refused (conflict): no.', conflict: { text: texts.now, hash: 'h2' } };
  const config = configOf({ edges: { human: ['a'], a: [] }, resumes: { a: { tools: ['write_file'] } } });

  function verdictOf(scene = sceneOf(config, 'a')) {
    scene.draft.known.add(texts.before);
    const verdict = judge(TOOLS, scene, { id: 'c', tool: 'write_file', input });
    if (verdict.is !== 'use' || !verdict.ask) throw new Error(JSON.stringify(verdict));
    return { ask: verdict.ask, draft: scene.draft };
  }

  it('is held over what stands there now', () => {
    const { ask, draft } = verdictOf();
    draft.heldBefore = [HELD, HELD];
    expect(ask(used)).toMatchObject({ is: 'held', id: 'A-2-a-3' });
    expect(draft.held).toMatchObject([
      {
        rule: 'conflict',
        because: expect.stringContaining('changed "x"'),
        input: { ...input, expected: 'h2' },
        was: texts.now,
        over: 'h2',
      },
    ]);
  });

  it('is held once over the same text, and anew over another', () => {
    const { ask, draft } = verdictOf();
    ask(used);
    expect(ask(used)).toMatchObject({ id: 'A-2-a-1', text: expect.stringContaining('is already waiting as A-2-a-1') });
    expect(ask({ ...used, conflict: { text: 'more', hash: 'h3' } })).toMatchObject({ id: 'A-2-a-2' });
    expect(draft.held.map(({ over }) => over)).toEqual(['h2', 'h3']);
  });

  it('is not held when it was written, or when there is nobody to ask', () => {
    const { ask, draft } = verdictOf();
    expect(ask({ ok: true, text: 'wrote x' })).toBeNull();
    const agents = new Map([...config.agents].filter(([, { person }]) => !person));
    const alone = verdictOf(sceneOf({ ...config, agents }, 'a'));
    expect([alone.ask(used), alone.draft.held, draft.held]).toEqual([null, [], []]);
  });
});
