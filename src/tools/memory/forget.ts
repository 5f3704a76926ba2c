/** The tool `forget`: removes an entry of memory. */
import * as z from 'zod';
import { coveredEntry, showMemory, stageRemoval } from '../../core/memory/remember.ts';
import { memoryKey } from '../../schema/records/memory.ts';
import { act, RARE } from '../define.ts';

export default act({
  name: 'forget',
  about: 'Remove a note from your memory, or from the shared memory that you may change.',
  input: z.strictObject({
    key: memoryKey(),
    expected: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .describe('version that you know: an entry at any other is kept')
      .meta(RARE),
  }),
  preview: ({ key, expected }, scene) => showMemory(scene, key, (copy) => stageRemoval(copy, key, expected)),
  covers: ({ key }, scene) => coveredEntry(scene, key),
  stage: ({ key, expected }, scene) => stageRemoval(scene, key, expected),
});
