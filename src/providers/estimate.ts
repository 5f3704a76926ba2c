/** Estimates the tokens of a call for which nobody counted them. */
import type { ActCall, Json, Prompt, Usage } from '../core/model/call.ts';

const CHARS_PER_TOKEN = 4;
/** Deeper levels of an act's input are not counted: the input is hostile and may be nested without end. */
const DEPTH = 50;

/** Estimates the tokens of a call: characters / 4, rounded up. The output stays within the limit of the prompt. */
export function estimateUsage(prompt: Prompt, replyChars: number): Usage {
  const output = Math.min(tokens(replyChars), prompt.maxOutputTokens);
  return { input: tokens(promptChars(prompt)), cachedInput: 0, cacheWrite: 0, output, reasoning: 0 };
}

/** Characters of a reply: its text and its acts. */
export function replyChars(text: string, acts: readonly ActCall[]): number {
  let chars = text.length;
  for (const act of acts) chars += act.tool.length + jsonChars(act.input, DEPTH);
  return chars;
}

function tokens(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

/** Characters of the stable part and the conversation; the tools' schemas are not counted. */
function promptChars(prompt: Prompt): number {
  let chars = prompt.system.length;
  for (const part of prompt.parts)
    chars += part.role === 'assistant' ? replyChars(part.text, part.acts) : part.text.length;
  return chars;
}

/** Roughly the length of the value as JSON, without printing it. */
function jsonChars(value: Json, depth: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (value === null || typeof value !== 'object') return 5;
  if (depth === 0) return 0;
  let chars = 2;
  if (Array.isArray(value)) for (const element of value) chars += 1 + jsonChars(element, depth - 1);
  else for (const key in value) chars += key.length + 4 + jsonChars(value[key] as Json, depth - 1);
  return chars;
}
