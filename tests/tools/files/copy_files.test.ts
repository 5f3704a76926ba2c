import { describe, expect, it } from 'vitest';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import { ToolRefusal } from '../../../src/engine/tools/tool-context.ts';
import { memoryOrg, use } from '../world.ts';

const WORKSPACE = 'agents/a/workspace/';

describe('copy_files', () => {
  it('copies a shared file under the name that is given, or into a folder', () => {
    const disk = memoryOrg();
    expect(use('copy_files', { path: 'shared/docs/x.md', to: 'mine.md' }, disk)).toMatchObject({
      ok: true,
      text: 'copied 1 file:\nmine.md',
      changes: { files: [{ path: `${WORKSPACE}mine.md`, text: 'shared text', was: null }] },
    });
    expect(use('copy_files', { path: 'shared/docs/x.md', to: 'in/' }, disk).text).toBe('copied 1 file:\nin/x.md');
  });

  it('copies a folder with all that lies below it, and what the visit wrote there', () => {
    const disk = memoryOrg();
    const draft = emptyDraft();
    disk.put('org/shared/docs/deep/y.js', 'old');
    disk.put('org/shared/docs/gone.md', 'gone');
    draft.wrote.set('org/shared/docs/deep/y.js', { text: 'new', before: null } as never);
    draft.wrote.set('org/shared/docs/z.js', { text: 'z', before: null } as never);
    draft.wrote.set('org/shared/docs/gone.md', { text: null, before: null } as never);
    const { text, changes } = use('copy_files', { path: 'shared/docs/', to: 'kit/' }, disk, undefined, draft);
    expect(text).toBe('copied 3 files:\nkit/x.md\nkit/deep/y.js\nkit/z.js');
    expect(changes.files.map(({ path, text: made }) => [path, made])).toEqual([
      [`${WORKSPACE}kit/x.md`, 'shared text'],
      [`${WORKSPACE}kit/deep/y.js`, 'new'],
      [`${WORKSPACE}kit/z.js`, 'z'],
    ]);
  });

  it('tells twenty names, and counts the rest', () => {
    const disk = memoryOrg();
    for (let i = 0; i < 22; i++) disk.put(`${WORKSPACE}old/${String(i).padStart(2, '0')}`, `${i}`);
    const { text } = use('copy_files', { path: 'old', to: 'new' }, disk);
    expect([text.split('\n').length, text.split('\n').at(-1)]).toEqual([22, 'and 2 more']);
  });

  it('copies into the workspace alone, and only what may be read', () => {
    for (const to of ['shared/docs/y.md', './shared', 'attachments/x'])
      expect(use('copy_files', { path: 'shared/docs/x.md', to }, memoryOrg())).toMatchObject({
        ok: false,
        text: expect.stringContaining('is not in your workspace'),
        changes: { files: [] },
      });
    for (const path of ['shared/other.txt', 'shared', '../../b/workspace', '/etc/passwd', 'attachments/none.txt'])
      expect(() => use('copy_files', { path, to: 'x' }, memoryOrg())).toThrow(ToolRefusal);
    expect(() => use('copy_files', { path: 'shared/docs/x.md', to: '../x' }, memoryOrg())).toThrow(ToolRefusal);
  });

  it('says what is not there, is no text, or is too much', () => {
    const disk = memoryOrg();
    expect(use('copy_files', { path: 'nowhere', to: 'x' }, disk).text).toContain('There is no file "nowhere"');
    disk.create(`${WORKSPACE}picture.png`, Buffer.from([0xff, 0xd8, 0xff]));
    expect(use('copy_files', { path: 'picture.png', to: 'y.png' }, disk)).toMatchObject({
      ok: false,
      text: 'picture.png is not a text file. Nothing after it was copied.',
      changes: { files: [] },
    });
    for (let i = 0; i < 201; i++) disk.put(`${WORKSPACE}many/${i}`, 'x');
    expect(use('copy_files', { path: 'many', to: 'x' }, disk).text).toContain('more than 200 files');
  });
});
