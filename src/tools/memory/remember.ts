/** The tool `remember`: writes an entry of memory. */
import * as z from 'zod';
import { coveredEntry, showMemory, stageChange } from '../../core/memory/remember.ts';
import { memoryKey } from '../../schema/records/memory.ts';
import { act, RARE } from '../define.ts';

export default act({
  name: 'remember',
  about:
    'Keep a note under a key for your later visits. Use learned/NAME for a lesson, with its evidence, and shared/NAME for what others may read.',
  input: z.strictObject({
    key: memoryKey().describe('lower-case name, such as client-wishes'),
    text: z.string().max(20_000),
    tags: z.array(z.string().max(40)).max(16).optional().meta(RARE),
    mode: z
      .enum(['set', 'append', 'merge'])
      .default('set')
      .describe('set replaces the note, append adds to it, merge adds the lines that are new'),
    pin: z.boolean().optional().describe('show it in every visit'),
    evidence: z.string().max(2000).optional().describe('what shows that a lesson is true'),
    expected: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .describe('version that this is based on, 0 for a new entry: with any other nothing is changed')
      .meta(RARE),
  }),
  preview: (change, scene) => showMemory(scene, change.key, (copy) => stageChange(copy, change)),
  covers: ({ key }, scene) => coveredEntry(scene, key),
  stage: (change, scene) => stageChange(scene, change),
});
