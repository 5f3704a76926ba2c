// Servers of tools made with the SDK: over stdio, or (with a function) over HTTP.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

/** A server with one tool. */
export function counter() {
  const server = new McpServer({ name: 'counter', version: '1.0.0' });
  let sum = 0;
  const about = { description: 'Adds to a sum', inputSchema: { n: z.number() } };
  server.registerTool('add', about, ({ n }) => {
    sum += n;
    return { content: [{ type: 'text', text: `sum ${sum}` }] };
  });
  return server;
}

if (process.argv[2] === 'stdio') await counter().connect(new StdioServerTransport());
