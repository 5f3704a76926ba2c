/** Reads a filter line of the screen, and applies it to rows. */

/** The request of a filter line: every word and every term must match. */
export interface Filter {
  words: string[];
  terms: [name: string, value: string][];
}

/** The parts of a row that a filter can match: `text` for words, the others for terms such as `from:planner`. */
export type Facets = { text: string } & Record<string, string | readonly string[]>;

/** `build agent:planner kind:report unread` → words and terms. A name that a list does not know counts as words. */
export function readFilter(line: string, names: readonly string[]): Filter {
  const filter: Filter = { words: [], terms: [] };
  for (const part of line.toLowerCase().split(/\s+/).filter(Boolean)) {
    const [, name = '', value = ''] = /^([a-z]+):(.+)$/.exec(part) ?? [];
    if (names.includes(name)) filter.terms.push([name, value]);
    else if (names.includes(part)) filter.terms.push([part, 'yes']);
    else filter.words.push(part);
  }
  return filter;
}

/** Whether the filter is not empty. */
export function asks({ words, terms }: Filter): boolean {
  return words.length + terms.length > 0;
}

/** Whether a row matches. A term matches when one of its values begins with it. */
export function fits(filter: Filter, facets: Facets): boolean {
  const has = ([name, value]: [string, string]): boolean => {
    const known = facets[name] ?? [];
    return (typeof known === 'string' ? [known] : known).some((one) => one.toLowerCase().startsWith(value));
  };
  if (!filter.terms.every(has)) return false;
  if (filter.words.length === 0) return true;
  const text = facets.text.toLowerCase();
  return filter.words.every((word) => text.includes(word));
}
