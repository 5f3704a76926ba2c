/** Reads acts from a reply in JSON form. */
import type { ActCall, Json, JsonObject } from '../model/call.ts';

/**
 * The JSON form, for models without native tool calls:
 * `{ "acts": [{ "tool": "send_message", "input": { ... } }], "notes": "..." }`, with fences and prose around it tolerated.
 */
export interface Form {
  notes: string;
  acts: ActCall[];
}

/**
 * Reads the JSON form out of a model's text. Returns null when the text holds no object with `acts` (then the text is a
 * plain note). An object whose acts are quoted (`isQuoted` of its text) is passed over. Elements that are not acts are kept as acts of an empty tool name, so that the judge refuses them by name
 * instead of losing them.
 */
export function readForm(text: string, isQuoted: (source: string) => boolean = () => false): Form | null {
  for (const { source, value: candidate } of objectsIn(text)) {
    if (!Object.hasOwn(candidate, 'acts')) continue;
    const list = Array.isArray(candidate.acts) ? candidate.acts : [candidate.acts as Json];
    if (list.length > 0 && isQuoted(source)) continue;
    const notes = candidate.notes;
    return { notes: typeof notes === 'string' ? notes : '', acts: list.map(readAct) };
  }
  return null;
}

function readAct(element: Json, index: number): ActCall {
  const id = `form-${index + 1}`;
  if (element === null || typeof element !== 'object' || Array.isArray(element))
    return { id, tool: '', input: element };
  const tool = Object.hasOwn(element, 'tool') ? element.tool : undefined;
  const input = Object.hasOwn(element, 'input') ? (element.input as Json) : {};
  return { id, tool: typeof tool === 'string' ? tool : '', input };
}

/** Every top-level JSON object in the text, in order; at most 64 starts are tried, so hostile text costs little. */
function* objectsIn(text: string): Generator<{ source: string; value: JsonObject }> {
  let tries = 0;
  for (let start = text.indexOf('{'); start >= 0 && tries < 64; tries++) {
    const end = endOfObject(text, start);
    const source = text.slice(start, Math.max(start, end));
    const parsed = parseObject(source);
    if (parsed) yield { source, value: parsed };
    start = text.indexOf('{', parsed ? end : start + 1);
  }
}

function parseObject(text: string): JsonObject | null {
  try {
    return JSON.parse(text) as JsonObject; // it begins with a brace
  } catch {
    return null;
  }
}

/** Index just after the brace that closes the one at `start`, or -1. Braces in strings do not count. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return i + 1;
  }
  return -1;
}
