/** Tells which failures of a service are about the length or the content of a prompt (docs/providers.md lists them). */
import type { CallFailure } from '../../core/model/call.ts';

/** A failure as its service describes it. */
interface Described {
  status: number | undefined;
  code: unknown;
  type: unknown;
  /** Its message. A service may quote the prompt in it, so only its beginning counts. */
  words: string;
}

type About = Extract<CallFailure, 'too-long' | 'refused'>;

/** Codes and types, the same at all services that have them. */
const CODES: Record<string, About> = {
  context_length_exceeded: 'too-long',
  exceed_context_size_error: 'too-long',
  request_too_large: 'too-long',
  string_above_max_length: 'too-long',
  content_filter: 'refused',
  content_policy_violation: 'refused',
  invalid_prompt: 'refused',
};

/** How messages begin at services that have no code for it. */
const WORDS: Record<string, [RegExp, About][]> = {
  anthropic: [
    [/^prompt is too long/i, 'too-long'],
    [/^input length and `max_tokens` exceed context limit/i, 'too-long'],
    [/^output blocked by content filtering policy/i, 'refused'],
  ],
  gemini: [
    [/^the input token count (\(\d+\) )?exceeds the maximum number of tokens/i, 'too-long'],
    [/^request payload size exceeds the limit/i, 'too-long'],
  ],
  ollama: [
    [/^(the )?input length exceeds (the |maximum )?context length/i, 'too-long'],
    [/^prompt too long; exceeded max context length/i, 'too-long'],
  ],
  'openai-compatible': [
    [/^this (model|endpoint)'s maximum context length is/i, 'too-long'],
    [/^the input \(\d+ tokens\) is longer than the model's context length/i, 'too-long'],
  ],
};

/** A prompt that has more tokens than the account may send in a minute: waiting does not help. OpenAI calls it a rate limit. */
const LARGER_THAN_A_MINUTE = /^request too large for /i;

/** Statuses of requests that a service could not take; undefined: the failure came within an answer. */
const TAKEN = new Set([undefined, 400, 413, 422]);

/** Whether a failure is about the length or content of the prompt; null: it is about something else. */
export function aboutPrompt(service: string, { status, code, type, words }: Described): About | null {
  const said = words.replace(/^\d{3} /, '');
  if (status === 429) return LARGER_THAN_A_MINUTE.test(said) ? 'too-long' : null;
  if (!TAKEN.has(status)) return null;
  for (const word of [code, type])
    if (typeof word === 'string' && Object.hasOwn(CODES, word)) return CODES[word] as About;
  if (status === 413) return 'too-long';
  return (WORDS[service] ?? []).find(([pattern]) => pattern.test(said))?.[1] ?? null;
}
