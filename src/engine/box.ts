import { textHash } from '../core/brief.ts';
import { permitPath, permitRead } from '../core/permit.ts';
import type { Mail } from '../core/state.ts';
import type { Box } from '../core/tool.ts';
import type { Disk } from '../disk/disk.ts';
import { bytesHash } from '../disk/materialise.ts';
import { type Replaced, writeLive } from '../disk/workspace.ts';
import type { Resume } from '../schema/resume.ts';

/** Raised by the Box when a tool asks for what it may not have; the model is told. */
export class BoxRefusal extends Error {}

/** What a tool did: for the journal. */
export interface Changes {
  files: { path: string; text: string | null; was: string | null }[];
  shared?: { path: string; text: string };
  /** What stood where the tool wrote, until the journal holds it. */
  replaced: (Replaced & { path: string })[];
}

export function noChanges(): Changes {
  return { files: [], replaced: [] };
}

/** Makes the Box of one use of a tool. `shared` shows the visit's own staged writes to shared files. */
export function makeBox(
  disk: Disk,
  resume: Resume,
  given: readonly Mail[],
  shared: (path: string) => string | undefined,
  changes: Changes,
): Box {
  const resolve = (path: string, permitted = permitPath(resume, path)): { path: string; shared: boolean } => {
    if (!permitted.ok) throw new BoxRefusal(permitted.text);
    refuseLinks(disk, permitted.path);
    return permitted;
  };
  return {
    agent: resume.name,
    read(path) {
      const target = resolve(path, permitRead(resume, given, path));
      const staged = target.shared ? shared(target.path) : undefined;
      const bytes = staged === undefined ? disk.read(target.path) : Buffer.from(staged);
      if (bytes === null) throw new BoxRefusal(`There is no file ${JSON.stringify(path)}.`);
      return new TextDecoder().decode(bytes);
    },
    write(path, text) {
      const target = resolve(path);
      if (disk.stat(target.path)?.kind === 'folder') throw new BoxRefusal(`${JSON.stringify(path)} is a folder.`);
      if (target.shared) changes.shared = { path: target.path, text };
      else {
        const replaced = writeLive(disk, target.path, text);
        const was = replaced.bytes === null ? null : bytesHash(replaced.bytes);
        changes.files.push({ path: target.path, text, was });
        if (was === textHash(text)) replaced.release();
        else changes.replaced.push({ path: target.path, ...replaced });
      }
    },
    list(path) {
      const target = resolve(path === '.' ? '' : path);
      const folder = target.path.replace(/\/$/, '');
      return (disk.list(folder) ?? [])
        .filter((name) => !name.startsWith('.lemming-'))
        .map((name) => (disk.stat(`${folder}/${name}`)?.kind === 'folder' ? `${name}/` : name));
    },
  };
}

/** No part of a path below the org may be a link. */
function refuseLinks(disk: Disk, path: string): void {
  const parts = path.split('/');
  for (let i = 1; i <= parts.length; i++) {
    const part = parts.slice(0, i).join('/');
    const kind = disk.stat(part)?.kind;
    if (kind === undefined) return;
    if (kind === 'link' || kind === 'other') throw new BoxRefusal(`${part} is not a regular file or folder.`);
  }
}

/** A regular file that no link leads to. */
export function isPlainFile(disk: Disk, path: string): boolean {
  const parts = path.split('/');
  return parts.every(
    (_, i) => disk.stat(parts.slice(0, i + 1).join('/'))?.kind === (i === parts.length - 1 ? 'file' : 'folder'),
  );
}
