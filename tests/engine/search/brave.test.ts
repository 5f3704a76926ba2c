import { expect, it } from 'vitest';
import { brave } from '../../../src/engine/search/brave.ts';
import { keepsTheContract } from './contract.ts';

keepsTheContract({
  settings: { backend: 'brave', key: 'env:BRAVE_API_KEY' },
  host: 'api.search.brave.com',
  answer: (found) => ({
    type: 'search',
    web: { results: found.map(({ title, url, text }) => ({ title, url, description: text ?? null })) },
  }),
  read: ({ url, headers }) => ({
    query: new URLSearchParams(url?.split('?')[1]).get('q') ?? undefined,
    key: headers['x-subscription-token']?.toString(),
  }),
});

it('asks for pages of the web, by https', () => {
  const { url, body } = brave.ask({ query: 'a b', limit: 3 }, 'k');
  expect(url.href).toBe('https://api.search.brave.com/res/v1/web/search?q=a+b&count=3&result_filter=web');
  expect(body).toBeUndefined();
});

it('reads its texts as HTML, and an answer without pages', () => {
  const results = [
    { title: 'Q&amp;A', url: 'https://x.example', description: 'A <strong>red</strong> fox&#x27;s tail' },
  ];
  expect(brave.read({ web: { results } })).toEqual([
    { title: 'Q&A', url: 'https://x.example/', snippet: "A red fox's tail" },
  ]);
  expect(brave.read({ type: 'search' })).toEqual([]);
});
