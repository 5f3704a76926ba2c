/** The search service Tavily. */
import * as z from 'zod';
import { type Backend, hitsIn } from './backend.ts';

const answer = z.object({ results: z.array(z.unknown()) });

/** Tavily with its basic search. */
export const tavily: Backend = {
  ask: ({ query, limit }, key) => ({
    url: new URL('https://api.tavily.com/search'),
    headers: { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, max_results: limit }),
  }),
  read: (given) => hitsIn(answer.parse(given).results, 'content'),
};
