/** The tool `search_memory`: finds entries of memory by their words. */
import * as z from 'zod';
import { excerpt, rank } from '../../core/memory/relevance.ts';
import { visibleEntries } from '../../core/memory/remember.ts';
import { act } from '../define.ts';

export default act({
  name: 'search_memory',
  about: 'Find notes in your memory and in the shared memory by words, the best match first.',
  asks: true,
  input: z.strictObject({
    query: z.string().min(1).max(500),
    limit: z.int().min(1).max(50).default(10),
  }),
  stage({ query, limit }, scene) {
    const { found, best } = rank(visibleEntries(scene), query, limit);
    if (found === 0)
      return { ok: true, text: `No entry holds a word that begins like one of ${JSON.stringify(query)}.` };
    const rows = best.map((entry) => {
      const { key, version, tags, archived } = entry;
      const about = [`version ${version}`, ...(archived ? ['archived'] : []), ...tags].join(', ');
      return `- ${key} (${about}): ${excerpt(entry, query)}`;
    });
    const more = found > best.length ? `\n${found - best.length} more.` : '';
    return { ok: true, text: `${rows.join('\n')}${more}` };
  },
});
