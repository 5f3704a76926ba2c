import { closest } from 'fastest-levenshtein';
import type { Config } from '../core/config.ts';
import { failure } from '../schema/fault.ts';

/** The name, if an agent bears it. Throws `not-found` for nobody, and `usage` for a person, who is never called or billed. */
export function agentNamed(config: Config, name: string): string {
  const resume = config.agents.get(name);
  if (resume?.person) throw failure('usage', `${name} is a person, who is never called or billed`, { value: name });
  if (resume || config.broken.has(name)) return name;
  const agents = config.order.filter((other) => !config.agents.get(other)?.person);
  const nearest = agents.length > 0 ? { nearest: closest(name, agents) } : {};
  throw failure('not-found', `There is no agent ${name}`, { value: name, ...nearest });
}
