import { type Fault, fault } from '../schema/fault.ts';
export function decode(bytes: Uint8Array, max: number, file: string): { text: string } | { fault: Fault } {
  if (bytes.length > max) return { fault: fault('too-large', `${bytes.length} bytes`, { file }) };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0')) return { fault: fault('not-text', 'NUL', { file }) };
    return { text: text.replace(/\r\n?/g, '\n') };
  } catch { return { fault: fault('not-text', 'invalid UTF-8', { file }) }; }
}
