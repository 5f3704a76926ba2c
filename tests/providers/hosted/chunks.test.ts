// Streams of chat completions and of messages, joined: what was billed on the way, and where they end.
import { describe, expect, it } from 'vitest';
import { type AnswerProgress, failing } from '../../../src/providers/hosted/answer.ts';
import { joinCandidates } from '../../../src/providers/hosted/candidates.ts';
import { joinChunks } from '../../../src/providers/hosted/chunks.ts';
import { joinEvents } from '../../../src/providers/hosted/events.ts';

async function* of(events: readonly unknown[]) {
  yield* events;
}

/** Joins a stream; what it came to, and what was known on the way. */
async function joined(join: typeof joinChunks, events: readonly unknown[]) {
  const progress: AnswerProgress = { received: null, usage: null, requestId: null };
  const heard: string[] = [];
  const fail = failing('svc', progress);
  const answer = await join(of(events), progress, (text) => void heard.push(text), fail).catch((error) => error);
  return { answer: answer as { usage: unknown; choices: unknown }, progress, heard };
}

const said = (content: string) => ({ choices: [{ index: 0, delta: { content } }] });
const END = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
const USED = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };

describe('a streamed completion', () => {
  it.each([
    ['in an earlier part', [{ ...said('a'), usage: USED }, said('b'), END]],
    ['in the part that ends it', [said('a'), said('b'), { ...END, usage: USED }]],
    ['after its end, without choices', [said('a'), said('b'), END, { choices: [], usage: USED }]],
    ['before parts that leave it out with null', [{ ...said('a'), usage: USED }, { ...said('b'), usage: null }, END]],
  ])('keeps what was used, told %s', async (_when, events) => {
    const { answer, progress, heard } = await joined(joinChunks, events);
    expect(answer.usage).toEqual(USED);
    expect(answer.choices).toMatchObject([{ finish_reason: 'stop', message: { content: 'ab' } }]);
    expect(progress).toMatchObject({ received: 2, usage: { input: 7 } });
    expect(heard).toEqual(['a', 'b']);
  });

  it.each([0, 1, 2])('is no answer when it is cut after %d parts, and what was used so far is known', async (parts) => {
    const { answer, progress } = await joined(
      joinChunks,
      [{ ...said('a'), usage: USED }, said('b'), END].slice(0, parts),
    );
    expect(answer).toMatchObject({ failure: 'unavailable', message: 'svc: the answer was cut before its end' });
    expect(progress.usage?.input).toBe(parts ? 7 : undefined);
  });
});

const MESSAGE = [
  { type: 'message_start', message: { id: 'm-1', model: 'm', usage: { input_tokens: 7, output_tokens: 1 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'ab' } },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { input_tokens: null, output_tokens: 3 } },
  { type: 'message_stop' },
];

describe('a streamed message', () => {
  it('keeps what was used, told at its beginning, beside what grew', async () => {
    const { answer, progress } = await joined(joinEvents, MESSAGE);
    expect(answer).toMatchObject({ id: 'm-1', usage: { input_tokens: 7, output_tokens: 3 } });
    expect(progress).toMatchObject({ received: 2, requestId: 'm-1', usage: { input: 7 } });
  });

  it.each(MESSAGE.slice(0, -1).map((_, i) => i))('is no answer when it is cut after %d events', async (events) => {
    const { answer, progress } = await joined(joinEvents, MESSAGE.slice(0, events));
    expect(answer).toMatchObject({ failure: 'unavailable', message: 'svc: the answer was cut before its end' });
    expect(progress.usage?.input).toBe(events ? 7 : undefined);
  });

  it('is no answer without a reason for its end', async () => {
    const { answer } = await joined(joinEvents, MESSAGE.toSpliced(3, 1));
    expect(answer).toMatchObject({ failure: 'unavailable' });
  });
});

it.each([1, 2])('generated content that is cut after %d parts has what was used so far, in doubt', async (parts) => {
  const part = (text: string) => ({ candidates: [{ index: 0, content: { parts: [{ text }] } }] });
  const usageMetadata = { promptTokenCount: 7, candidatesTokenCount: 3, totalTokenCount: 10 };
  const events = [{ ...part('a'), usageMetadata }, part('b'), { candidates: [{ index: 0, finishReason: 'STOP' }] }];
  const after = async (many: number) => {
    const progress: AnswerProgress = { received: null, usage: null, requestId: null };
    await joinCandidates(of(events.slice(0, many)), progress, () => {}, failing('svc', progress));
    return progress.usage;
  };
  expect(await after(parts)).toMatchObject({ input: 7, output: 3, doubtful: true });
  expect(await after(3)).toMatchObject({ input: 7, output: 3 });
  expect(await after(3)).not.toHaveProperty('doubtful');
});
