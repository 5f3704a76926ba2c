/** Which folders of a workspace nobody searches. */

/** Folders that programs fill and nobody reads: searches skip them, and the journal does not hold changes there. */
export const UNSEARCHED_FOLDERS: readonly string[] = [
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  '__pycache__',
  '.venv',
  'venv',
  '.tox',
  '.cache',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
];

/** Whether a name in a workspace is skipped: one of those folders, or a temporary file of the engine. */
export function isUnsearched(name: string): boolean {
  return UNSEARCHED_FOLDERS.includes(name) || name.startsWith('.lemming-');
}
