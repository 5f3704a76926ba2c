/** Reads the tools and MCP servers that an organisation declares. */
import type * as z from 'zod';
import type { OwnTool, Server } from '../../core/model/config.ts';
import { type mcpFile, type pinFile, pinnedServer } from '../../schema/config/mcp.ts';
import { splitToolPath, type ToolHead } from '../../schema/config/tool.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import { byCodeUnit } from '../../schema/name.ts';
import { type ConfigSource, type Memory, References } from './source.ts';

type TextFiles = ReadonlyMap<string, string>;

/** The tools among the texts of an org, and the faults of broken ones, which are skipped. */
export function readTools(
  texts: TextFiles,
  memory: Memory<ConfigSource<ToolHead>>,
): { tools: Map<string, OwnTool>; faults: Fault[] } {
  const tools = new Map<string, OwnTool>();
  const faults: Fault[] = [];
  for (const [id, files] of folders(texts)) {
    const file = `org/tools/${id}/TOOL.md`;
    const text = files.get('TOOL.md');
    if (text === undefined) {
      faults.push(fault('missing-file', 'The tool has no TOOL.md', { file }));
      continue;
    }
    const source = memory.read(text, file);
    const wrong = [...source.faults, ...faultsIn(source, id, files)];
    faults.push(...wrong);
    if (source.value && wrong.length === 0)
      tools.set(id, { name: id, head: source.value, help: source.body.trim(), files });
  }
  return { tools, faults };
}

/** Id → its texts by path within the folder, sorted. */
function folders(texts: TextFiles): [string, Map<string, string>][] {
  const found = new Map<string, Map<string, string>>();
  for (const path of [...texts.keys()].sort(byCodeUnit)) {
    const parts = splitToolPath(path);
    if (!parts) continue;
    const files = found.get(parts.id) ?? new Map<string, string>();
    found.set(parts.id, files.set(parts.file, texts.get(path) as string));
  }
  return [...found];
}

/** Checks its name and the files it names. */
function faultsIn(source: ConfigSource<ToolHead>, id: string, files: TextFiles): Fault[] {
  const references = new References();
  const { name, command = [], module } = source.value ?? { name: id };
  if (name !== id)
    references.add('invalid-value', `The tool is named "${name}", but its folder is named "${id}"`, source, ['name']);
  const known = new Set(files.keys());
  for (const [i, word] of command.entries())
    if (word.startsWith('./')) references.need(word.slice(2), known, 'file of the tool', source, ['command', i]);
  if (module !== undefined) references.need(module, known, 'file of the tool', source, ['module']);
  return references.faults;
}

type McpFile = z.output<ReturnType<typeof mcpFile>>;
type PinFile = z.output<ReturnType<typeof pinFile>>;

/** The servers in org/mcp.yaml, each with the tools from its own file; a server whose file is broken has none. */
export function readServers(
  texts: TextFiles,
  memories: { mcp: Memory<ConfigSource<McpFile>>; pin: Memory<ConfigSource<PinFile>> },
): { servers: Map<string, Server>; faults: Fault[] } {
  const text = texts.get('org/mcp.yaml');
  const source = text === undefined ? null : memories.mcp.read(text, 'org/mcp.yaml');
  const pins = new Map<string, ConfigSource<PinFile>>();
  for (const [path, pin] of texts) {
    const name = pinnedServer(path);
    if (name !== null) pins.set(name, memories.pin.read(pin, path));
  }
  const written = (source?.data ?? {}) as { servers?: Record<string, unknown> };
  const servers = Object.entries(source?.value?.servers ?? {})
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([name, settings]): [string, Server] => {
      const tools = pins.get(name)?.value?.tools ?? null;
      return [name, { name, settings, written: JSON.stringify(written.servers?.[name]), tools }];
    });
  return {
    servers: new Map(servers),
    faults: [...(source?.faults ?? []), ...[...pins.values()].flatMap(({ faults }) => faults)],
  };
}
