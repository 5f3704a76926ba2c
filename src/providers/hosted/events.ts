/** Joins the events of a streamed message of Anthropic. */
import * as z from 'zod';
import type { Heard, Usage } from '../../core/model/call.ts';
import { type AnswerProgress, type Fail, member, parseInput, sum, unfinished, usageOf } from './answer.ts';

/** The parts that we read of one event of a streamed message of Anthropic; other types of events are ignored. */
const event = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message_start'),
    message: z.object({ id: z.string().nullish(), model: z.string().nullish(), usage: z.unknown().optional() }),
  }),
  z.object({
    type: z.literal('content_block_start'),
    index: z.number(),
    content_block: z.looseObject({ type: z.string(), text: z.string().optional() }),
  }),
  z.object({
    type: z.literal('content_block_delta'),
    index: z.number(),
    delta: z.object({
      type: z.string(),
      text: z.string().optional(),
      partial_json: z.string().optional(),
      thinking: z.string().optional(),
    }),
  }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.object({ stop_reason: z.string().nullish() }),
    usage: z.unknown().optional(),
  }),
  z.object({ type: z.literal('message_stop') }),
]);
type Event = z.infer<typeof event>;
const KNOWN = new Set<unknown>(event.options.map((option) => option.shape.type.value));

interface EventBlock {
  type: string;
  text?: string | undefined;
  [field: string]: unknown;
}

/** A streamed message as far as it has come, in the shape of a plain one. */
interface JoinedEvents {
  id: string | null;
  model: string | null;
  stop_reason: string | null;
  usage: Record<string, unknown> | null;
  /** By their place in the message. */
  blocks: Map<number, EventBlock>;
  /** The inputs of tools, which come as pieces of a text. */
  inputs: Map<number, string>;
  stopped: boolean;
}

/**
 * Joins a streamed message to the equivalent plain one; `heard` receives text and acts as they arrive. Throws an
 * `unavailable` when it ends without its last event, or without a reason.
 */
export async function joinEvents(
  events: AsyncIterable<unknown>,
  progress: AnswerProgress,
  heard: Heard,
  fail: Fail,
): Promise<unknown> {
  const joined: JoinedEvents = {
    id: null,
    model: null,
    stop_reason: null,
    usage: null,
    blocks: new Map(),
    inputs: new Map(),
    stopped: false,
  };
  for await (const one of events) {
    if (!KNOWN.has(member(one, 'type'))) continue;
    const read = event.safeParse(one);
    if (!read.success) throw fail('unavailable', 'a part of the reply is not a message');
    const chars = addEvent(joined, read.data, heard, fail);
    progress.received = (progress.received ?? 0) + chars;
    progress.requestId ??= joined.id;
    progress.usage = unfinished(readUsage(joined.usage));
  }
  if (!joined.stopped || joined.stop_reason === null) throw fail('unavailable', 'the answer was cut before its end');
  return plain(joined);
}

/** Adds one event and returns its characters. */
function addEvent(joined: JoinedEvents, one: Event, heard: Heard, fail: Fail): number {
  switch (one.type) {
    case 'message_start':
      joined.id = one.message.id ?? null;
      joined.model = one.message.model ?? null;
      joined.usage = merged(joined.usage, one.message.usage);
      return 0;
    case 'content_block_start':
      joined.blocks.set(one.index, { ...one.content_block });
      if (one.content_block.text) heard(one.content_block.text);
      return one.content_block.text?.length ?? 0;
    case 'content_block_delta':
      return addDelta(joined, one.index, one.delta, heard, fail);
    case 'message_delta':
      joined.stop_reason = one.delta.stop_reason ?? joined.stop_reason;
      joined.usage = merged(joined.usage, one.usage);
      return 0;
    case 'message_stop':
      joined.stopped = true;
      return 0;
  }
}

type Delta = Extract<Event, { type: 'content_block_delta' }>['delta'];

function addDelta(joined: JoinedEvents, index: number, delta: Delta, heard: Heard, fail: Fail): number {
  const block = joined.blocks.get(index);
  if (!block) throw fail('unavailable', 'a part of the reply belongs to nothing');
  const { text = '', partial_json = '', thinking = '' } = delta;
  if (text) {
    block.text = (block.text ?? '') + text;
    heard(text);
  }
  if (partial_json) {
    joined.inputs.set(index, (joined.inputs.get(index) ?? '') + partial_json);
    heard(partial_json, { n: index, tool: String(block.name ?? '') });
  }
  return text.length + partial_json.length + thinking.length;
}

/** Merges reports: later ones repeat what has grown, and leave out, or give as null, what has not. */
function merged(before: Record<string, unknown> | null, report: unknown): Record<string, unknown> | null {
  if (report === null || typeof report !== 'object') return before;
  const said = Object.entries(report).filter(([, value]) => value !== null && value !== undefined);
  return { ...before, ...Object.fromEntries(said) };
}

function plain({ id, model, stop_reason, usage, blocks, inputs }: JoinedEvents): unknown {
  const content = [...blocks].map(([index, block]) => {
    const input = inputs.get(index);
    return input === undefined ? block : { ...block, input: parseInput(input) };
  });
  return { id, model, stop_reason, usage, content };
}

/** `input_tokens` excludes the cache; `output_tokens` includes reasoning. */
export function readUsage(report: unknown): Usage | null {
  const input = member(report, 'input_tokens');
  const cachedInput = member(report, 'cache_read_input_tokens');
  const cacheWrite = member(report, 'cache_creation_input_tokens');
  return usageOf({
    input: typeof input === 'number' ? sum(input, cachedInput, cacheWrite) : input,
    cachedInput,
    cacheWrite,
    output: member(report, 'output_tokens'),
    reasoning: member(member(report, 'output_tokens_details'), 'thinking_tokens'),
  });
}
