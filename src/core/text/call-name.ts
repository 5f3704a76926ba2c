/** Names a call in a few words, for people and models. */
import { cut } from '../../schema/print.ts';
import type { ActCall, Json } from '../model/call.ts';

/** Characters of the target, of the refusal, and of all of them, at most. */
const TARGET_CHARS = 80;

/** A call in a few words: its tool, and the first value of its input that says what it was about. */
export function callName({ tool, input }: Pick<ActCall, 'tool' | 'input'>): string {
  const given = new Map(typeof input === 'object' && input !== null ? Object.entries(input) : []);
  const value = TARGETS.map((name) => given.get(name)).find((value) => value !== undefined);
  if (value === undefined) return toolName(tool);
  const name = tool === 'send_message' ? 'send_message to' : toolName(tool);
  return `${name} ${plainly(Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value))}`;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const TARGETS = ['path', 'to', 'key', 'command', 'url', 'query', 'name', 'id', 'agent'];

export function toolName(tool: string): string {
  return /^[\w-]{1,80}$/.test(tool) ? tool : JSON.stringify(cut(tool, TARGET_CHARS));
}

function plainly(text: string): string {
  const short = cut(text, TARGET_CHARS);
  return /^[\w./@*, -]+$/.test(short) ? short : JSON.stringify(short);
}
