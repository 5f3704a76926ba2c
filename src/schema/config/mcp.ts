/** The schemas of `org/mcp.yaml` and of the approved tools that are kept for each server. */
import * as z from 'zod';
import { later } from '../later.ts';
import { isInside } from '../name.ts';
import { serviceUrl } from '../url.ts';
import { inputSchema, resultChars, touches, useTimeout } from './tool.ts';

/** A reference to a secret, where a header needs it with a word such as `Bearer` before it. */
const headerValue = later(() =>
  z
    .string()
    .regex(
      /^([A-Za-z]+ )?(env:[A-Z][A-Z0-9_]*|secret:\/\/[a-z][a-z0-9_-]*)$/,
      'a reference such as "Bearer env:GITHUB_TOKEN" or secret://search, never the secret itself',
    ),
);

/** One server of tools: a program on this machine, or an address. */
export const mcpServer = later(() =>
  z
    .strictObject({
      command: z.array(z.string().min(1)).min(1).optional().describe('the program of the server, and its arguments'),
      env: z
        .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable'))
        .default([])
        .describe('command: names of the variables it gets besides PATH, HOME and LANG'),
      cwd: z
        .string()
        .min(1)
        .refine(isInside, 'expected a path in the organisation')
        .optional()
        .describe(
          'command: the folder of the organisation it works in, read-only in the sandbox (default: an empty folder)',
        ),
      sandbox: z
        .enum(['box', 'host'])
        .default('box')
        .describe('command: box: in the sandbox, without your files; host: with all your rights'),
      network: z.boolean().default(false).describe('command: whether it may use the network from the sandbox'),
      url: serviceUrl()
        .refine(isSafe, 'expected https, or an address of this machine')
        .optional()
        .describe('the address of a server (streamable HTTP)'),
      headers: z
        .record(z.string().regex(/^[A-Za-z0-9-]+$/), headerValue())
        .default({})
        .describe('url: headers whose values are references to secrets'),
      touches: touches().default('once').describe('what repeating a call of its tools does; the server is not asked'),
      start_ms: z
        .number()
        .int()
        .min(100)
        .max(600_000)
        .default(30_000)
        .describe('milliseconds it may take to start, and to list its tools'),
      timeout_ms: useTimeout(),
      result_chars: resultChars(20_000),
    })
    .refine(
      ({ command, url }) => (command === undefined) !== (url === undefined),
      'expected either "command" or "url"',
    ),
);
export type McpServer = z.infer<ReturnType<typeof mcpServer>>;

function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return true; // that it is none was said
  return !/^http:/i.test(url) || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(url).hostname);
}

const serverName = later(() =>
  z.string().regex(/^[a-z][a-z0-9-]{0,23}$/, 'a name of at most 24 lower-case letters, digits and hyphens'),
);

/** `org/mcp.yaml`. */
export const mcpFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format version of this file'),
    servers: z.record(serverName(), mcpServer()).default({}).describe('servers by name: their tools are NAME__TOOL'),
  }),
);

/** A tool as its server described it when the owner looked. */
export const pinnedTool = later(() =>
  z.strictObject({
    name: z
      .string()
      .max(38, { abort: true })
      .regex(/^(?!.*__)[A-Za-z0-9][A-Za-z0-9_-]*$/)
      .describe('its name at the server'),
    description: z.string().max(2000).describe('its description for agents'),
    input: inputSchema().describe('JSON schema of its arguments'),
  }),
);
export type PinnedTool = z.infer<ReturnType<typeof pinnedTool>>;

/** `org/mcp/<server>.yaml`: what the owner saw and approved. */
export const pinFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format version of this file'),
    tools: z.array(pinnedTool()).max(200).describe('the tools of the server, by name'),
  }),
);

/** `org/mcp/github.yaml` → `github`; null for another path. */
export function pinnedServer(path: string): string | null {
  return /^org\/mcp\/([^/]+)\.yaml$/.exec(path)?.[1] ?? null;
}
