/** Reads a `.env` file that is neither the owner's nor an organisation's. */
import fs from 'node:fs';
import path from 'node:path';
import { FaultError, failure } from '../../schema/fault.ts';
import { decode } from '../yaml/codec.ts';
import { readEnv } from './env-file.ts';
import { MOST_BYTES, readRegular } from './owner-files.ts';

/**
 * The variables of a `.env` file anywhere on this machine but in an organisation; null if there is no file. `label` names it
 * in faults. Throws `exposed` if it lies in an organisation, `not-regular`, `not-text` or `too-large`.
 */
export function variablesOutside(file: string, label: string): ReadonlyMap<string, string> | null {
  if (!fs.existsSync(file)) return null;
  const real = fs.realpathSync(file);
  if (isInOrg(real))
    throw failure('exposed', 'The file is inside an organisation, so LeMMing does not read it', {
      file: label,
      remedy: 'Move it out of the organisation, where agents and archives cannot reach it.',
    });
  if (!fs.statSync(real).isFile()) throw failure('not-regular', 'This is not a regular file', { file: label });
  const decoded = decode(readRegular(real).bytes, MOST_BYTES, label);
  if ('fault' in decoded) throw new FaultError(decoded.fault);
  return readEnv(decoded.text, label).value;
}

function isInOrg(file: string): boolean {
  const folder = path.dirname(file);
  if (folder === file) return false;
  return fs.existsSync(path.join(folder, 'org', 'org.yaml')) || isInOrg(folder);
}
