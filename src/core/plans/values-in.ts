/** Finds a plan in a text, as models write it: in fences, between sentences, as YAML or JSON. */

/** Reads YAML or JSON; throws what it likes when the text is neither. */
export type ParseText = (text: string) => unknown;

/** Characters of a text that are looked at. */
const MOST = 1_000_000;
/** Fences that are tried. */
const FENCES = 20;

/** What the text holds, the likeliest reading first: each is tried when it is asked for. */
export function* valuesIn(text: string, parse: ParseText): Generator<unknown> {
  const seen = new Set<string>();
  for (const part of partsOf(text.slice(0, MOST))) {
    if (part.trim() === '' || seen.has(part)) continue;
    seen.add(part);
    const value = parsed(part, parse);
    if (typeof value === 'object' && value !== null) yield value;
  }
}

function parsed(text: string, parse: ParseText): unknown {
  try {
    // What YAML refers to within itself could have no end.
    return JSON.parse(JSON.stringify(parse(text)));
  } catch {
    return null;
  }
}

function* partsOf(text: string): Generator<string> {
  const lines = text.split(/\r\n?|\n/);
  yield* fencedIn(lines);
  yield text;
  yield between(text, '{', '}');
  yield yamlIn(lines);
  yield between(text, '[', ']');
}

/** What stands in fences; one that is not closed goes to the end. */
function fencedIn(lines: readonly string[]): string[] {
  const marks = lines.flatMap((line, at) => (/^\s*(```|~~~)/.test(line) ? [at] : [])).slice(0, 2 * FENCES);
  return marks.flatMap((at, i) => (i % 2 === 0 ? [lines.slice(at + 1, marks[i + 1]).join('\n')] : []));
}

function between(text: string, open: string, close: string): string {
  const from = text.indexOf(open);
  return from < 0 ? '' : text.slice(from, text.lastIndexOf(close) + 1);
}

/** From the first line that begins a plan to the last that can belong to it. */
function yamlIn(lines: readonly string[]): string {
  const from = lines.findIndex((line) => /^(goal|plan|tasks):|^- (id|title|name):/.test(line));
  const rest = from < 0 ? [] : lines.slice(from);
  const end = rest.findLastIndex((line) => /^(\s+\S|- |[a-z_]+:)/.test(line));
  return rest.slice(0, end + 1).join('\n');
}
