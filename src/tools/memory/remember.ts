/** The tool `remember`: writes an entry of memory. */
import * as z from 'zod';
import { coveredEntry, showMemory, stageChange } from '../../core/memory/remember.ts';
import { memoryKey } from '../../schema/records/memory.ts';
import { act } from '../define.ts';

export default act({
  name: 'remember',
  about:
    'Keeps a text in your memory under a key. The key learned/NAME is for a lesson, with what shows it as evidence; shared/NAME is read by all who are granted it. A prompt shows what is pinned, recent or about your mail; recall and search_memory show the rest.',
  input: z.strictObject({
    key: memoryKey().describe('short name of the entry; learned/NAME for a lesson, shared/NAME for common knowledge'),
    text: z.string().max(20_000),
    tags: z.array(z.string().max(40)).max(16).optional(),
    mode: z
      .enum(['set', 'append', 'merge'])
      .default('set')
      .describe('set: in place of what stood there; append: after it; merge: adds the lines that are not there yet'),
    pin: z.boolean().optional().describe('true: show it in every prompt'),
    evidence: z.string().max(2000).optional().describe('what shows that a lesson is so'),
    expected: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .describe('version that this is based on, 0 for a new entry: with any other nothing is changed'),
  }),
  preview: (change, scene) => showMemory(scene, change.key, (copy) => stageChange(copy, change)),
  covers: ({ key }, scene) => coveredEntry(scene, key),
  stage: (change, scene) => stageChange(scene, change),
});
