/** The search service Brave. */
import * as z from 'zod';
import { pageText } from '../../core/text/page-text.ts';
import { type Backend, hitsIn } from './backend.ts';

/** If nothing was found, `web` is absent. */
const answer = z.object({ web: z.object({ results: z.array(z.unknown()) }).optional() });

/** Brave Search. Its texts are HTML. */
export const brave: Backend = {
  ask({ query, limit }, key) {
    const url = new URL('https://api.search.brave.com/res/v1/web/search');
    url.searchParams.set('q', query);
    url.searchParams.set('count', String(limit));
    url.searchParams.set('result_filter', 'web');
    return { url, headers: { accept: 'application/json', 'x-subscription-token': key } };
  },
  read(given) {
    const hits = hitsIn(answer.parse(given).web?.results ?? [], 'description');
    return hits.map(({ title, url, snippet }) => ({ title: pageText(title), url, snippet: pageText(snippet) }));
  },
};
