/** Puts together the tools of a configuration. */
import type { JsonObject } from '../../core/model/call.ts';
import type { Config, OwnTool, Server } from '../../core/model/config.ts';
import type { ToolContext, WorldTool } from '../../core/model/tool.ts';
import type { Trusted } from '../../core/model/trust.ts';
import { isTrusted, toolAt, trustOfNetwork, trustOfServer, trustOfTool } from '../../core/tools/declared.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import type { PinnedTool } from '../../schema/config/mcp.ts';
import { copyWith } from '../../schema/copy.ts';
import { cut } from '../../schema/print.ts';
import { checkerOf } from './json-schema.ts';

type Hashes = ReadonlyMap<string, string>;

/** The tools of an organisation. They are built again when its configuration or the owner's approvals change. */
export class Toolsets {
  private readonly shipped: Toolbox;
  private made: { config: Config; trusted: Hashes; toolbox: Toolbox } | null = null;

  constructor(shipped: Toolbox) {
    this.shipped = shipped;
  }

  /** The same arguments give the same tools. */
  async of(config: Config, trusted: Hashes): Promise<Toolbox> {
    if (this.made?.config === config && this.made.trusted === trusted) return this.made.toolbox;
    const toolbox = await toolsetOf(this.shipped, config, trusted);
    this.made = { config, trusted, toolbox };
    return toolbox;
  }
}

/**
 * The tools of a configuration: those that ship with LeMMing, and those that the org declares. `trusted`: what the owner of the
 * machine approved, according to the journal; everything else is disabled.
 */
export async function toolsetOf(shipped: Toolbox, config: Config, trusted: Hashes): Promise<Toolbox> {
  if (config.tools.size + config.servers.size === 0 && config.org.network === null) return shipped;
  const toolbox = new Map(withNetwork(shipped, config, trusted));
  for (const tool of await declaredTools(config, trusted))
    if (!toolbox.has(tool.spec.name)) toolbox.set(tool.spec.name, tool);
  return toolbox;
}

/** Tools that ship with LeMMing and run programs of agents. */
export const PROGRAM_TOOLS = ['shell', 'run_python'];

/** Programs of agents reach the hosts that the org lists once the owner has approved them, and none before. */
function withNetwork(shipped: Toolbox, { org }: Config, trusted: Hashes): Toolbox {
  const needs = trustOfNetwork(org);
  if (needs === null || !isTrusted(trusted, needs)) return shipped;
  const { hosts } = org.network as NonNullable<typeof org.network>;
  return new Map(
    [...shipped].map(([name, tool]) => [
      name,
      PROGRAM_TOOLS.includes(name) && tool.kind === 'world' ? reaching(tool, needs, hosts) : tool,
    ]),
  );
}

function reaching(tool: WorldTool, needs: Trusted, hosts: readonly string[]): WorldTool {
  const { spec, run } = tool;
  const reach = `whose network reaches only ${hosts.join(', ')}, through the proxy named in the environment`;
  return copyWith(tool, {
    spec: copyWith(spec, { description: spec.description.replace('without network', reach) }),
    needs,
    outbound: true as const,
    run: (value: unknown, box: ToolContext) => run(value, copyWith(box, { program: throughProxy(box, hosts) })),
  });
}

function throughProxy(box: ToolContext, hosts: readonly string[]): ToolContext['program'] {
  return (argv, given) => box.program(argv, { input: '', files: new Map(), ...given, hosts });
}

function declaredTools({ tools, servers }: Config, trusted: Hashes): Promise<WorldTool[]> {
  const own = [...tools.values()].map((tool) => ownTool(tool, trusted));
  const theirs = [...servers.values()].flatMap((server) =>
    (server.tools ?? []).map((tool) => serverTool(server, tool, trusted)),
  );
  return Promise.all([...own, ...theirs]);
}

/** The most characters of TOOL.md's body that agents see. */
const HELP = 4000;

async function ownTool(tool: OwnTool, trusted: Hashes): Promise<WorldTool> {
  const { name, head, help, files } = tool;
  const { command, module, input } = head;
  const description = `${head.description}\n\n${cut(help, HELP)}`.trim();
  const run: WorldTool['run'] =
    command === undefined
      ? (value, box) => box.javascript(moduleText(files.get(module as string) as string, value))
      : (value, box) =>
          box.program(command, {
            input: JSON.stringify(value),
            files,
            ...(head.network && { hosts: head.network.hosts }),
          });
  const bare = {
    spec: { name, description, input: input as JsonObject },
    touches: head.touches ?? (command === undefined ? ('pure' as const) : ('once' as const)),
    timeout: head.timeout_ms,
    most: head.result_chars,
    ...(head.network && { outbound: true as const }),
    run,
  };
  return barIf(bare, trustOfTool(tool), trusted, name);
}

/** The arguments are a JSON string in the module, not program text, so their keys have no meaning to the interpreter. */
function moduleText(text: string, value: unknown): string {
  return `const input = JSON.parse(${JSON.stringify(JSON.stringify(value))}); ${text}`;
}

async function serverTool(server: Server, tool: PinnedTool, trusted: Hashes): Promise<WorldTool> {
  const { settings, name } = server;
  const bare = {
    spec: { name: toolAt(name, tool.name), description: tool.description, input: tool.input as JsonObject },
    touches: settings.touches,
    timeout: 2 * settings.start_ms + settings.timeout_ms,
    most: settings.result_chars,
    outbound: true as const,
    run: ((value, box) => box.ask(server, tool.name, value as JsonObject)) satisfies WorldTool['run'],
  };
  return barIf(bare, trustOfServer(server), trusted, name);
}

type Bare = Pick<WorldTool, 'spec' | 'touches' | 'timeout' | 'most' | 'outbound' | 'run'>;

/** A tool that was not approved, or whose input cannot be checked, exists but is refused, so that agents learn why. */
async function barIf(bare: Bare, needs: Trusted, trusted: Hashes, name: string): Promise<WorldTool> {
  const tool = copyWith(bare, { kind: 'world' as const, granted: 'resume' as const, needs });
  const unread: WorldTool['parse'] = (input) => ({ ok: true, value: input });
  if (!isTrusted(trusted, needs)) return copyWith(tool, { barred: refusal(bare.spec.name, name), parse: unread });
  try {
    return copyWith(tool, { parse: await checkerOf(bare.spec.input) });
  } catch (error) {
    const barred = `The input of ${bare.spec.name} is not a JSON schema: ${(error as Error).message}`.slice(0, 500);
    return copyWith(tool, { barred, parse: unread });
  }
}

/** Why a tool of the org is not used. `name`: what the owner must approve. */
export function refusal(tool: string, name: string): string {
  return `${tool} in its present form is not approved on this machine. Its owner can run lemming trust ${name}`;
}
