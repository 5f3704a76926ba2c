/** Where a path that an agent names leads, and whether the agent may go there. */
import type { Resume } from '../../schema/config/resume.ts';
import { cut } from '../../schema/print.ts';
import { NAME_BYTES } from './paths.ts';

/** The path in the org to which a tool's path leads, or why it is not permitted. */
export type PathRuling = PermittedPath | { ok: false; text: string };

export interface PermittedPath {
  ok: true;
  path: string;
  shared: boolean;
  /** Of a file that came with mail: where it may lie instead. */
  also?: string[];
  /** What stands there are words of strangers. */
  tainted?: true;
}

/** Bytes of a path, and of each name in it, that every current file system accepts. */
const PATH_BYTES = 1000;

/**
 * Resolves a path for writing. Relative paths lie in the agent's workspace; `shared/...` means `org/shared/...` and needs a
 * grant in the resume. Compares whole parts, never text prefixes. `isThere`: whether a suggested path exists.
 */
export function permitPath(
  resume: Pick<Resume, 'name' | 'shared'>,
  path: string,
  isThere: (path: string) => boolean = () => true,
): PathRuling {
  if (Buffer.byteLength(path) > PATH_BYTES || /[\0-\x1f\x7f\\]|\p{Cs}/u.test(path))
    return { ok: false, text: 'The path has characters that are not allowed, or is too long.' };
  const parts = partsOf(path);
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path) || parts.includes('..'))
    return { ok: false, text: outsideText(resume, path, isThere) };
  const long = parts.find((part) => Buffer.byteLength(part) > NAME_BYTES);
  if (long !== undefined)
    return { ok: false, text: `A name in the path has ${Buffer.byteLength(long)} bytes; ${NAME_BYTES} are allowed.` };
  if (parts.some((part) => /^\.lemming-/i.test(part)))
    return { ok: false, text: 'Names that begin with .lemming- are reserved for the engine. Choose another name.' };
  if (parts[0] !== 'shared')
    return { ok: true, path: ['agents', resume.name, 'workspace', ...parts].join('/'), shared: false };
  const rest = parts.slice(1);
  const granted = resume.shared.some((grant) => {
    return partsOf(grant).every((part, i) => part === rest[i]);
  });
  if (!granted)
    return { ok: false, text: `You have no access to ${shown(`shared/${rest.join('/')}`)}. ${reachText(resume)}` };
  return { ok: true, path: ['org', 'shared', ...rest].join('/'), shared: true };
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** Characters of a path, and shared folders, that a refusal names at most. */
const SHOWN_CHARS = 200;
const SHOWN_GRANTS = 20;

function shown(path: string): string {
  return JSON.stringify(cut(path, SHOWN_CHARS));
}

/** Says that a path is outside, and which path inside to use instead. */
function outsideText(
  resume: Pick<Resume, 'name' | 'shared'>,
  path: string,
  isThere: (path: string) => boolean,
): string {
  const isOfOthers = partsOf(path).includes('..');
  return `${shown(path)} is outside your workspace. ${isOfOthers ? ASK_OTHERS : insteadOf(resume, path, isThere)}${reachText(resume)}`;
}

function insteadOf(resume: Pick<Resume, 'name' | 'shared'>, path: string, isThere: (path: string) => boolean): string {
  const name = partsOf(path).at(-1) ?? '';
  const ruling = name === '' || name.includes(':') ? null : permitPath(resume, name);
  return ruling?.ok && isThere(ruling.path) ? `Use ${shown(name)} instead. ` : '';
}
const ASK_OTHERS = 'You cannot reach files of others: ask them in a message. ';

function reachText({ shared }: Pick<Resume, 'shared'>): string {
  const names = shared.slice(0, SHOWN_GRANTS).map((grant) => ['shared', ...partsOf(grant)].join('/'));
  const more = shared.length > SHOWN_GRANTS ? ' and more' : '';
  return names.length
    ? `You have access to your workspace and ${names.join(', ')}${more}.`
    : 'You have access to your workspace only.';
}

/** A path of the org as agents' tools write it. */
export function toldPath(path: string): string {
  return path.replace(/^org\/(?=shared(?:\/|$))|^agents\/[^/]+\/workspace\/(?=.)/, '');
}
