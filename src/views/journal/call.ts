/** Shows a visit with the exact prompts and replies of its calls. */
import { apply } from '../../core/journal/apply.ts';
import { type Part, printKey, type ToolSpec } from '../../core/model/call.ts';
import type {
  CallEntry,
  Entry,
  ImageRef,
  IntentEntry,
  PromptRef,
  UseEntry,
  VisitEffect,
} from '../../core/model/entry.ts';
import { emptyState, type State } from '../../core/model/state.ts';
import { countCredits } from '../../core/money/ledger.ts';
import { renderPieces, requestHash } from '../../core/prompt/pieces.ts';
import { compacted } from '../../core/prompt/room.ts';
import { inCredits } from '../../schema/amount.ts';

type AnswerEntry = Extract<CallEntry, { k: 'reply' | 'failed' }>;

/** One attempt: the exact prompt, put together from the journal, and the answer. */
export interface ShownCall {
  key: string;
  model: string;
  provider: string;
  /** Credits. */
  reserve: number;
  cost: number | null;
  ms: number | null;
  /** A reply of an earlier turn was reused: nobody was asked. */
  cached: boolean;
  max_output_tokens: number;
  system: string;
  tools: ToolSpec[];
  parts: Part[];
  /** Names of the images that came with the prompt. */
  images: string[];
  /** Its acts that cost something. Credits. */
  paid: { act: number; tool: string; cost: number }[];
  /** null: the journal holds no answer (cut off, or under way). */
  answer: AnswerEntry | null;
  /** Whether the prompt has the hash that was journaled before the call. */
  exact: boolean;
}

/** One agent's part of a turn, with all its calls. */
export interface ShownVisit {
  turn: number;
  agent: string;
  visit: VisitEffect | null;
  calls: ShownCall[];
}

/** Collects, in order, the journal lines that lead to one visit. */
export class VisitReader {
  private readonly recording: Recording;
  private readonly turn: number;
  private readonly agent: string;

  constructor(turn: number, agent: string) {
    this.turn = turn;
    this.agent = agent;
    this.recording = new Recording(turn, agent);
  }

  /** False when there is nothing more to see. */
  take(entry: Entry): boolean {
    return this.recording.take(entry);
  }

  /** The visit with its calls; null when the agent had no visit in that turn. */
  shown(): ShownVisit | null {
    const { turn, agent, recording } = this;
    const { intents, visit } = recording;
    if (intents.length === 0 && visit === null) return null;
    return { turn, agent, visit, calls: intents.map((intent) => showCall(recording, intent)) };
  }
}

/** What the journal holds of one visit: its calls, and the org as it was frozen for it. */
class Recording {
  readonly state: State = emptyState();
  readonly blobs = new Map<string, string>();
  readonly intents: IntentEntry[] = [];
  readonly answers = new Map<string, AnswerEntry>();
  readonly uses: UseEntry[] = [];
  visit: VisitEffect | null = null;
  private readonly turn: number;
  private readonly agent: string;
  /** Number of the turn that the lines belong to. */
  private current = 0;
  private calling = false;

  constructor(turn: number, agent: string) {
    this.turn = turn;
    this.agent = agent;
  }

  /** Takes the lines up to the end of the turn; false when there is nothing more to see. */
  take(entry: Entry): boolean {
    if (entry.k === 'open') this.current = entry.turn;
    if (this.current > this.turn) return false;
    if (entry.k === 'blob') this.blobs.set(entry.hash, entry.text);
    if (this.current < this.turn) apply(this.state, entry);
    else this.takeOwn(entry);
    return true;
  }

  /** Takes lines of the turn itself: its visits see what was frozen before its first call. */
  private takeOwn(entry: Entry): void {
    if (entry.k === 'intent' || entry.k === 'use') this.calling = true;
    if (!this.calling) apply(this.state, entry);
    if (entry.k === 'intent' && entry.agent === this.agent) this.intents.push(entry);
    if ((entry.k === 'reply' || entry.k === 'failed') && entry.agent === this.agent)
      this.answers.set(printKey(entry), entry);
    if (entry.k === 'use' && entry.agent === this.agent) this.uses.push(entry);
    if (entry.k === 'visit' && entry.agent === this.agent) this.visit = entry;
  }
}

/** Puts the calls of a visit together from the lines of the journal in order; null when the agent had no visit in that turn. */
export function visitIn(entries: Iterable<Entry>, turn: number, agent: string): ShownVisit | null {
  const reader = new VisitReader(turn, agent);
  for (const entry of entries) if (!reader.take(entry)) break;
  return reader.shown();
}

function showCall(recording: Recording, intent: IntentEntry): ShownCall {
  const { system, max, images, ...made } = promptOf(recording, intent);
  const { prompt } = intent;
  const parts = 'after' in prompt && prompt.compacted ? compacted(made.parts, prompt.compacted) : made.parts;
  const answer = recording.answers.get(printKey(intent)) ?? null;
  return {
    key: printKey(intent),
    model: intent.model,
    provider: intent.provider,
    reserve: inCredits(intent.reserve),
    cost: answer ? inCredits(answer.cost) : null,
    ms: answer?.ms ?? null,
    cached: intent.cached === true,
    max_output_tokens: max,
    ...stablePartOf(recording, system),
    parts,
    paid: answer?.k === 'reply' ? paidFor(recording, intent.n) : [],
    answer,
    images: images.map(({ name }) => name),
    exact: requestHash(system, intent.model, parts, images) === intent.hash,
  };
}

