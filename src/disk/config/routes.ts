/** Checks the routes: the names in them, and whether they can do anything. */
import { idleIn } from '../../core/mail/routes/idle.ts';
import type { Config } from '../../core/model/config.ts';
import type { RoutesFile } from '../../schema/config/routes.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import type { ConfigSource, References } from './source.ts';

/** Checks names of agents and units, and that no two routes have one name. */
export function checkRoutes(
  source: ConfigSource<RoutesFile>,
  agents: ReadonlySet<string>,
  units: ReadonlySet<string>,
  references: References,
): void {
  const addresses = new Set([...units].map((id) => `@${id}`));
  const seen = new Set<string>();
  for (const [i, { name, when, do: action }] of (source.sound?.routes ?? []).entries()) {
    if (seen.has(name))
      references.add('invalid-value', `There are two routes ${JSON.stringify(name)}`, source, ['routes', i, 'name']);
    seen.add(name);
    const lists = [
      ['when', 'from', when.from],
      ['when', 'to', when.to],
      ['do', 'redirect', action.redirect],
      ['do', 'copy', action.copy],
    ] as const;
    for (const [part, key, names = []] of lists)
      for (const [j, other] of names.entries()) {
        if (other === '*') continue;
        const isUnit = other.startsWith('@');
        const path = ['routes', i, part, key, j];
        references.need(other, isUnit ? addresses : agents, isUnit ? 'unit' : 'agent', source, path);
      }
  }
}

/** Routes that can never do anything: each with its place. */
export function idleRoutes(config: Config, source: ConfigSource<RoutesFile>): Fault[] {
  return config.routes.flatMap((route, i) =>
    idleIn(config, route).map(({ path, why }) =>
      fault('idle-route', `The route ${route.name} can never apply here: ${why}`, {
        file: source.file,
        ...source.place(['routes', i, ...path]),
        value: route.name,
      }),
    ),
  );
}
