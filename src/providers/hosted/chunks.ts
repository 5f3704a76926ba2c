/** Joins the events of a streamed chat completion. */
import * as z from 'zod';
import type { Heard } from '../../core/model/call.ts';
import { type AnswerProgress, type Fail, member, unfinished, usageOf } from './answer.ts';

/** The parts that we read of one event of a streamed chat completion. */
const chunk = z.object({
  id: z.string().nullish(),
  model: z.string().nullish(),
  usage: z.unknown().optional(),
  choices: z
    .array(
      z.object({
        index: z.number().nullish(),
        finish_reason: z.string().nullish(),
        delta: z
          .object({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            reasoning_content: z.string().nullish(),
            reasoning: z.string().nullish(),
            tool_calls: z
              .array(
                z.object({
                  index: z.number().nullish(),
                  id: z.string().nullish(),
                  function: z.object({ name: z.string().nullish(), arguments: z.unknown().optional() }).nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});
type ChunkChoice = NonNullable<z.infer<typeof chunk>['choices']>[number];
type CallPiece = NonNullable<NonNullable<ChunkChoice['delta']>['tool_calls']>[number];

interface ChunkCall {
  id: string | null | undefined;
  function: { name: string | null | undefined; arguments: unknown };
}

/** A streamed answer as far as it has come, in the shape of a plain one. */
interface JoinedChunks {
  id: string | null;
  model: string | null;
  usage: unknown;
  content: string;
  refusal: string;
  finish: string | null;
  calls: ChunkCall[];
  /** Place in the stream → call. */
  places: Map<number, ChunkCall>;
}

/**
 * Joins a streamed answer to the equivalent plain one; `heard` receives text and acts as they arrive. Throws an
 * `unavailable` when it ends before the service said why. Only the first choice is read.
 */
export async function joinChunks(
  events: AsyncIterable<unknown>,
  progress: AnswerProgress,
  heard: Heard,
  fail: Fail,
): Promise<unknown> {
  const joined: JoinedChunks = {
    id: null,
    model: null,
    usage: null,
    content: '',
    refusal: '',
    finish: null,
    calls: [],
    places: new Map(),
  };
  for await (const event of events) {
    const read = chunk.safeParse(event);
    if (!read.success) throw fail('unavailable', 'a part of the reply is not a chat completion');
    const { id, model, usage, choices } = read.data;
    joined.id ??= id ?? null;
    joined.model ??= model || null;
    joined.usage = usage ?? joined.usage;
    progress.usage = unfinished(readUsage(joined.usage));
    for (const choice of choices ?? []) if (!choice.index) addChoice(joined, choice, progress, heard);
  }
  if (joined.finish === null) throw fail('unavailable', 'the answer was cut before its end');
  return plain(joined);
}

function addChoice(
  joined: JoinedChunks,
  { delta, finish_reason }: ChunkChoice,
  progress: AnswerProgress,
  heard: Heard,
) {
  joined.finish = finish_reason ?? joined.finish;
  const { content, refusal, reasoning_content, reasoning, tool_calls } = delta ?? {};
  joined.content += content ?? '';
  joined.refusal += refusal ?? '';
  let chars = [content, refusal, reasoning_content ?? reasoning].join('').length;
  for (const piece of tool_calls ?? []) chars += addCall(joined, piece, heard);
  progress.received = (progress.received ?? 0) + chars;
  if (content) heard(content);
}

/** Adds a piece of a tool call and returns its characters. */
function addCall(joined: JoinedChunks, { index, id, function: given }: CallPiece, heard: Heard): number {
  const known = typeof index === 'number' ? joined.places.get(index) : joined.calls.at(-1);
  // Some services number no places, or number every call as the first: then a new id, or a name, begins a new call.
  const isNew = !known || (id && known.id && id !== known.id) || (given?.name && typeof index !== 'number');
  const call = isNew ? { id, function: { name: given?.name, arguments: undefined } } : known;
  if (isNew) {
    joined.calls.push(call);
    if (typeof index === 'number') joined.places.set(index, call);
  }
  call.function.name ??= given?.name;
  if (typeof given?.arguments === 'string')
    heard(given.arguments, { n: joined.calls.indexOf(call), tool: call.function.name ?? '' });
  return (isNew ? (given?.name?.length ?? 0) : 0) + addArguments(call, given?.arguments);
}

/** Arguments come as pieces of a text; some services send the value itself. */
function addArguments(call: ChunkCall, given: unknown): number {
  if (given === undefined || given === null) return 0;
  const before = call.function.arguments;
  call.function.arguments = typeof given === 'string' && typeof before === 'string' ? before + given : given;
  return typeof given === 'string' ? given.length : 0;
}

function plain({ id, model, usage, content, refusal, finish, calls }: JoinedChunks): unknown {
  return { id, model, usage, choices: [{ finish_reason: finish, message: { content, refusal, tool_calls: calls } }] };
}

/** `prompt_tokens` includes tokens from the cache, `completion_tokens` includes reasoning. */
export function readUsage(report: unknown) {
  const prompt = member(report, 'prompt_tokens_details');
  return usageOf({
    input: member(report, 'prompt_tokens'),
    cachedInput: member(prompt, 'cached_tokens'),
    cacheWrite: member(prompt, 'cache_write_tokens'),
    output: member(report, 'completion_tokens'),
    reasoning: member(member(report, 'completion_tokens_details'), 'reasoning_tokens'),
    total: member(report, 'total_tokens'),
  });
}
