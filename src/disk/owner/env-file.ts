/** Reads and edits `.env` files. */
import { type Fault, fault } from '../../schema/fault.ts';
import type { OwnerFile } from './owner-files.ts';

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t' };

/** Reads lines `KEY=value`. A value may be quoted; only a comment may follow the closing quote. A fault never shows the line. */
export function readEnv(text: string, file: string): OwnerFile<ReadonlyMap<string, string>> {
  const value = new Map<string, string>();
  const faults: Fault[] = [];
  for (const [i, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', rest = ''] = LINE.exec(line) ?? [];
    const said = name ? valueIn(rest) : null;
    if (said === null)
      faults.push(
        fault('invalid-value', 'This line is not KEY=value', {
          file,
          line: i + 1,
          remedy: 'Write KEY=value. A quote must be closed on the same line.',
        }),
      );
    else value.set(name, said);
  }
  return { value, faults };
}

/** The value after `=`; null if a quote is not closed or is followed by text. */
function valueIn(text: string): string | null {
  const single = /^'([^']*)'\s*(?:#.*)?$/.exec(text);
  if (single) return single[1] ?? '';
  const double = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(text);
  if (double) return (double[1] ?? '').replace(/\\(.)/g, (_, c: string) => ESCAPES[c] ?? c);
  return /^['"]/.test(text) ? null : text.replace(/(^|\s+)#.*$/, '').trim();
}

/** The text with that variable: its line is replaced, or one is added at the end. The other lines stay as they are. */
export function withVariable(text: string, name: string, value: string): string {
  const line = `${name}=${printed(value)}`;
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split('\n');
  const at = lines.findLastIndex((one) => LINE.exec(one.replace(/^\ufeff/, '').trim())?.[1] === name);
  return `${(at < 0 ? [...lines, line] : lines.with(at, line)).join('\n')}\n`;
}

/** As it must stand after `=` so that exactly this is read. */
function printed(value: string): string {
  if (/^[\w./:+=@-]+$/.test(value)) return value;
  const escaped = value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `"${escaped}"`;
}
