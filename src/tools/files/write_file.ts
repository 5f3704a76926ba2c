/** The tool `write_file`: writes a whole file, or merges it with what changed meanwhile. */
import * as z from 'zod';
import { covered } from '../../core/approvals/covers.ts';
import { diffText } from '../../core/text/diff.ts';
import { showWrite } from '../../core/text/file-change.ts';
import { worldTool } from '../define.ts';

export default worldTool({
  name: 'write_file',
  about:
    'Write a whole text file in your workspace, or in shared/... where you may write. It replaces the file. With expected, changes that others made since you read it are merged, or you are told.',
  touches: 'idempotent',
  input: z.strictObject({
    path: z.string().min(1).max(1000),
    content: z.string().max(1_000_000),
    expected: z.string().max(64).optional().describe('hash of the file as you read it'),
  }),
  preview: ({ path, content }, scene) => showWrite(path, scene.stands(path), content),
  covers: ({ path }, scene) => covered(scene, [path]),
  run({ path, content, expected }, box) {
    const { text, hash } = box.write(path, content, expected);
    const others = diffText(content, text);
    const merged = others === null ? '' : `\nmerged with what was changed there meanwhile:\n${others}`;
    return { ok: true, text: `wrote ${path} (${Buffer.byteLength(text)} bytes, hash ${hash})${merged}${astray(path)}` };
  },
});

/** Agents that saw the name of the shared folder mean that folder. */
function astray(path: string): string {
  const [, meant] = /^(?:\.\/)?org\/(shared\/.+)$/.exec(path) ?? [];
  return meant === undefined
    ? ''
    : `\nThis lies in your own workspace, where nobody else sees it. The shared file is ${meant}`;
}
