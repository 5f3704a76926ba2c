/** The provider `command`: an approved program on this machine answers. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Json, type Prompt, ProviderError, type Reply, type Usage } from '../core/model/call.ts';
import type { JobEnd, Ran } from '../core/tools/job.ts';
import { inMicroAtLeast } from '../schema/amount.ts';
import type { Model } from '../schema/config/models.ts';
import { failing, readActs } from './hosted/answer.ts';
import { asForm, fromForm } from './hosted/form.ts';
import { readOptions } from './options.ts';
import type { Outside, Provider } from './provider.ts';

/** Bytes a program may print. */
const MOST = 8 * 1_048_576;
/** Characters of the answer itself: searching more for JSON would hold up everybody else. */
const LONGEST = 1_048_576;
/** Characters kept of standard error for a message: its end, which must survive later cuts. */
const SAID = 1900;

const field = z.string().regex(/^[^.]+(\.[^.]+)*$/, 'a path such as result or usage.input_tokens');

/** What `options` of such a model may hold. */
export const commandOptions = z
  .strictObject({
    output: z.enum(['text', 'json']).default('text'),
    text_field: field.optional(),
    cost_field: field.optional(),
    usage: z
      .strictObject({
        input: field,
        output: field,
        cached_input: field.optional(),
        cache_write: field.optional(),
        reasoning: field.optional(),
      })
      .optional(),
    env: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable')).default([]),
  })
  .refine(({ output, text_field }) => output === 'text' || text_field !== undefined, {
    path: ['text_field'],
    message: 'needed with output: json',
  })
  .refine(({ output, text_field, cost_field, usage }) => output === 'json' || !(text_field ?? cost_field ?? usage), {
    path: ['output'],
    message: 'text_field, cost_field and usage need output: json',
  });
type CommandOptions = z.infer<typeof commandOptions>;

/** A model as this provider sees it. */
interface CommandModel {
  argv: readonly string[];
  options: CommandOptions;
  /** The name of the model in replies. */
  name: string;
  timeoutMs: number;
}

export default {
  about: 'Runs a program of this machine for each call; the prompt goes to its standard input.',
  repeatable: false,
  free: false,
  options: commandOptions,
  async connect(model, outside) {
    const settings = settingsOf(model);
    outside.requireTrust({ kind: 'command', argv: settings.argv, passes: settings.options.env });
    return {
      async complete(prompt, signal) {
        signal.throwIfAborted();
        return replyOf(await runOnce(settings, outside, prompt, signal), settings, prompt);
      },
    };
  },
} satisfies Provider;

function settingsOf(model: Model): CommandModel {
  if (!model.command)
    throw new ProviderError(
      'bad-request',
      'org/models.yaml: a model of command needs "command", a list such as [claude, -p]',
    );
  const argv = Object.freeze([...model.command]);
  const program = argv[0]?.split(/[/\\]/).at(-1) ?? '';
  return {
    argv,
    options: readOptions(commandOptions, model),
    name: model.model ?? program,
    timeoutMs: model.timeout_ms,
  };
}

/** Runs the program for one call, with its own copy of the arguments; the prompt is never among them. */
function runOnce({ argv, options, timeoutMs }: CommandModel, outside: Outside, prompt: Prompt, signal: AbortSignal) {
  if (!outside.run) throw new ProviderError('bad-request', 'programs cannot be run here');
  const env = outside.childEnv(options.env);
  return outside.run({
    argv: [...argv],
    input: asInput(prompt),
    passes: options.env,
    env,
    timeoutMs,
    most: MOST,
    signal,
  });
}

/**
 * The prompt as one text. Each part of the conversation begins with a line that carries a hash of the whole: nothing in a
 * message can pretend to be another part.
 */
function asInput(prompt: Prompt): string {
  const { system, parts } = asForm(prompt);
  const mark = createHash('sha256')
    .update(JSON.stringify([system, parts]))
    .digest('hex')
    .slice(0, 12);
  const texts = parts.map(({ role, text }) => `--- ${mark} ${role === 'assistant' ? 'you' : 'user'} ---\n${text}`);
  return `${[system, ...texts].join('\n\n')}\n`;
}

