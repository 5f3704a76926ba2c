/** What a search service is. */
import * as z from 'zod';
import type { Hit } from '../../core/model/tool.ts';
import type { WireRequest } from '../../disk/sandbox/wire.ts';

/** What is looked for, and how many results are wanted at most. */
export interface SearchQuery {
  query: string;
  limit: number;
}

/** A service that searches: how it is asked, and how its answer is read. Both are pure. */
export interface Backend {
  /** The key stands in a header and nowhere else; empty for a service without one. */
  ask(request: SearchQuery, key: string): WireRequest;
  /** Throws a `ZodError` for what is no answer of this service. */
  read(answer: unknown): Hit[];
}

/** Longest address of a result. */
const URL_CHARS = 2000;

/** The results among what a service lists; `snippet`: its word for a piece of the text. What leads to no page is left out. */
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
