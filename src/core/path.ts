import type { Resume } from '../schema/resume.ts';
import type { Cause } from './entry.ts';

/** Where a path of a tool leads, as a path in the org, or why not. */
export type PathRuling = { ok: true; path: string; shared: boolean } | { ok: false; text: string };

/** Bytes of a path, and of each name in it, that every file system of today takes. */
const PATH_BYTES = 1000;
const NAME_BYTES = 255;

/**
 * What an agent may read: what it may write, and `attachments/NAME` of the mail that this visit was given, which stands
 * beside the message in the outbox of its author.
 */
export function permitRead(resume: Resume, given: readonly Cause[], path: string): PathRuling {
  const name = /^(?:\.\/)?attachments\/([^/]+)$/.exec(path)?.[1];
  const mail = given.find(({ attachments }) => name !== undefined && attachments?.includes(name));
  return mail ? { ok: true, path: `agents/${mail.from}/outbox/${name}`, shared: false } : permitPath(resume, path);
}

/**
 * What an agent may write. Relative paths lie in its workspace; `shared/...` means `org/shared/...` and needs a grant in the
 * resume. Compares whole parts, never text prefixes.
 */
export function permitPath(resume: Pick<Resume, 'name' | 'shared'>, path: string): PathRuling {
  if (Buffer.byteLength(path) > PATH_BYTES || /[\0-\x1f\x7f\\]|\p{Cs}/u.test(path))
    return { ok: false, text: 'The path has characters that are not allowed, or is too long.' };
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path))
    return { ok: false, text: 'Paths are relative to the workspace.' };
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { ok: false, text: 'The path leads out of the workspace.' };
  const long = parts.find((part) => Buffer.byteLength(part) > NAME_BYTES);
  if (long !== undefined)
    return { ok: false, text: `A name in the path has ${Buffer.byteLength(long)} bytes; ${NAME_BYTES} are allowed.` };
  if (parts.some((part) => /^\.lemming-/i.test(part)))
    return { ok: false, text: 'Names that begin with .lemming- are those of the engine.' };
  if (parts[0] !== 'shared')
    return { ok: true, path: ['agents', resume.name, 'workspace', ...parts].join('/'), shared: false };
  const rest = parts.slice(1);
  const granted = resume.shared.some((grant) => {
    const under = grant.split('/').filter((part) => part !== '' && part !== '.');
    return under.every((part, i) => part === rest[i]);
  });
  if (!granted) return { ok: false, text: `The resume of ${resume.name} grants no shared/${rest.join('/')}.` };
  return { ok: true, path: ['org', 'shared', ...rest].join('/'), shared: true };
}
