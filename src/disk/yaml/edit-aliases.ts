/** Writes out the aliases of a YAML text. */
import { visit } from 'yaml';
import type { Json } from '../../core/model/call.ts';
import { printInOrder, prove } from './edit.ts';
import { compose, readTree } from './yaml-tree.ts';

/**
 * The text with what each alias stands for in its place, on one line: after that, one value can be changed without the others.
 * The anchors, comments and data stay. A broken text stays as it is.
 */
export function expandAliases(text: string): string {
  const at = firstAlias(text);
  if (!at) return text;
  const edited = prove(
    text,
    [],
    (data) => data,
    () => at,
  );
  return 'text' in edited ? expandAliases(edited.text) : text;
}

function firstAlias(text: string): { start: number; end: number; text: string } | null {
  const { doc } = compose(text);
  if (!doc || readTree(text, '').faults.length > 0) return null;
  let found: ReturnType<typeof firstAlias> = null;
  visit(doc, {
    Alias(_, node) {
      const [start, end] = node.range as [number, number, number];
      found = { start, end, text: printInOrder(node.toJS(doc) as Json) };
      return visit.BREAK;
    },
  });
  return found;
}
