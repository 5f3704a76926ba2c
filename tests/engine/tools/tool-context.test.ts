import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import type { Json } from '../../../src/core/model/call.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { makeToolContext, noChanges, ToolRefusal } from '../../../src/engine/tools/tool-context.ts';
import { scratch, scratchOrg } from '../../commands/world.ts';
import { means, PLAN, use } from '../../tools/world.ts';

/** A real folder with a link of each kind in the workspace and in what is shared; `outside` lies beside the org. */
function trap() {
  const outside = scratch();
  fs.writeFileSync(join(outside, 'secret.txt'), 'secret');
  fs.mkdirSync(join(outside, 'folder'));
  fs.writeFileSync(join(outside, 'folder/deep.txt'), 'secret');
  const root = scratchOrg(PLAN);
  const workspace = join(root, 'agents/a/workspace');
  fs.mkdirSync(workspace, { recursive: true });
  fs.writeFileSync(join(workspace, 'own.txt'), 'own');
  fs.symlinkSync(join(outside, 'secret.txt'), join(workspace, 'file-link'));
  fs.symlinkSync(join(outside, 'folder'), join(workspace, 'folder-link'));
  fs.symlinkSync('../../b', join(workspace, 'relative-link'));
  fs.symlinkSync(join(outside, 'new.txt'), join(workspace, 'dangling'));
  fs.symlinkSync('loop', join(workspace, 'loop'));
  fs.symlinkSync(outside, join(root, 'org/shared/docs/link'));
  return { root, outside, workspace, disk: realDisk(root) };
}

function filesBelow(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

const ESCAPES = [
  'file-link',
  'folder-link/deep.txt',
  'folder-link/new.txt',
  'relative-link/resume.md',
  'relative-link/workspace/secret.txt',
  'dangling',
  'loop',
  'loop/x',
  'shared/docs/link/secret.txt',
  'shared/docs/link/new.txt',
];

describe('a link leads nowhere', () => {
  it.each<[string, (path: string) => Json]>([
    ['read_file', (path) => ({ path })],
    ['write_file', (path) => ({ path, content: 'escaped' })],
    ['list_files', (path) => ({ path })],
    ['edit_file', (path) => ({ path, old: 'secret', new: 'escaped' })],
    ['search_files', (path) => ({ path, pattern: 'secret' })],
  ])('%s', (tool, input) => {
    const { disk, outside, root } = trap();
    const before = [filesBelow(outside), filesBelow(root)];
    for (const path of [...ESCAPES, 'folder-link', 'shared/docs/link'])
      expect(() => use(tool, input(path), disk), path).toThrow(ToolRefusal);
    expect([filesBelow(outside), filesBelow(root)]).toEqual(before);
    expect(fs.readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe('secret');
  });

  it('when the workspace itself is one', () => {
    const { root, outside, disk } = trap();
    fs.rmSync(join(root, 'agents/a/workspace'), { recursive: true });
    fs.symlinkSync(outside, join(root, 'agents/a/workspace'));
    expect(() => use('read_file', { path: 'secret.txt' }, disk)).toThrow(ToolRefusal);
    expect(() => use('write_file', { path: 'new.txt', content: '' }, disk)).toThrow(ToolRefusal);
    expect(() => use('list_files', {}, disk)).toThrow(ToolRefusal);
    expect(filesBelow(outside)).toEqual(['folder', 'folder/deep.txt', 'secret.txt']);
  });

  it('for an attachment either', async () => {
    const { root, workspace } = trap();
    fs.writeFileSync(join(root, 'agents/human/outbox.md'), '');
    const acts = ESCAPES.map((path) => ({
      tool: 'send_message',
      input: { to: 'human', body: `See ${path}`, attachments: [path] },
    }));
    const rules = [{ when: { call: 1 }, reply: { acts } }];
    fs.writeFileSync(join(root, 'org/script.yaml'), JSON.stringify({ version: 1, rules }));
    fs.writeFileSync(
      join(root, 'org/models.yaml'),
      JSON.stringify({ version: 1, models: { default: { provider: 'scripted', script: 'org/script.yaml' } } }),
    );
    fs.mkdirSync(join(root, 'agents/human/outbox'), { recursive: true });
    fs.writeFileSync(join(root, 'agents/human/outbox/a.sent.md'), '---\nto: a\n---\nBegin.\n');
    expect(fs.existsSync(join(workspace, 'folder-link/deep.txt'))).toBe(true);
    const report = await withEngine({ machine: realMachine, root, env: {} }, 'run', (engine) => engine.turn());
    expect(report.visits).toMatchObject([{ agent: 'a', outcome: 'ok', sent: 0 }]);
    const sent = filesBelow(join(root, 'agents/a')).filter((path) => path.startsWith('outbox/'));
    expect(sent).toEqual([]);
  });
});

describe('what is no regular file', () => {
  it('cannot be read, written or listed', () => {
    const { disk } = trap();
    expect(() => use('read_file', { path: 'own.txt/inside' }, disk)).toThrow();
    expect(() => use('write_file', { path: 'own.txt/inside', content: '' }, disk)).toThrow();
    expect(use('list_files', { path: 'own.txt' }, disk).text).toBe('The folder is empty.');
  });
});

describe('a Box', () => {
  it('knows its agent, and says what was changed', () => {
    const { disk } = trap();
    const changes = noChanges();
    const box = makeToolContext(means(disk, { changes }));
    expect(box.agent).toBe('a');
    box.write('one.txt', '1');
    box.write('shared/docs/two.txt', '2');
    expect(changes).toMatchObject({
      files: [{ path: 'agents/a/workspace/one.txt', text: '1', was: null }],
      shared: { path: 'org/shared/docs/two.txt', text: '2' },
    });
    expect(box.read('one.txt').text).toBe('1');
    expect(box.list('.')).toContain('one.txt');
  });
});
