/** Checks that a name is that of an agent. */
import { checkAgent } from '../app/seats.ts';
import type { View } from '../app/view.ts';
import { failure } from '../schema/fault.ts';

/**
 * The name, if an agent has it, with a valid resume or a broken one. Throws `not-found` for an unknown name, and `usage` for a
 * person.
 */
export function agentNamed(view: Pick<View, 'config' | 'disk' | 'state'>, name: string): string {
  const { config } = view;
  if (config.agents.get(name)?.person)
    throw failure('usage', `${name} is a person; only agents are called and billed`, { value: name });
  if (!config.broken.has(name)) checkAgent(view, name);
  return name;
}
