/** Turns commands into MCP tools. */
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Arg, Flag, InputOf, Leaf, LeafDefinition } from '../../commands/command.ts';
import { faultShape } from '../../commands/shapes.ts';
import { failure } from '../../schema/fault.ts';
import { readInput } from '../cli/input.ts';

/** The tool name of a leaf: `agent_list`. */
export function toolName({ name }: Leaf): string {
  return name.replaceAll(' ', '_');
}

/** A leaf as a tool: its name, description, input and output. */
export function toolOf(leaf: Leaf, output: LeafDefinition['output']): Tool {
  const { summary, reads } = leaf;
  return {
    name: toolName(leaf),
    description: `${summary}.`,
    inputSchema: { ...z.toJSONSchema(shapeOf(leaf)), type: 'object' } as Tool['inputSchema'],
    outputSchema: { ...z.toJSONSchema(z.union([output(z), refusalShape()])), type: 'object' } as Tool['outputSchema'],
    annotations: { readOnlyHint: reads, destructiveHint: false, openWorldHint: false },
  };
}

/** The output of a fault: clients check it against the schema as well. */
function refusalShape() {
  return z.strictObject({ ok: z.literal(false), faults: z.array(faultShape(z)) });
}

/** An assistant's input, as the command line would have parsed it. Throws `usage` for anything else. */
export function inputFor<L extends Leaf>(leaf: L, given: unknown, remedy = REMEDY): InputOf<L> {
  const read = shapeOf(leaf).safeParse(given ?? {});
  if (!read.success) throw failure('usage', read.error.issues.map(printIssue).join('; '), { remedy });
  const values = new Map(Object.entries(read.data));
  const args = leaf.args.map(({ name, many }) => {
    const value = values.get(name) as string | undefined;
    return many && value !== undefined ? [value] : value;
  });
  return readInput(leaf, args, ({ name }) => asTyped(values.get(name)));
}

const REMEDY = 'Correct the input according to the schema of the tool.';

function printIssue({ path, message }: z.core.$ZodIssue): string {
  return [...path.map(String), message].join(': ');
}

/** Arguments and options side by side, by name. */
function shapeOf({ args, flags }: Leaf) {
  return z.strictObject(
    Object.fromEntries([
      ...args.map((arg) => [arg.name, orAbsent(ofArg(arg), arg.optional ?? false).describe(arg.about)]),
      ...flags.map((flag) => [flag.name, ofFlag(flag).optional().describe(flag.about)]),
    ]) as Record<string, z.ZodType>,
  );
}

function orAbsent(type: z.ZodType, optional: boolean): z.ZodType {
  return optional ? type.optional() : type;
}

function ofArg({ choices }: Arg): z.ZodType {
  return choices ? z.enum(choices) : z.string();
}

function ofFlag(flag: Flag): z.ZodType {
  if (!flag.value) return z.boolean();
  const one = ofValue(flag);
  if (flag.many) return z.array(one);
  return flag.optional ? z.union([one, z.literal(true)]) : one;
}

function ofValue({ kind, least, choices }: Flag): z.ZodType {
  if (choices) return z.enum(choices);
  if (kind === 'whole') return z.int().min(least ?? 0);
  return kind === 'amount' ? z.number().min(0) : z.string();
}

/** An option value as it would have been typed. */
function asTyped(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  return value === false ? undefined : value;
}
