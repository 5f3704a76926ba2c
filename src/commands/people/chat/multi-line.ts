/** Joins typed lines into texts of several lines. */

const FENCE = '"""';

/**
 * Turns lines into texts. A line that ends in a backslash continues in the next, and everything between two lines `"""` is one
 * text. `opened` is called with whether a text is unfinished. An unfinished text at the end is yielded as well.
 */
export async function* blocks(lines: AsyncIterable<string>, opened: (open: boolean) => void): AsyncGenerator<string> {
  let open: string[] = [];
  let fenced = false;
  for await (const line of lines) {
    const isFence = line.trim() === FENCE && (fenced || open.length === 0);
    const goesOn = !fenced && line.endsWith('\\');
    if (isFence) fenced = !fenced;
    else open.push(goesOn ? line.slice(0, -1) : line);
    opened(fenced || goesOn);
    if (fenced || goesOn) continue;
    yield open.join('\n');
    open = [];
  }
  if (open.length > 0) yield open.join('\n');
}
