/** Starts an MCP server once, and stores its tools when the owner approves them. */
import { stringify } from 'yaml';
import { portsOf } from '../../app/ports.ts';
import type { Server } from '../../core/model/config.ts';
import { toolAt, trustOfServer } from '../../core/tools/declared.ts';
import type { ServerTools } from '../../core/tools/pin.ts';
import { replaceNow } from '../../disk/fs/workspace.ts';
import { whyOf } from '../../engine/servers/servers.ts';
import type { PinnedTool } from '../../schema/config/mcp.ts';
import { failure } from '../../schema/fault.ts';
import { count } from '../../views/text/table.ts';
import { type Confirmed, confirm } from '../confirm.ts';
import type { World } from '../world.ts';
import { aboutServer, type Program } from './programs.ts';

/**
 * Starts a server once, shows the owner what it is and which tools it has, and stores these in the org after a yes. A server
 * that would get a secret or run with the owner's rights needs a confirmation of its own.
 */
export async function lookAndPin(world: World, input: Confirmed, server: Server): Promise<Program> {
  world.say([`${server.name}:`, ...aboutServer(server)].join('\n  '));
  if (!isHarmless(server))
    await confirm(world, input, `${server.settings.url ? 'Ask' : 'Start'} ${server.name} as shown, to list its tools?`);
  const listed = await look(world, server);
  world.say(printTools(server, listed));
  const { name } = server;
  await confirm(world, input, `Let agents use ${name} and its ${count(listed.tools.length, 'tool')} as shown?`);
  const path = `org/mcp/${name}.yaml`;
  const text = `# The tools of ${name} as they were approved. Written by lemming trust.\n${stringify({ version: 1, tools: listed.tools }, { lineWidth: 0, aliasDuplicateObjects: false })}`;
  replaceNow(world.machine.disk(world.root), path, text);
  const pinned = { ...server, tools: listed.tools };
  return { of: 'server', name, server: pinned, what: trustOfServer(pinned) };
}

/** A program in the sandbox that gets no secrets and has no network cannot pass anything on. */
function isHarmless({ settings: { command, env, sandbox, network } }: Server): boolean {
  return command !== undefined && sandbox === 'box' && env.length === 0 && !network;
}

async function look(world: World, server: Server): Promise<ServerTools> {
  try {
    return await portsOf(world).servers.look(server);
  } catch (error) {
    throw failure('provider', `The server ${server.name} did not list its tools: ${whyOf(error)}`, {
      remedy: 'Correct its entry in org/mcp.yaml, or the server itself. Nothing was approved.',
    });
  }
}

function printTools(server: Server, { tools, left }: ServerTools): string {
  return [
    ...tools.flatMap(({ name, description, input }) => [
      `${toolAt(server.name, name)} ${JSON.stringify(input)}`,
      ...description.split('\n').map((line) => `  ${line}`),
    ]),
    ...left.map((line) => `Left out: ${line}`),
    ...(server.tools === null ? [] : changesOf(server.tools, tools)),
  ].join('\n');
}

/** What is no longer as it was approved. */
function changesOf(before: readonly PinnedTool[], now: readonly PinnedTool[]): string[] {
  const old = new Map(before.map((tool) => [tool.name, JSON.stringify(tool)]));
  const names = new Set(now.map(({ name }) => name));
  return [
    ...list(
      'New',
      now.filter(({ name }) => !old.has(name)).map(({ name }) => name),
    ),
    ...list(
      'Changed',
      now.filter((tool) => old.has(tool.name) && old.get(tool.name) !== JSON.stringify(tool)).map(({ name }) => name),
    ),
    ...list(
      'Gone',
      [...old.keys()].filter((name) => !names.has(name)),
    ),
  ];
}

function list(what: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${what}: ${names.join(', ')}`] : [];
}
