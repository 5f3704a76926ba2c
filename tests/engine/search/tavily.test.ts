import { expect, it } from 'vitest';
import { tavily } from '../../../src/engine/search/tavily.ts';
import { keepsTheContract } from './contract.ts';

keepsTheContract({
  settings: { backend: 'tavily', key: 'env:TAVILY_API_KEY' },
  host: 'api.tavily.com',
  answer: (found) => ({
    query: 'x',
    results: found.map(({ title, url, text }) => ({ title, url, content: text ?? null, score: 0.5 })),
  }),
  read: ({ headers, body }) => ({
    query: (JSON.parse(body) as { query: string }).query,
    key: headers.authorization?.replace(/^Bearer /, ''),
  }),
});

it('posts the query by https', () => {
  const { url, body } = tavily.ask({ query: 'a b', limit: 3 }, 'k');
  expect([url.href, body]).toEqual(['https://api.tavily.com/search', '{"query":"a b","max_results":3}']);
});
