/** Reads YAML and markdown files by their schema. */
import type * as z from 'zod';
import { copyWith } from '../../schema/copy.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import { withoutEnd } from '../../schema/print.ts';
import { readFrontMatter } from './codec.ts';
import { faultsOf } from './yaml-faults.ts';
import { readQuick } from './yaml-quick.ts';
import { readTree, type YamlTree } from './yaml-tree.ts';

/**
 * Reads a YAML text by its schema and returns all problems at once: `invalid-yaml`, `unknown-key` and `invalid-value` (with the
 * value and the nearest valid one), `missing-key` (at the parent), `old-version`. The value is null if there is any fault.
 * `firstLine` is the line of the file on which the text begins.
 */
export function readYaml<S extends z.ZodType>(
  schema: S,
  text: string,
  file: string,
  firstLine = 1,
): { value: z.output<S> | null; faults: Fault[] } {
  const quick = readQuick(text);
  const result = quick === undefined ? null : schema.safeParse(quick);
  return result?.success ? { value: result.data, faults: [] } : check(schema, readTree(text, file, firstLine));
}

/** Checks a parsed text by a schema. A text with broken syntax is not checked further. */
export function check<S extends z.ZodType>(schema: S, tree: YamlTree): { value: z.output<S> | null; faults: Fault[] } {
  if (tree.broken) return { value: null, faults: tree.faults };
  const result = schema.safeParse(tree.data);
  const found = result.success ? [] : faultsOf(schema, tree, result.error.issues);
  const faults = [
    ...tree.faults,
    ...found.filter((f) => !tree.faults.some((t) => t.line === f.line && t.column === f.column)),
  ];
  return { value: result.success && faults.length === 0 ? result.data : null, faults };
}

/** Reads a markdown file that must have front matter. The body is what follows, without trailing line ends. */
export function readMarkdown<S extends z.ZodType>(
  schema: S,
  text: string,
  file: string,
): { head: z.output<S> | null; body: string; faults: Fault[] } {
  const parts = splitMarkdown(text, file);
  if ('fault' in parts) return { head: null, body: text, faults: [parts.fault] };
  const { value, faults } = readYaml(schema, parts.head, file, parts.headLine);
  return { head: value, body: parts.body, faults };
}

/** Head and body of a markdown file that must have front matter. */
export function splitMarkdown(
  text: string,
  file: string,
): { head: string; headLine: number; body: string } | { fault: Fault } {
  const parts = readFrontMatter(text, file);
  if (!parts)
    return {
      fault: fault('invalid-yaml', 'The file has no front matter: its first line must be exactly ---', {
        file,
        line: 1,
        column: 1,
      }),
    };
  return 'fault' in parts ? parts : copyWith(parts, { body: withoutEnd(parts.body, '\n') });
}
