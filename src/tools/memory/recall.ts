/** The tool `recall`: shows an entry of memory. */
import * as z from 'zod';
import { printMemory } from '../../core/memory/entry.ts';
import { findEntry, visibleEntries } from '../../core/memory/remember.ts';
import { act } from '../define.ts';

/** Keys that are named at most when there is no such entry. */
const NAMED_KEYS = 200;

export default act({
  name: 'recall',
  about: 'Show one note of your memory in full.',
  asks: true,
  input: z.strictObject({ key: z.string().max(80) }),
  stage({ key }, scene) {
    const entry = findEntry(scene, key);
    if (entry) return { ok: true, text: printMemory(entry, entry.key) };
    const keys = visibleEntries(scene).map((one) => one.key);
    const named = keys.slice(-NAMED_KEYS).join(', ') || 'none';
    const more = keys.length > NAMED_KEYS ? `, and ${keys.length - NAMED_KEYS} more: search_memory finds them` : '';
    return { ok: true, text: `There is no memory entry ${JSON.stringify(key)}. Keys: ${named}${more}.` };
  },
});
