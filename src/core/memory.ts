/** Memory entries: one markdown file a key. Keys are checked by the tool's schema, so they are safe in a path. */

export function memoryPath(agent: string, key: string): string {
  return `agents/${agent}/memory/${key}.md`;
}

/** The canonical file of an entry. */
export function printMemory(entry: { key: string; tags: string[]; turn: number; text: string }): string {
  return `---\nkey: ${JSON.stringify(entry.key)}\ntags: ${JSON.stringify(entry.tags)}\nturn: ${entry.turn}\n---\n${entry.text.trimEnd()}\n`;
}
