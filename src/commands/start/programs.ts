/** Lists what an organisation runs on this machine. */
import type { Config, OwnTool, Server } from '../../core/model/config.ts';
import { isFinished, type TasksState } from '../../core/model/state/tasks.ts';
import type { Trusted } from '../../core/model/trust.ts';
import { receivedWith } from '../../core/tasks/conditions.ts';
import { trustOfNetwork, trustOfServer, trustOfTool } from '../../core/tools/declared.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import type { Owner } from '../../disk/owner/owner.ts';
import { pluginText } from '../../disk/owner/plugin-text.ts';
import { keysOf } from '../../engine/search/keys.ts';
import type { Model } from '../../schema/config/models.ts';
import { type Fault, FaultError, fault } from '../../schema/fault.ts';
import { isPluginPath } from '../../schema/name.ts';

/** What a program belongs to: a model, a tool of the org, an MCP server, a key, the network, or the conditions of a task. */
export type Runner = 'model' | 'tool' | 'server' | 'key' | 'network' | 'task';

/** What an org runs on this machine or sends from it; or why that is unknown. */
export type Program = {
  of: Runner;
  name: string;
  /** What the owner should know about it, in lines. */
  about?: string[];
  server?: Server;
} & ({ what: Trusted; fault?: undefined } | { what: null; fault: Fault });

/**
 * Everything that an org runs on this machine at present, and the keys that it sends elsewhere, in the order models, tools,
 * servers, keys, network.
 */
export function programsOf(config: Config, disk: Disk, owner: Pick<Owner, 'env'>): Program[] {
  return [
    ...[...config.models].flatMap(([name, model]) => programOf(name, model, disk) ?? []),
    ...[...config.tools.values()].map(toolOf),
    ...[...config.servers.values()].map(serverOf),
    ...keysOf(config, owner).map(({ model, what }): Program => ({ of: 'key', name: model, what })),
    ...networkOf(config),
  ];
}

/** The commands in conditions of open tasks that came with the folder. `until`: the last turn of which that is said. */
export function conditionsOf(config: Config, { all }: TasksState, until: number): Program[] {
  return [...all.values()].flatMap((task): Program[] => {
    const received = isFinished(task.status) ? undefined : receivedWith(config, task);
    if (!received || received.turn > until) return [];
    return [
      { of: 'task', name: task.id, about: [`are conditions of ${JSON.stringify(task.title)}`], what: received.what },
    ];
  });
}

/** The name of the only thing of its kind. */
export const NETWORK = 'network';

function networkOf({ org }: Config): Program[] {
  const what = trustOfNetwork(org);
  if (!what || !org.network) return [];
  const about = [`programs of shell and run_python may reach only ${org.network.hosts.join(', ')}`];
  return [{ of: 'network', name: NETWORK, about, what }];
}

function toolOf(tool: OwnTool): Program {
  const { command, module } = tool.head;
  const runs = command
    ? `runs ${JSON.stringify(command)} in the sandbox`
    : `runs ${module} as JavaScript without files or network`;
  const hosts = tool.head.network ? [`may reach only ${tool.head.network.hosts.join(', ')}`] : [];
  const about = [runs, ...hosts, `has the files ${[...tool.files.keys()].join(', ')}`];
  return { of: 'tool', name: tool.name, about, what: trustOfTool(tool) };
}

function serverOf(server: Server): Program {
  const one = { of: 'server' as const, name: server.name, about: aboutServer(server), server };
  if (server.tools !== null) return { ...one, what: trustOfServer(server) };
  const remedy = `Start it once, review its tools and approve them: lemming trust ${server.name}`;
  return { ...one, what: null, fault: fault('untrusted', 'Its tools have not been reviewed yet', { remedy }) };
}

/** What is started or called, and what it may do. */
export function aboutServer({ settings }: Server): string[] {
  const { command, env, cwd, sandbox, network, url, headers } = settings;
  const handed = (what: string, names: readonly string[]) => (names.length > 0 ? [`${what} ${names.join(', ')}`] : []);
  if (url !== undefined) return [`asks ${url}`, ...handed('with the headers', Object.keys(headers))];
  const shut = network ? 'in the sandbox, with the network' : 'in the sandbox, without the network';
  return [
    `runs ${JSON.stringify(command)} ${sandbox === 'host' ? 'outside the sandbox, with all your rights' : shut}`,
    ...handed('sees', cwd === undefined ? [] : [cwd]),
    ...handed('is given', env),
  ];
}

function programOf(name: string, { provider, command, options }: Model, disk: Disk): Program | null {
  const one = { of: 'model' as const, name };
  if (provider === 'command')
    return command
      ? { ...one, what: { kind: 'command', argv: command, passes: namesIn(options.env) } }
      : { ...one, what: null, fault: fault('missing-key', `The model ${name} has no "command"`) };
  if (!isPluginPath(provider)) return null;
  try {
    return { ...one, what: { kind: 'plugin', path: provider, text: pluginText(disk, provider) } };
  } catch (error) {
    if (error instanceof FaultError) return { ...one, what: null, fault: error.fault };
    throw error;
  }
}

/** The variables passed to the program; the provider itself reports an invalid list. */
function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** What would run if somebody approved it. */
export function notesOfPrograms(programs: readonly Program[], owner: Owner): string[] {
  return programs.flatMap(({ of, name, what, fault }) => {
    if (what && owner.approved(what)) return [];
    if (!what && of === 'model') return [`The model ${name} cannot run: ${fault.message}`];
    if (of === 'key') return [];
    if (of === 'network')
      return [
        `Programs reach no host listed under "network:" in org/org.yaml until you approve them: lemming trust ${name}`,
      ];
    return [`The ${of} ${name} is not approved on this machine. To approve it: lemming trust ${name}`];
  });
}
