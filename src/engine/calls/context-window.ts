/** How many tokens the prompt of an agent may have. */
import type { Config } from '../../core/model/config.ts';
import { outputTokens } from '../../core/prompt/rules-text.ts';
import { contextWindow } from '../../providers/prices.ts';
import type { Resume } from '../../schema/config/resume.ts';

/** Keyed by configuration, which never changes: a new configuration is a new object. */
const known = new WeakMap<Config, Map<string, number>>();

/**
 * The smallest known context window of its models, less the longest reply; Infinity if none is known. It depends on the
 * configuration alone, so that a replay makes the same prompt whichever model answered.
 */
export function roomOf(config: Config, resume: Resume): number {
  const rooms = known.get(config) ?? new Map<string, number>();
  known.set(config, rooms);
  const found = rooms.get(resume.name) ?? smallest(config, resume) - outputTokens(config, resume);
  rooms.set(resume.name, found);
  return found;
}

function smallest({ models }: Config, resume: Resume): number {
  const names = resume.model.flatMap((name) => [name, ...(models.get(name)?.fallback ?? [])]);
  const windows = names.flatMap((name) => {
    const model = models.get(name);
    return model ? (contextWindow(model) ?? []) : [];
  });
  return Math.min(...windows);
}
