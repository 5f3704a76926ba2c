/** Shows a prompt in parts, with about how many tokens each has, and what a service may read from its cache. */
import type { Part, Prompt, ToolSpec } from '../../core/model/call.ts';
import { count, table, unmarked } from '../text/table.ts';

/** A part of a prompt: a section, or what a reply and its results added. */
export interface PromptPart {
  name: string;
  /** An estimate: four characters a token. */
  tokens: number;
  /** It stands at the same place in the prompt before, and so does all before it: a service may have it in its cache. */
  same: boolean;
  text: string;
}

/** A prompt as it goes to a model. */
export type WholePrompt = Pick<Prompt, 'system' | 'tools' | 'parts'>;

/** What a service counted, where it answered. */
export interface CountedTokens {
  input: number;
  cached: number;
  output: number;
}

/** A call with its prompt in parts. */
export interface CallParts {
  /** null: it was not made yet. */
  key: string | null;
  model: string | null;
  /** Sums of the parts. */
  tokens: number;
  same: number;
  counted: CountedTokens | null;
  parts: PromptPart[];
}

/** The parts of a prompt. `before`: the prompt that this agent was sent before, if any. */
export function partsOf(prompt: WholePrompt, before: WholePrompt | null): PromptPart[] {
  const pieces = piecesOf(prompt);
  const known = before ? piecesOf(before) : [];
  let isSame = true;
  return pieces.map(({ name, text }, i) => {
    isSame &&= known[i]?.text === text;
    return { name, tokens: Math.ceil(text.length / CHARS_PER_TOKEN), same: isSame, text };
  });
}
const CHARS_PER_TOKEN = 4;

interface NamedText {
  name: string;
  text: string;
}

function piecesOf({ system, tools, parts }: WholePrompt): NamedText[] {
  return [
    ...(tools.length ? [{ name: 'Tools', text: tools.map(toolText).join('\n') }] : []),
    ...sectionsOf(system, 'Rules'),
    ...parts.flatMap((part) => (part.role === 'user' ? sectionsOf(part.text, 'Environment') : [turnOf(part)])),
  ];
}

/** As services get it, nearly: each has its own form. */
function toolText({ name, description, input }: ToolSpec): string {
  return `${name}: ${description} ${JSON.stringify(input)}`;
}

function turnOf(part: Exclude<Part, { role: 'user' }>): NamedText {
  if (part.role === 'tool') return { name: `Result of ${part.tool}`, text: part.text };
  const acts = part.acts.map(({ tool, input }) => `${tool} ${JSON.stringify(input)}`);
  return { name: 'Reply', text: [part.text, ...acts].filter(Boolean).join('\n') };
}

const HEADING = /^## (.+)$/;
const ENVIRONMENT = /^Turn \d+[.,]/;
const IDENTITY = /^You are \S+, an agent of the organisation /;
const OPEN = /^<(mail|memory) /;

/** The sections of a text by their headings. What stands between marks was written by others, and begins none. */
function sectionsOf(text: string, first: string): NamedText[] {
  const sections: { name: string; lines: string[] }[] = [{ name: first, lines: [] }];
  let closing: string | null = null;
  for (const line of text.split('\n')) {
    const heading = closing === null ? nameIn(line) : null;
    if (heading !== null) sections.push({ name: heading, lines: [] });
    (sections.at(-1) as { lines: string[] }).lines.push(line);
    if (closing === null) closing = OPEN.test(line) ? `</${OPEN.exec(line)?.[1]}>` : null;
    else if (line === closing) closing = null;
  }
  return sections
    .map(({ name, lines }) => ({ name, text: lines.join('\n').trim() }))
    .filter((section) => section.text !== '');
}

function nameIn(line: string): string | null {
  if (ENVIRONMENT.test(line)) return 'Environment';
  if (IDENTITY.test(line)) return 'Who you are';
  return HEADING.exec(line)?.[1] ?? null;
}

/** A call with the sums of its parts. */
export function callParts(call: Omit<CallParts, 'tokens' | 'same'>): CallParts {
  const sum = (parts: readonly PromptPart[]): number => parts.reduce((all, { tokens }) => all + tokens, 0);
  return { tokens: sum(call.parts), same: sum(call.parts.filter(({ same }) => same)), ...call };
}

/** For people: a table of the parts of each call, and the texts. Of a later call of the visit only what is new. */
export function printCallParts(agent: string, turn: number, calls: readonly CallParts[]): string {
  return calls.map((call, i) => printOne(agent, turn, call, i > 0)).join('\n\n');
}

function printOne(agent: string, turn: number, call: CallParts, isLater: boolean): string {
  const { key, model, tokens, same, counted, parts } = call;
  const shown = isLater ? parts.filter((part) => !part.same) : parts;
  const what = key === null ? `What ${agent} would be sent in turn ${turn}` : `Call ${key}`;
  const rows = shown.map((part) => [part.name, String(part.tokens), part.same ? 'same as before' : '']);
  return [
    `${what}${model === null ? '' : `, model ${model}`}: about ${count(tokens, 'token')}, ${same} of them as in the prompt before.${countedText(counted)}`,
    ...(rows.length ? [table([['part', 'about tokens', 'cache'], ...rows])] : []),
    ...shown.map(({ name, text }) => `-- ${unmarked(name)}\n${unmarked(text)}`),
  ].join('\n\n');
}

function countedText(counted: CountedTokens | null): string {
  if (counted === null) return '';
  return ` The service counted ${counted.input} in, ${counted.cached} of them from its cache, and ${counted.output} out.`;
}
