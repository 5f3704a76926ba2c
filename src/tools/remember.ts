import { z } from 'zod';
import { memoryPath, printMemory } from '../core/memory.ts';
import { act } from './define.ts';

export default act({
  name: 'remember',
  about:
    'Keeps a text in your memory under a key, in place of what stood there. Your memory is shown to you at every visit.',
  input: z.strictObject({
    key: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'lower-case letters, digits, _ and -')
      .describe('short name of the entry'),
    text: z.string().max(20_000),
    tags: z.array(z.string().max(40)).max(16).optional(),
  }),
  stage({ key, text, tags }, { agent, turn, state, draft }) {
    const path = memoryPath(agent, key);
    const was = draft.wrote.get(path)?.was ?? state.files.get(path) ?? null;
    draft.wrote.set(path, { text: printMemory({ key, tags: tags ?? [], turn, text }), was });
    return { ok: true, text: `Remembered ${key}.` };
  },
});
