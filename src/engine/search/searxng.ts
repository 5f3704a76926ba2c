/** The search service SearXNG. */
import * as z from 'zod';
import { type Backend, hitsIn } from './backend.ts';

const answer = z.object({ results: z.array(z.unknown()) });

/** A SearXNG server at that address whose settings enable the format json. It decides how many results it returns. */
export function searxng(at: string): Backend {
  return {
    ask({ query }) {
      const url = new URL(`${at.replace(/\/$/, '')}/search`);
      url.searchParams.set('q', query);
      url.searchParams.set('format', 'json');
      return { url, headers: { accept: 'application/json' } };
    },
    read: (given) => hitsIn(answer.parse(given).results, 'content'),
  };
}
