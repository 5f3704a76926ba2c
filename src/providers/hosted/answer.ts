import { type ActCall, type CallFailure, type Json, ProviderError, type Usage } from '../../core/call.ts';

/** Levels of an act's input. A deeper one could not be printed again. */
const DEPTH = 100;

/** A failure of the reply itself, with what was billed for it. */
export type Fail = (failure: CallFailure, why: string) => ProviderError;

export function failing(service: string, usage: Usage | null, requestId: string | null): Fail {
  return (failure, why) => new ProviderError(failure, `${service}: ${why}`, { usage, requestId });
}

/** The input of an act that came as JSON text; nothing is an empty input. Throws `malformed`. */
export function parseInput(text: string, tool: string, fail: Fail): Json {
  try {
    return text.trim() ? (JSON.parse(text) as Json) : {};
  } catch {
    throw fail('malformed', `the arguments of ${tool.slice(0, 64)} are no JSON`);
  }
}

/** The acts as they are. Throws `malformed` when an input is nested too deep to be handled. */
export function soundActs(acts: ActCall[], fail: Fail): ActCall[] {
  for (const act of acts) {
    if (!isShallow(act.input, DEPTH))
      throw fail('malformed', `the input of ${act.tool.slice(0, 64)} is nested more than ${DEPTH} levels deep`);
  }
  return acts;
}

function isShallow(value: Json, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1));
}

/** A count of tokens: a missing one is 0; null for what is no count. */
export function tokenCount(value: unknown): number | null {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
