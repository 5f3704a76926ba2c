/** The interface of a search service. */
import * as z from 'zod';
import type { Hit } from '../../core/model/tool.ts';
import type { WireRequest } from '../../disk/sandbox/wire.ts';

/** The query, and the most results that are wanted. */
export interface SearchQuery {
  query: string;
  limit: number;
}

/** A search service: how to ask it, and how to read its answer. Both functions are pure. */
export interface Backend {
  /** The key stands in a header and nowhere else; empty for a service without one. */
  ask(wish: SearchQuery, key: string): WireRequest;
  /** Throws a `ZodError` for what is no answer of this service. */
  read(answer: unknown): Hit[];
}

/** The longest address of a result. */
const URL_CHARS = 2000;

/** The results in a service's list. `snippet`: its key for an excerpt. Results that are not pages are skipped. */
export function hitsIn(listed: readonly unknown[], snippet: string): Hit[] {
  const result = z.object({
    title: z.string(),
    url: z.url({ protocol: /^https?$/ }).max(URL_CHARS),
    [snippet]: z.string().nullish(),
  });
  return listed.flatMap((one) => {
    const { data } = result.safeParse(one);
    if (!data) return [];
    return [{ title: data.title as string, url: new URL(data.url as string).href, snippet: data[snippet] ?? '' }];
  });
}
