/** The schema of the front matter of `TOOL.md`, and the settings that it shares with MCP servers. */
import * as z from 'zod';
import { later } from '../later.ts';
import { isInside } from '../name.ts';
import { credits } from './credits.ts';

/** How long a use of a tool may take. */
export const useTimeout = later(() =>
  z.number().int().min(100).max(600_000).default(60_000).describe('milliseconds that a use may take'),
);

/** How much of a result the agent is shown, unless the file says otherwise: characters. */
export function resultChars(unless: number) {
  return z.number().int().min(100).max(60_000).default(unless).describe('characters of a result that the agent sees');
}

/** What repeating a use does: nothing, the same again, or harm. */
export const touches = later(() => z.enum(['pure', 'idempotent', 'once']));

/** A JSON schema that describes an object: the arguments of a tool. */
export const inputSchema = later(() =>
  z.record(z.string(), z.json()).refine(({ type }) => type === 'object', 'expected a JSON schema with "type: object"'),
);

/** Hosts of the web that programs in the sandbox may reach. */
export const network = later(() =>
  z.strictObject({
    hosts: z
      .array(
        z
          .string()
          .max(260, { abort: true })
          .regex(/^([a-z0-9-]+\.)+[a-z][a-z0-9-]*(:[1-9]\d{0,4})?$/, 'the name of a host such as api.example.org'),
      )
      .min(1)
      .max(50)
      .describe('exact names, with a port if it is not 80 or 443'),
  }),
);

const NOTHING = { type: 'object', properties: {}, additionalProperties: false };

/** The front matter of `org/tools/<id>/TOOL.md`; the body tells agents how it is used. */
export const toolHead = later(() =>
  z
    .strictObject({
      version: z.literal(1).optional().describe('format version of this file'),
      name: z
        .string()
        .max(40, { abort: true })
        .regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, 'expected lower-case letters, digits and single _')
        .describe('the name of the folder; it must not be the name of a built-in tool'),
      description: z.string().trim().min(1).max(1024).describe('what it does; agents see this'),
      input: inputSchema().default(NOTHING).describe('JSON schema of its arguments, an object (default: no arguments)'),
      command: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe(
          'the program and its arguments, run in the sandbox; a name that starts with "./" is a file of the folder. It gets the arguments of the use as JSON on standard input',
        ),
      module: z
        .string()
        .refine(isInside, 'expected a file of the folder')
        .optional()
        .describe('a JavaScript file of the folder, run without files and network; it gets the arguments as "input"'),
      network: network().optional().describe('command: hosts that it may reach, through a proxy (default: no network)'),
      touches: touches()
        .optional()
        .describe('what repeating a use does (default: a command is never repeated when in doubt, a module is pure)'),
      timeout_ms: useTimeout(),
      result_chars: resultChars(60_000),
      cost: credits()
        .default(0)
        .describe('credits that a use costs, unless "tools: prices:" in org/org.yaml says otherwise'),
    })
    .refine(
      ({ command, module }) => (command === undefined) !== (module === undefined),
      'expected either "command" or "module"',
    )
    .refine(({ command, network }) => !network || command, 'only a "command" may have a "network"'),
);
export type ToolHead = z.infer<ReturnType<typeof toolHead>>;

const FILE = /^org\/tools\/([^/_.][^/]*)\/(.+)$/;

/** `org/tools/weather/lib/a.py` → the folder, the id, and the path in it; null when it is not a file of a tool. */
export function splitToolPath(path: string): { folder: string; id: string; file: string } | null {
  const [, id, file] = FILE.exec(path) ?? [];
  if (id === undefined || file === undefined) return null;
  if (file.split('/').some((part) => /^\.|^(__pycache__|node_modules)$/.test(part))) return null;
  return { folder: `org/tools/${id}`, id, file };
}
