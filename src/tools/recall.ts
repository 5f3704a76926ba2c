import { z } from 'zod';
import { memoryPath } from '../core/memory.ts';
import { act } from './define.ts';

export default act({
  name: 'recall',
  about: 'Shows one entry of your memory in full.',
  asks: true,
  input: z.strictObject({ key: z.string().max(63) }),
  stage({ key }, { agent, state, draft }) {
    const path = memoryPath(agent, key);
    const text = draft.wrote.get(path)?.text ?? state.files.get(path);
    if (text !== undefined) return { ok: true, text };
    const keys = (state.memories.get(agent) ?? []).map((p) => p.slice(p.lastIndexOf('/') + 1, -3));
    return { ok: true, text: `Nothing is remembered as ${JSON.stringify(key)}. Keys: ${keys.join(', ') || 'none'}.` };
  },
});
