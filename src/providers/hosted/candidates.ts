/** Joins the pieces of an answer of Gemini. */
import * as z from 'zod';
import type { Heard, Json, Usage } from '../../core/model/call.ts';
import { type AnswerProgress, type Called, type Fail, member, sum, unfinished, usageOf } from './answer.ts';

/** The parts that we read of an answer of Gemini, or of one event of a streamed one: both have the same shape. */
const answer = z.object({
  responseId: z.string().nullish(),
  modelVersion: z.string().nullish(),
  usageMetadata: z.unknown().optional(),
  promptFeedback: z.object({ blockReason: z.string().nullish() }).nullish(),
  candidates: z
    .array(
      z.object({
        index: z.number().nullish(),
        finishReason: z.string().nullish(),
        content: z
          .object({
            parts: z
              .array(
                z.object({
                  text: z.string().nullish(),
                  thought: z.boolean().nullish(),
                  functionCall: z
                    .object({ id: z.string().nullish(), name: z.string().nullish(), args: z.unknown().optional() })
                    .nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});
type AnswerCandidate = NonNullable<z.infer<typeof answer>['candidates']>[number];

interface JoinedCandidates {
  model: string | null;
  text: string;
  calls: Called[];
  /** Why the reply ended; null when the service did not say. */
  finish: string | null;
  /** Why there is no reply; null when there may be one. */
  blocked: string | null;
}

/** Joins the pieces of an answer; `heard` receives text and acts as they arrive. Only the first candidate is read. */
export async function joinCandidates(
  pieces: AsyncIterable<unknown>,
  progress: AnswerProgress,
  heard: Heard,
  fail: Fail,
): Promise<JoinedCandidates> {
  const joined: JoinedCandidates = { model: null, text: '', calls: [], finish: null, blocked: null };
  let report: unknown;
  let chars = 0;
  for await (const piece of pieces) {
    const read = answer.safeParse(piece);
    if (!read.success) throw fail('unavailable', 'the reply is not generated content');
    const { responseId, modelVersion, usageMetadata, promptFeedback, candidates } = read.data;
    progress.requestId ??= responseId ?? null;
    report = usageMetadata ?? report;
    progress.usage = unfinished(readUsage(report));
    joined.model ??= modelVersion ?? null;
    joined.blocked ??= promptFeedback?.blockReason ?? null;
    for (const candidate of candidates ?? []) if (!candidate.index) chars += addCandidate(joined, candidate, heard);
    progress.received = Math.max(progress.received ?? 0, chars);
  }
  if (joined.finish !== null || joined.blocked !== null) progress.usage = readUsage(report);
  return joined;
}

/** Adds one piece and returns its characters. */
function addCandidate(joined: JoinedCandidates, { content, finishReason }: AnswerCandidate, heard: Heard): number {
  joined.finish = finishReason ?? joined.finish;
  let chars = 0;
  for (const { text, thought, functionCall } of content?.parts ?? []) {
    chars += text?.length ?? 0;
    if (text && !thought) {
      joined.text += text;
      heard(text);
    }
    if (!functionCall) continue;
    const { id, name, args } = functionCall;
    heard(JSON.stringify(args ?? {}), { n: joined.calls.length, tool: name ?? '' });
    joined.calls.push({ id, tool: name, input: (args ?? {}) as Json });
    chars += name?.length ?? 0;
  }
  return chars;
}

/** Reads the usage. Reasoning is not among the candidates' tokens; tokens from the cache are among the prompt's. */
function readUsage(report: unknown): Usage | null {
  const thoughts = member(report, 'thoughtsTokenCount');
  return usageOf({
    input: sum(member(report, 'promptTokenCount'), member(report, 'toolUsePromptTokenCount')),
    cachedInput: member(report, 'cachedContentTokenCount'),
    output: sum(member(report, 'candidatesTokenCount'), thoughts),
    reasoning: thoughts,
    total: member(report, 'totalTokenCount'),
  });
}
