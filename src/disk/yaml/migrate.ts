/** Brings files of older formats up to date. */
import { isMap, isScalar } from 'yaml';
import { fault } from '../../schema/fault.ts';
import type { KindName } from '../../schema/kinds.ts';
import { columnOf, type Edited, eolOf, setScalar, withoutFile } from './edit.ts';
import { compose, readTree } from './yaml-tree.ts';

/** Converts a text from one version of the format to the next and keeps its comments. */
type Migration = (text: string) => Edited;

/** The kinds of files that carry a version. Step n leads from version n to n + 1; the number of steps is the current version. */
export const MIGRATIONS = {
  org: [addVersion],
  chart: [addVersion],
  models: [addVersion],
  credits: [addVersion],
  script: [addVersion],
} as const satisfies Partial<Record<KindName, readonly Migration[]>>;

export type VersionedKind = keyof typeof MIGRATIONS;

/** A text in the current version; `from` equals `to` if nothing had to be done. */
export interface Migrated {
  text: string;
  from: number;
  to: number;
}

export function isVersioned(kind: KindName | null): kind is VersionedKind {
  return kind !== null && kind in MIGRATIONS;
}

/**
 * Brings a text to the current version, step by step. A file without `version` has version 0. Faults: `invalid-yaml` for a
 * broken text, `invalid-value` for a version that this program does not know.
 */
export function migrateText(kind: VersionedKind, text: string): Migrated | Extract<Edited, { fault: unknown }> {
  const steps: readonly Migration[] = MIGRATIONS[kind];
  const { data, faults } = readTree(text, '');
  if (faults[0]) return { fault: withoutFile(faults[0]) };
  const from = versionIn(data);
  if (from === null || from > steps.length)
    return {
      fault: fault('invalid-value', `The version must be a whole number from 0 to ${steps.length}`, {
        remedy: 'Correct the version, or use a newer LeMMing.',
      }),
    };
  let now = text;
  for (const step of steps.slice(from)) {
    const next = step(now);
    if ('fault' in next) return next;
    now = next.text;
  }
  return { text: now, from, to: steps.length };
}

function versionIn(data: unknown): number | null {
  const version = (data as { version?: unknown }).version ?? 0;
  return typeof version === 'number' && Number.isInteger(version) && version >= 0 ? version : null;
}

/** 0 → 1: `version: 1` becomes the first key. */
function addVersion(text: string): Edited {
  const { doc } = compose(text);
  const root = doc?.contents;
  const first = isMap(root) ? root.items[0]?.key : null;
  if (!isMap(root) || !isScalar(first) || !first.range || Object.hasOwn(Object(readTree(text, '').data), 'version'))
    return setScalar(text, ['version'], 1);
  const at = first.range[0];
  const gap = root.flow ? ', ' : eolOf(text) + ' '.repeat(columnOf(text, at));
  return proven(text, `${text.slice(0, at)}version: 1${gap}${text.slice(at)}`);
}

/** Returns the new text if it contains the data of the old one and its version. */
function proven(before: string, after: string): Edited {
  const { data, faults } = readTree(after, '');
  const wanted = { version: 1, ...(readTree(before, '').data as object) };
  if (faults.length === 0 && JSON.stringify(data) === JSON.stringify(wanted)) return { text: after };
  return {
    fault: fault('invalid-value', 'LeMMing cannot add the version to this file', {
      remedy: 'Add the line "version: 1" by hand.',
    }),
  };
}