function replyOf({ end, stdout, stderr }: Ran, settings: CommandModel, prompt: Prompt): Reply {
  const received = stdout.length || null;
  const wrong = failureOf(end, settings);
  if (wrong) {
    const said = stderr.slice(-SAID).trim();
    throw new ProviderError(wrong[0], said ? `${wrong[1]}: ${said}` : wrong[1], { received });
  }
  const malformed = (why: string) => new ProviderError('malformed', `${settings.name}: ${why}`, { received });
  const { text, usage, cost } = read(textOf(stdout, malformed), settings.options, malformed);
  if (text.trim() === '') throw malformed('the reply is empty');
  if (text.length > LONGEST) throw malformed(`the answer has more than ${LONGEST} characters`);
  const form = fromForm(text, prompt);
  const acts = readActs(form.acts, `form-${prompt.n}`, failing(settings.name, { usage, received, requestId: null }));
  return { text: form.text, acts, usage, requestId: null, model: settings.name, ...(cost === null ? {} : { cost }) };
}

/** Why there is no answer: whose fault it is, and what happened. Null when there may be one. */
function failureOf(end: JobEnd, { argv, name, timeoutMs }: CommandModel): [ProviderError['failure'], string] | null {
  switch (end.how) {
    case 'exit':
      return end.code === 0 ? null : ['unavailable', `${name} ended with ${end.code}`];
    case 'signal':
      return ['unavailable', `${name} was ended by ${end.signal}`];
    case 'late':
      return ['timeout', `${name} did not reply within ${timeoutMs} ms`];
    case 'too-much':
      return ['malformed', `${name} printed more than ${MOST} bytes`];
    case 'not-started': {
      const reason = REASONS[end.reason] ?? end.reason;
      return ['bad-request', `the program ${JSON.stringify(argv[0])} could not be started: ${reason}`];
    }
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is none of that name',
  EACCES: 'it may not be executed',
};

function textOf(bytes: Uint8Array, malformed: (why: string) => ProviderError): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('the answer is not UTF-8');
  }
}

/**
 * Reads what was printed: the text, and what the program says it cost. Cost is in micro-credits; null for none or nonsense.
 */
function read(
  printed: string,
  options: CommandOptions,
  malformed: (why: string) => ProviderError,
): { text: string; usage: Usage | null; cost: number | null } {
  if (options.output === 'text') return { text: printed, usage: null, cost: null };
  const data = parse(printed, malformed);
  const text = at(data, options.text_field ?? '');
  if (typeof text !== 'string') throw malformed(`${options.text_field} of the reply is not text`);
  return {
    text,
    usage: options.usage ? usageOf(data, options.usage) : null,
    cost: options.cost_field ? costOf(at(data, options.cost_field)) : null,
  };
}

function parse(printed: string, malformed: (why: string) => ProviderError): Json {
  if (printed.trim() === '') throw malformed('the reply is empty');
  try {
    return JSON.parse(printed) as Json;
  } catch {
    throw malformed('the reply is not JSON');
  }
}

/** The value at a dotted path; undefined when there is none. */
function at(data: Json, path: string): Json | undefined {
  let value: Json | undefined = data;
  for (const key of path.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, Json>)[key];
  }
  return value;
}

/** Credits as micro-credits, rounded up; null for anything else: then the estimate is charged. */
function costOf(credits: Json | undefined): number | null {
  if (typeof credits !== 'number' || !(credits >= 0)) return null;
  return Math.min(inMicroAtLeast(credits), Number.MAX_SAFE_INTEGER);
}

/** Reads the usage. A missing or invalid count makes it doubtful; null when not even input and output can be read. */
function usageOf(data: Json, paths: NonNullable<CommandOptions['usage']>): Usage | null {
  const count = (path: string | undefined) => (path === undefined ? 0 : countOf(at(data, path)));
  const [input, output] = [count(paths.input), count(paths.output)];
  if (input === null && output === null) return null;
  const more = [count(paths.cached_input), count(paths.cache_write), count(paths.reasoning)];
  const [cachedInput = 0, cacheWrite = 0, reasoning = 0] = more.map((one) => one ?? 0);
  const usage = { input: input ?? 0, cachedInput, cacheWrite, output: output ?? 0, reasoning };
  return [input, output, ...more].includes(null) ? { ...usage, doubtful: true } : usage;
}

/** Reads a named field, which must be a count of tokens. */
function countOf(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
