/** Reads a filter line of the screen, and applies it to rows. */

/** What a filter line asks for: every word and every term must fit. */
export interface Filter {
  words: string[];
  terms: [name: string, value: string][];
}

/** What a row offers to a filter: `text` for words, the others for terms such as `from:planner`. */
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

/** Whether the filter asks for anything. */
export function asks({ words, terms }: Filter): boolean {
  return words.length + terms.length > 0;
}

/** Whether a row is wanted. A term fits when one of its values begins with what was asked. */
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
