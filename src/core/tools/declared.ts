/** The tools and servers that an organisation declares, and whether the owner approved them. */
import type { OrgFile } from '../../schema/config/org.ts';
import type { Config, OwnTool, Server } from '../model/config.ts';
import type { InputEntry } from '../model/entry.ts';
import type { State } from '../model/state.ts';
import { type Trusted, trustHash } from '../model/trust.ts';

/** What the owner approves for a tool: every byte of its folder. */
export function trustOfTool({ name, files }: OwnTool): Trusted {
  return { kind: 'tool', name, text: JSON.stringify([...files]) };
}

/** What the owner approves for a server: what is started or called, and the tools. */
export function trustOfServer({ name, written, tools }: Server): Trusted {
  return { kind: 'server', name, text: `${written} ${JSON.stringify(tools)}` };
}

/** What the owner approves for the network of programs: these hosts. Null when there are none. */
export function trustOfNetwork({ network }: OrgFile): Trusted | null {
  return network && { kind: 'network', hosts: network.hosts };
}

/** The name of a server's tool for agents. No other tool has `__` in its name, and no server `_`. */
export function toolAt(server: string, tool: string): string {
  return `${server}__${tool}`;
}

/**
 * Everything that an org declares besides the shipped tools; a server at which nobody has looked cannot be approved yet.
 */
export function declaredIn(config: Config): readonly Trusted[] {
  const network = trustOfNetwork(config.org);
  const known = declared.get(config) ?? [
    ...(network ? [network] : []),
    ...[...config.tools.values()].map(trustOfTool),
    ...[...config.servers.values()].filter(({ tools }) => tools !== null).map(trustOfServer),
  ];
  declared.set(config, known);
  return known;
}
/** By a configuration, which never changes: a new one is a new object. */
const declared = new WeakMap<Config, readonly Trusted[]>();

/** Whether the owner approved exactly this, according to the state. */
export function isTrusted(trusted: ReadonlyMap<string, string>, what: Trusted): boolean {
  return trusted.get(keyOf(what)) === trustHash(what);
}

/** The line with what the owner approves of the org, if that differs from the journal. */
export function trustNow(config: Config, state: State, approved?: (what: Trusted) => boolean): InputEntry[] {
  const now = declaredIn(config)
    .filter((what) => approved?.(what))
    .map((what): [string, string] => [keyOf(what), trustHash(what)]);
  const same =
    now.length === state.rights.trusted.size && now.every(([key, hash]) => state.rights.trusted.get(key) === hash);
  return same ? [] : [{ k: 'trusted', tools: Object.fromEntries(now) }];
}

function keyOf(what: Trusted): string {
  return `${what.kind} ${'name' in what ? what.name : ''}`;
}
