/** The MCP server: commands as tools and resources. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type ServerNotification,
  type ServerRequest,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Leaf } from '../../commands/command.ts';
import type { Load } from '../cli/cli.ts';
import type { Caller } from './call.ts';
import type { ResourceChanges } from './changes.ts';
import { ResourceReader } from './resources.ts';
import { toolName, toolOf } from './tool.ts';

/** The parts of a server. */
export interface Parts {
  version: string;
  /** The text that every assistant is told first. */
  instructions: string;
  /** The commands that are offered. */
  leaves: readonly Leaf[];
  load: Load;
  caller: Caller;
  changes: ResourceChanges;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** The server, with commands as tools and resources. Schemas derived from data need the SDK's plain server. */
export function serverOf({ version, instructions, leaves, load, caller, changes }: Parts): Server {
  const capabilities = { tools: {}, resources: { subscribe: true } };
  const server = new Server({ name: 'lemming', version }, { capabilities, instructions });
  const resources = new ResourceReader(leaves, caller);
  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: await Promise.all(leaves.map(async (leaf) => toolOf(leaf, (await load(leaf.name)).output))),
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) =>
    callTool(leafOf(leaves, params.name), params.arguments, caller, extra),
  );
  server.setRequestHandler(ListResourcesRequestSchema, (_request, { signal }) => resources.list(signal));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: resources.templates() }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, { signal }) => ({
    contents: [{ uri, mimeType: 'application/json', text: await resources.read(uri, signal) }],
  }));
  server.setRequestHandler(SubscribeRequestSchema, async ({ params: { uri } }) => {
    await changes.follow(uri, () => resources.read(uri, changes.signal));
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    changes.leave(uri);
    return {};
  });
  return server;
}

function leafOf(leaves: readonly Leaf[], name: string): Leaf {
  const leaf = leaves.find((one) => toolName(one) === name);
  if (!leaf) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${JSON.stringify(name.slice(0, 100))}`);
  return leaf;
}

/**
 * Calls a tool. Remarks become progress, where wanted. A fault of a command is its result: the assistant can correct the
 * call.
 */
async function callTool(leaf: Leaf, given: unknown, caller: Caller, extra: Extra): Promise<CallToolResult> {
  const { signal, sendNotification, _meta } = extra;
  const progressToken = _meta?.progressToken;
  let progress = 0;
  const report = (message: string): void => {
    if (progressToken === undefined || signal.aborted) return;
    const params = { progressToken, progress: ++progress, message };
    sendNotification({ method: 'notifications/progress', params }).catch(() => {}); // it has left
  };
  const { ok, text, data } = await caller.do({ leaf, given, signal, report });
  return { content: [{ type: 'text', text }], structuredContent: data, isError: !ok };
}
