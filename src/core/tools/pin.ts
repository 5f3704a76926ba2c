/** Keeps the tools of an MCP server in a form that can be approved. */
import { type PinnedTool, pinnedTool } from '../../schema/config/mcp.ts';
import { byCodeUnit } from '../../schema/name.ts';
import type { Json } from '../model/call.ts';

/** A tool as a server describes it. */
export interface ListedTool {
  name: string;
  description?: string | undefined;
  inputSchema: unknown;
}

/** The tools of a server as they are kept, sorted by name, and the names of unusable ones, with the reason. */
export interface ServerTools {
  tools: PinnedTool[];
  left: string[];
}

const TOOLS = 200;
const DESCRIPTION = 2000;
const SCHEMA = 20_000;
const NAME = 60;

/** What is kept of the tools that a server lists: the same tools in any order give the same result. Pure. */
export function pinOf(listed: readonly ListedTool[]): ServerTools {
  const tools = new Map<string, PinnedTool>();
  const left: string[] = [];
  for (const tool of listed) {
    const name = JSON.stringify(tool.name.slice(0, NAME));
    const pinned = pinnedOf(tool);
    if (tools.has(tool.name)) left.push(`${name}: there are two of this name`);
    else if (typeof pinned === 'string') left.push(`${name}: ${pinned}`);
    else if (tools.size === TOOLS) left.push(`${name}: more than ${TOOLS} tools`);
    else tools.set(tool.name, pinned);
  }
  return { tools: [...tools.values()].sort((a, b) => byCodeUnit(a.name, b.name)), left };
}

/** The tool as it is kept, or why it cannot be used. */
function pinnedOf({ name, description = '', inputSchema }: ListedTool): PinnedTool | string {
  if (!pinnedTool().shape.name.safeParse(name).success) return 'not a name that agents can use';
  if (JSON.stringify(inputSchema).length > SCHEMA) return `its schema has more than ${SCHEMA} characters`;
  const tool = { name, description: oneText(description), input: ordered(inputSchema as Json) };
  const { data } = pinnedTool().safeParse(tool);
  return data && JSON.stringify(data) === JSON.stringify(tool) ? data : 'its schema is not that of an object';
}

/** The text without characters that steer a terminal, cut to its limit. */
function oneText(text: string): string {
  return text
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, ' ')
    .slice(0, DESCRIPTION)
    .trim();
}

/** The same value with the keys of its objects in order. */
function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const pairs = Object.entries(value).sort(([a], [b]) => byCodeUnit(a, b));
  return Object.fromEntries(pairs.map(([key, one]) => [key, ordered(one)]));
}
