/** A conversation with an MCP server. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolResultSchema,
  ErrorCode,
  ListToolsResultSchema,
  McpError,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { JsonObject } from '../../core/model/call.ts';
import type { Server } from '../../core/model/config.ts';
import type { WorldResult } from '../../core/model/tool.ts';
import { type ListedTool, pinOf, type ServerTools } from '../../core/tools/pin.ts';
import { type ServerPart, serverResult } from '../../core/tools/server-result.ts';
import { deadline } from '../../disk/fs/clock.ts';
import type { Owner } from '../../disk/owner/owner.ts';
import type { ServerProcess } from '../../disk/sandbox/server-process.ts';
import { wireOver, wireTo } from './mcp-wire.ts';

/** A server to connect to. A server with an address has no process. */
export interface ServerLine {
  server: Server;
  process: ServerProcess | null;
  secret: Owner['secret'];
}

/** The most pages of tools that are read. */
const PAGES = 20;

/** A conversation with a server. It only uses tools; requests of the server are refused. */
export class Conversation {
  /** The server reported that its tools have changed. */
  stale = false;
  /** The connection can no longer be used. */
  over = false;
  private readonly client = new Client({ name: 'lemming', version: '1' }, { capabilities: {} });
  private readonly line: ServerLine;
  private busy = 0;

  private constructor(line: ServerLine) {
    this.line = line;
    this.client.onclose = () => {
      this.over = true;
    };
    this.client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      this.stale = true;
    });
  }

  static async begin(line: ServerLine): Promise<Conversation> {
    const conversation = new Conversation(line);
    const { process, server, secret } = line;
    const wire: Transport = process ? wireTo(process) : await wireOver(server.settings, secret);
    await conversation.attended(() => conversation.client.connect(wire, { timeout: server.settings.start_ms }));
    return conversation;
  }

  /** Its tools in the form in which they are stored. */
  async tools(): Promise<ServerTools> {
    const found: ListedTool[] = [];
    const timeout = this.line.server.settings.start_ms;
    const signal = deadline(timeout);
    let cursor: string | undefined;
    for (let page = 0; page < PAGES; page++) {
      const params = cursor === undefined ? {} : { cursor };
      const list = await this.attended(() =>
        this.client.request({ method: 'tools/list', params }, ListToolsResultSchema, { timeout, signal }),
      );
      found.push(...list.tools);
      cursor = list.nextCursor;
      if (cursor === undefined) break;
    }
    this.stale = false;
    return pinOf(found);
  }

  /** Rejects if the answer is missing or invalid. */
  async call(name: string, input: JsonObject, signal: AbortSignal): Promise<WorldResult> {
    const params = { name, arguments: input };
    const timeout = this.line.server.settings.timeout_ms;
    try {
      const { content, structuredContent, isError } = await this.attended(() =>
        this.client.request({ method: 'tools/call', params }, CallToolResultSchema, { timeout, signal }),
      );
      return serverResult(content as ServerPart[], structuredContent, isError === true);
    } catch (error) {
      if (!(error instanceof McpError) || LOST.includes(error.code)) throw error;
      return serverResult([{ type: 'text', text: error.message }], undefined, true);
    }
  }

  /** While nobody waits for a program, its output is not read. */
  private async attended<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy++ === 0) this.line.process?.wait(true);
    try {
      return await work();
    } finally {
      if (--this.busy === 0) {
        this.line.process?.wait(false);
        if (this.over) await this.close();
      }
    }
  }

  /** Others may still wait for an answer, so it ends after the last of them. */
  async retire(): Promise<void> {
    this.over = true;
    if (this.busy === 0) await this.close();
  }

  async close(): Promise<void> {
    this.over = true;
    await this.client.close().catch(() => {});
    await this.line.process?.close();
  }
}

const LOST: readonly number[] = [ErrorCode.RequestTimeout, ErrorCode.ConnectionClosed];
