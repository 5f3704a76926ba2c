import { expect, it } from 'vitest';
import { copyDraft, emptyDraft } from '../../../src/core/model/tool.ts';
import { filesLeft } from '../../../src/core/turn/cut.ts';

it('a visit that was cut says how large it left files, those that it removed as well; a copy of its draft is its own', () => {
  const draft = emptyDraft();
  draft.wrote.set('org/shared/gone.md', { text: null, was: 'x' });
  draft.wrote.set('org/shared/new.md', { text: 'four', was: null });
  draft.wrote.set('agents/a/memory/k.md', { text: 'kept', was: null });
  const visit = { outcome: 'cut', reason: 'steps', draft } as never;
  expect(filesLeft(visit)).toEqual({ files: { 'org/shared/gone.md': 0, 'org/shared/new.md': 4 } });
  draft.uses = new Map();
  expect(copyDraft(draft).uses).not.toBe(draft.uses);
});
