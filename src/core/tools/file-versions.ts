/** Keeps track of the files that a turn writes. */

/** A file as a turn leaves it, and who wrote it. */
interface Last {
  text: string | null;
  by: string;
}

/** What a turn writes: path → what stands there at its end. */
export class FileVersions {
  private readonly files = new Map<string, Last>();
  /** Folders on the way to what is written → one of the files in them. */
  private readonly folders = new Map<string, string>();

  get(path: string): Last | undefined {
    return this.files.get(path);
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  set(path: string, last: Last): void {
    this.files.set(path, last);
    if (last.text !== null) for (const folder of foldersOf(path)) this.folders.set(folder, path);
  }

  /** What in the same turn blocks a file: a file where a folder is needed, or a file below it. */
  inTheWay(path: string): { path: string; by: string } | null {
    const above = foldersOf(path).find((folder) => this.files.get(folder)?.text != null);
    const other = above ?? this.folders.get(path);
    const last = other === undefined ? undefined : this.files.get(other);
    return other === undefined || last?.text == null ? null : { path: other, by: last.by };
  }
}

/** Among written files, one that blocks a path: a file where a folder is needed, or a file below it. */
export function inTheWayOf(path: string, files: ReadonlyMap<string, { text: string | null }>): string | null {
  for (const [other, { text }] of files)
    if (text !== null && (path.startsWith(`${other}/`) || other.startsWith(`${path}/`))) return other;
  return null;
}

/** The folders on a path, the outermost first. */
export function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let cut = path.indexOf('/'); cut > 0; cut = path.indexOf('/', cut + 1)) folders.push(path.slice(0, cut));
  return folders;
}
