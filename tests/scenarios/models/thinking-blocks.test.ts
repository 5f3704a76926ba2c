import { expect, it } from 'vitest';
import { answered, fakeAnthropic } from '../../providers/hosted/fake-anthropic.ts';
import { completed, fakeOpenAI } from '../../providers/hosted/fake-openai.ts';
import { play } from './world.ts';

const claude = fakeAnthropic();
const other = fakeOpenAI({ auth: { header: 'authorization', pattern: /^undefined$/ } });
const THOUGHT = { type: 'thinking', thinking: 'SECRET plan', signature: 'c2ln' };
const HIDDEN = { type: 'redacted_thinking', data: 'SECRET' };
const WRITE = { type: 'tool_use', id: 'w', name: 'write_file', input: { path: 'a.txt', text: 'x' } };

it.each([true, false])(
  'thoughts of Claude are neither mailed, nor journaled, nor sent back (stream: %s)',
  async (stream) => {
    claude.answer(
      answered([THOUGHT, HIDDEN, { type: 'text', text: 'I write it.' }, WRITE], { stop_reason: 'tool_use' }),
      answered([THOUGHT, { type: 'text', text: 'It is ready.' }], { stop_reason: 'end_turn' }),
    );
    const { mailed, journal } = await play(
      { provider: 'anthropic', model: 'm', base_url: claude.url, stream },
      'Hello?',
    );
    expect(mailed).toEqual([{ from: 'a', to: ['human'], body: 'It is ready.' }]);
    expect(journal).not.toContain('SECRET');
    expect(JSON.stringify(claude.requests)).not.toContain('SECRET');
  },
);

it('a model that takes over in the middle of a visit is told nothing of them', async () => {
  claude.answer(answered([THOUGHT, { type: 'text', text: 'I write it.' }, WRITE], { stop_reason: 'tool_use' }), {
    status: 503,
    body: { type: 'error', error: { type: 'overloaded_error', message: 'busy' } },
  });
  other.answer(completed({ content: 'It is ready.', reasoning_content: 'SECRET' }));
  const { mailed, journal } = await play(
    { provider: 'anthropic', model: 'm', base_url: claude.url, fallback: ['second'] },
    'Hello?',
    { second: { provider: 'openai-compatible', model: 'm', base_url: `${other.url}/v1` } },
  );
  expect(mailed).toEqual([{ from: 'a', to: ['human'], body: 'It is ready.' }]);
  expect(other.requests).toHaveLength(1);
  expect(JSON.stringify(other.requests)).toContain('I write it.');
  expect(JSON.stringify(other.requests) + journal).not.toContain('SECRET');
});
