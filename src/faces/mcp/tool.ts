import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Arg, Command, Flag, Input } from '../../commands/command.ts';
import { failure } from '../../schema/fault.ts';
import { readInput } from '../cli/input.ts';

/** A command as a tool: its name, what it does, and what it takes. */
export function toolOf(command: Command): Tool {
  const { name, summary, reads } = command;
  return {
    name,
    description: `${summary}.`,
    inputSchema: { ...z.toJSONSchema(shapeOf(command)), type: 'object' } as Tool['inputSchema'],
    annotations: { readOnlyHint: reads, destructiveHint: false, openWorldHint: false },
  };
}

/** What an assistant gave, as the command line would have parsed it. Throws `usage` for anything else. */
export function inputFor(command: Command, given: unknown, remedy = REMEDY): Input {
  const read = shapeOf(command).safeParse(given ?? {});
  if (!read.success) throw failure('usage', read.error.issues.map(printIssue).join('; '), { remedy });
  const values = new Map(Object.entries(read.data));
  const args = command.args.map(({ name, many }) => {
    const value = values.get(name) as string | undefined;
    return many && value !== undefined ? [value] : value;
  });
  return readInput(command, args, ({ name }) => asTyped(values.get(name)));
}

const REMEDY = 'Call it as its input schema says.';

function printIssue({ path, message }: z.core.$ZodIssue): string {
  return [...path.map(String), message].join(': ');
}

/** Arguments and options side by side, by name. */
function shapeOf({ args, flags }: Command) {
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

/** An option as it would have been typed. */
function asTyped(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  return value === false ? undefined : value;
}
