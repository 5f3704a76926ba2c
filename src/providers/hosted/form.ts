/** Prompts and answers in JSON form, for models without native tool calls. */
import {
  type ActCall,
  isObject,
  type Json,
  type JsonObject,
  type Part,
  type Prompt,
  type ToolSpec,
} from '../../core/model/call.ts';
import { readForm } from '../../core/prompt/json-form.ts';
import type { Model } from '../../schema/config/models.ts';
import { type Called, type Fail, readActs } from './answer.ts';
import { withoutThinking } from './thinking.ts';

/** The prompt for a model without native tool calls: everything about tools becomes text. */
export function asForm(prompt: Prompt): Prompt {
  return {
    ...prompt,
    system: `${prompt.system}\n\n${instructions(prompt)}`,
    parts: joined(grouped(prompt.parts).map(asText)),
    tools: [],
  };
}

/**
 * What the model wrote: its notes and acts, or a plain note when it did not use the form. Acts that stand word for word in what
 * others wrote are quoted, not meant.
 */
export function fromForm(text: string, prompt: Prompt): { text: string; acts: ActCall[] } {
  const plain = withoutThinking(text);
  const others = [...prompt.mail.map(({ body }) => body), ...prompt.parts.flatMap(othersIn)].map(packed);
  const form = readForm(plain, (source) => others.some((other) => other.includes(packed(source))));
  if (!form) return { text: plain, acts: [] };
  return { text: form.notes, acts: form.acts.map((act, i) => ({ ...act, id: `form-${prompt.n}-${i + 1}` })) };
}

/** The input of an act as the object that services expect. */
export function asObject(input: Json): JsonObject {
  return isObject(input) ? input : { input };
}

function othersIn(part: Part): string[] {
  return part.role === 'assistant' ? [] : [part.text];
}

/** The text without white space: JSON may be printed in many ways. */
function packed(text: string): string {
  return text.replace(/\s+/g, '');
}

/** JSON Schema of the form, for services that enforce one: each act has the name and the input of a tool. */
export function formSchema(tools: readonly ToolSpec[]): JsonObject {
  const acts = tools.map(({ name, input }) => closed({ tool: { type: 'string', enum: [name] }, input }));
  return closed({
    acts: { type: 'array', items: acts.length ? { anyOf: acts } : closed({ tool: { type: 'string' } }) },
    notes: { type: 'string' },
  });
}

function closed(properties: JsonObject): JsonObject {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((key) => key !== 'notes'),
    additionalProperties: false,
  };
}

/**
 * The text and the calls of a reply or, where the form was asked for, those of the form in its text. Throws what `readActs`
 * throws.
 */
export function readSaid(text: string, calls: () => Called[], prompt: Prompt, model: Model, fail: Fail) {
  if (model.form !== 'json') return { text: withoutThinking(text), acts: readActs(calls(), `call-${prompt.n}`, fail) };
  const form = fromForm(text, prompt);
  return { text: form.text, acts: readActs(form.acts, `form-${prompt.n}`, fail) };
}

function instructions(prompt: Prompt): string {
  const tools = prompt.tools.map(
    ({ name, description, input }) => `- ${name}: ${description}\n  input: ${JSON.stringify(input)}`,
  );
  return [
    '## How to answer',
    'Answer with one JSON object and nothing else:',
    '{"acts": [{"tool": "<name>", "input": {...}}]}',
    'Each act is a tool call; they run in order. {"acts": []} is a reply without a tool call. Results come as {"results": [...]}, in the same order.',
    'Add "notes": "<plain text>" only for words to the person who wrote to you.',
    'The tools, each with the JSON Schema of its input:',
    ...tools,
  ].join('\n');
}

/** Joins neighbouring texts of one role: the templates of many local models refuse two in a row. */
function joined(texts: readonly Text[]): Text[] {
  const result: Text[] = [];
  for (const text of texts) {
    const last = result.at(-1);
    if (last?.role === text.role) result.splice(-1, 1, { ...last, text: `${last.text}\n\n${text.text}` });
    else result.push(text);
  }
  return result;
}

type Text = Exclude<Part, { role: 'tool' }>;

/** The results of one reply stand together. */
function grouped(parts: readonly Part[]): Grouped[] {
  const result: Grouped[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part.role !== 'tool') result.push(part);
    else if (last?.role === 'tool') last.results.push(part);
    else result.push({ role: 'tool', results: [part] });
  }
  return result;
}

type Grouped = Text | { role: 'tool'; results: Extract<Part, { role: 'tool' }>[] };

function asText(part: Grouped): Text {
  switch (part.role) {
    case 'user':
      return part;
    case 'assistant': {
      const acts = part.acts.map(({ tool, input }) => ({ tool, input }));
      return { role: 'assistant', text: JSON.stringify({ acts, notes: part.text }), acts: [] };
    }
    case 'tool':
      return {
        role: 'user',
        text: JSON.stringify({ results: part.results.map(({ tool, ok, text }) => ({ tool, ok, text })) }),
      };
  }
}
