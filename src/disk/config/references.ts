/** Checks the names by which configuration files refer to each other. */
import { CONDITION_NAMES, readPattern } from '../../core/rights/policy.ts';
import type { CreditsFile } from '../../schema/config/credits.ts';
import type { ModelsFile } from '../../schema/config/models.ts';
import type { OrgFile } from '../../schema/config/org.ts';
import type { UnitHead } from '../../schema/config/unit.ts';
import { isPluginPath } from '../../schema/name.ts';
import type { ConfigSource, References } from './source.ts';

/** Checks that fallbacks name models without forming a loop, and that a provider given by path can be a plug-in. */
export function checkModels(source: ConfigSource<ModelsFile>, references: References): void {
  const models = source.sound?.models ?? {};
  const known = new Set(Object.keys(models));
  for (const [name, { fallback }] of Object.entries(models)) {
    const path = ['models', name, 'fallback'];
    for (const [i, next] of fallback.entries()) references.need(next, known, 'model', source, [...path, i]);
    const loop = loopFrom(name, (one) => models[one]?.fallback ?? []);
    if (loop) references.add('invalid-value', `The fallbacks form a loop: ${loop.join(' → ')}`, source, path);
  }
  for (const [name, { provider }] of Object.entries(models)) {
    if (!provider.includes('/') || isPluginPath(provider)) continue;
    const message = 'A plug-in must be an .mjs or .js file inside the organisation, such as ./org/providers/mine.mjs';
    references.add('invalid-value', message, source, ['models', name, 'provider'], 'value', { value: provider });
  }
}

/** Checks that credits go to existing agents and units. */
export function checkCredits(
  source: ConfigSource<CreditsFile>,
  agents: ReadonlySet<string>,
  units: ReadonlySet<string>,
  references: References,
): void {
  for (const name of Object.keys(source.sound?.agents ?? {}))
    references.need(name, agents, 'agent', source, ['agents', name], 'key');
  for (const id of Object.keys(source.sound?.units ?? {}))
    references.need(id, units, 'unit', source, ['units', id], 'key');
}

/** Checks that patterns of policies are valid. An invalid one would match nothing, so a `deny` would permit everything. */
export function checkPolicies(source: ConfigSource<OrgFile>, references: References): void {
  for (const [i, { act }] of (source.sound?.policies ?? []).entries()) {
    const path = ['policies', i, 'act'];
    const { tool, pairs } = readPattern(act);
    if (tool === '')
      references.add('invalid-value', 'A policy must begin with the name of a tool, or with *', source, path);
    for (const [name, value] of pairs) {
      references.need(name || value, CONDITION_NAMES, 'condition', source, path);
      if (value === '') references.add('invalid-value', `The condition ${name}: has no value`, source, path);
    }
  }
}

/** Checks the names in units, and that parents form no loop. */
export function checkUnits(
  units: ReadonlyMap<string, ConfigSource<UnitHead>>,
  agents: ReadonlySet<string>,
  references: References,
): void {
  const ids = new Set(units.keys());
  for (const [id, source] of units) {
    const head = source.sound;
    if (!head) continue;
    if (head.id !== undefined && head.id !== id) {
      const message = `The id is "${head.id}", but the file is named "${id}.md"`;
      references.add('invalid-value', message, source, ['id'], 'value', { value: head.id, nearest: id });
    }
    for (const [i, name] of head.members.entries()) references.need(name, agents, 'agent', source, ['members', i]);
    if (head.head !== undefined) references.need(head.head, agents, 'agent', source, ['head']);
    if (head.parent !== null) references.need(head.parent, ids, 'unit', source, ['parent']);
    const loop = loopFrom(id, (one) => units.get(one)?.value?.parent ?? []);
    if (loop) references.add('invalid-value', `The parents form a loop: ${loop.join(' → ')}`, source, ['parent']);
  }
}

/** The path from a name along its successors back to itself; null if there is none. */
function loopFrom(start: string, next: (name: string) => string | readonly string[]): string[] | null {
  const before = new Map<string, string>();
  const waiting = [start];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    for (const after of [next(name)].flat()) {
      if (after === start) return [...wayTo(name, before), start];
      if (before.has(after)) continue;
      before.set(after, name);
      waiting.push(after);
    }
  }
  return null;
}

function wayTo(name: string, before: ReadonlyMap<string, string>): string[] {
  const way = [name];
  for (let one = before.get(name); one !== undefined; one = before.get(one)) way.unshift(one);
  return way;
}
