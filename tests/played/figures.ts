import type { Entry, PromptRef } from '../../src/core/model/entry.ts';

/** What a played run cost, from its journal. Tokens are those that the service reported. */
export interface Figures {
  calls: number;
  /** Tokens of all prompts, and those of them that came from the cache of the service. */
  input: number;
  cached: number;
  output: number;
  turns: number;
  /** Calls that did nothing: `turn.agent.n`. */
  idle: string[];
}

type Reply = Extract<Entry, { k: 'reply' }>;

/**
 * The figures of a journal. A call did nothing when it changed nothing, told nobody, and brought no result that was new to its
 * visit; a call that only ends a visit is one of them.
 */
export function figuresOf(groups: Iterable<{ entries: readonly Entry[] }>): Figures {
  const figures: Figures = { calls: 0, input: 0, cached: 0, output: 0, turns: 0, idle: [] };
  let replies: Reply[] = [];
  let results = new Map<string, PromptRef>();
  let spoken = new Set<string>();
  for (const { entries } of groups)
    for (const entry of entries) {
      if (entry.k === 'reply') {
        replies.push(entry);
        count(figures, entry);
      } else if (entry.k === 'intent') results.set(`${entry.agent}.${entry.n}`, entry.prompt);
      else if (entry.k === 'sent' && entry.made !== undefined) spoken.add(`${entry.message.from}.${entry.made}`);
      else if (entry.k === 'commit') {
        if (replies.length > 0) figures.turns++;
        figures.idle.push(...replies.filter((reply) => didNothing(reply, results, spoken)).map(nameOf));
        replies = [];
        results = new Map();
        spoken = new Set();
      }
    }
  return figures;
}

function count(figures: Figures, { reply: { usage } }: Reply): void {
  figures.calls++;
  if (!usage) return;
  figures.input += usage.input + usage.cachedInput + usage.cacheWrite;
  figures.cached += usage.cachedInput;
  figures.output += usage.output;
}

const nameOf = ({ turn, agent, n }: Reply): string => `${turn}.${agent}.${n}`;

/** `spoken`: plain text that was sent, by its call. */
function didNothing({ agent, n, reply }: Reply, prompts: Map<string, PromptRef>, spoken: Set<string>): boolean {
  if (spoken.has(`${agent}.${n}`)) return false;
  const next = prompts.get(`${agent}.${n + 1}`);
  const results = next && 'results' in next ? next.results : null;
  return reply.acts.every(({ id, tool }) => {
    if (tool === 'done') return true;
    const result = results?.find((one) => one.id === id);
    return result !== undefined && (result.text.startsWith('Refused (') || result.text.includes('The same result as'));
  });
}