function paidFor({ uses }: Recording, n: number): ShownCall['paid'] {
  return uses.flatMap(({ n: call, act, tool, cost }) =>
    call === n && cost !== undefined ? [{ act, tool, cost: inCredits(cost) }] : [],
  );
}

/** The system text and the tools, as the journal keeps them together. */
function stablePartOf({ blobs }: Recording, hash: string): { system: string; tools: ToolSpec[] } {
  const text = blobs.get(hash);
  return text === undefined ? { system: '', tools: [] } : (JSON.parse(text) as { system: string; tools: ToolSpec[] });
}

interface ShownPrompt {
  system: string;
  max: number;
  parts: Part[];
  images: readonly ImageRef[];
}

/** The prompt of the first call, or the prompt of the previous call with its reply and the results. */
function promptOf(recording: Recording, { n, prompt }: IntentEntry): ShownPrompt {
  if ('pieces' in prompt) {
    const { system, max, images = [] } = prompt;
    return { system, max, images, parts: [{ role: 'user', text: textOf(recording, prompt) }] };
  }
  const before = recording.intents.find(
    (intent) => intent.n === n - 1 && recording.answers.get(printKey(intent))?.k === 'reply',
  );
  const answer = before && recording.answers.get(printKey(before));
  if (!before || answer?.k !== 'reply') return { system: '', max: 0, images: [], parts: [] };
  const { system, max, images, parts } = promptOf(recording, before);
  const { text, acts } = answer.reply;
  return {
    system,
    max,
    images,
    parts: [
      ...parts,
      { role: 'assistant', text, acts },
      ...prompt.results.map((result) => ({ role: 'tool' as const, ...result })),
    ],
  };
}

function textOf({ state, blobs }: Recording, prompt: Extract<PromptRef, { pieces: unknown }>): string {
  return renderPieces(
    prompt.pieces,
    (id) => bodyOf(state, id),
    (hash) => blobs.get(hash) ?? '',
  );
}

/** The body as delivered: of waiting mail, of what prompts may show again, or of the last messages of a conversation. */
export function bodyOf(state: State, id: string): string {
  const mail = state.mail.waiting.get(id);
  if (mail) return mail.body;
  const kept = state.mail.texts.get(id);
  if (kept) return kept.body;
  for (const tail of state.mail.threads.values()) {
    const found = tail.find((message) => message.id === id);
    if (found) return found.body;
  }
  return '';
}

/** A visit as text: each call with what was new in its prompt, and its reply. */
export function printVisit({ turn, agent, visit, calls }: ShownVisit): string {
  const outcome = visit
    ? `${visit.outcome}${visit.reason ? `: ${visit.detail ?? visit.reason}` : ''}`
    : 'not committed';
  return [
    `Visit of ${agent} in turn ${turn}: ${outcome}`,
    ...calls.map((call, i) => printCall(call, alreadyShown(call, calls[i - 1]))),
  ].join('\n\n');
}

/**
 * Parts of a prompt that were shown with the previous call: its own parts, and its reply where the conversation went on.
 */
function alreadyShown(call: ShownCall, before: ShownCall | undefined): number {
  if (!before) return 0;
  return before.parts.length + (call.parts.length > before.parts.length ? 1 : 0);
}

/** A call as text, without the leading parts of its prompt that were already shown. */
export function printCall(call: ShownCall, shown = 0): string {
  const { key, model, provider, cost, ms, answer, cached, exact } = call;
  const head = `== Call ${key}: model ${model} (${provider}), ${cached ? 'from the cache, ' : ''}${answer ? `${cost} credits, ${ms} ms` : 'no reply in the journal'}${exact ? '' : '; the journal does not contain the exact prompt'}`;
  const images = call.images.length ? [`-- images: ${call.images.join(', ')}`] : [];
  const system = shown === 0 ? [`-- system\n${call.system}`] : [];
  const parts = call.parts.slice(shown).map(printPart);
  return [head, ...system, ...parts, ...images, printAnswer(answer), ...call.paid.map(printPaid)].join('\n\n');
}

function printPaid({ act, tool, cost }: ShownCall['paid'][number]): string {
  return `-- act ${act}: ${tool} cost ${cost} credits`;
}

function printPart(part: Part): string {
  if (part.role === 'user') return `-- prompt\n${part.text}`;
  if (part.role === 'tool') return `-- result of ${part.tool}${part.ok ? '' : ' (refused or failed)'}\n${part.text}`;
  return `-- earlier reply\n${printReply(part.text, part.acts)}`;
}

function printAnswer(answer: AnswerEntry | null): string {
  if (answer === null) return '-- no reply';
  if (answer.k === 'failed') return `-- failed: ${answer.failure}: ${answer.message}`;
  const { text, acts, usage, model } = answer.reply;
  const tokens = usage ? `, ${usage.input + usage.cachedInput + usage.cacheWrite} tokens in, ${usage.output} out` : '';
  const over = answer.over > 0 ? `, ${countCredits(answer.over)} above its reserve` : '';
  const flag = answer.flag ? `, ${answer.flag}: the cost is estimated` : '';
  return `-- reply (${model}${tokens}${flag}${over})\n${printReply(text, acts)}`;
}

function printReply(text: string, acts: { tool: string; input: unknown }[]): string {
  return (
    [text, ...acts.map((act) => `${act.tool} ${JSON.stringify(act.input, null, 2)}`)].filter(Boolean).join('\n') ||
    '(empty)'
  );
}
