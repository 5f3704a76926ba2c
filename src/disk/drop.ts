import { parse } from 'yaml';
import type { z } from 'zod';
import { type Fault, fault } from '../schema/fault.ts';
import { dropHead, type Message } from '../schema/message.ts';
function split(text: string) { const m = /^---\n([\s\S]*?\n)---\n?/.exec(text); return m ? { head: parse(m[1] as string), body: text.slice(m[0].length).trimEnd() } : { head: {}, body: text.trimEnd() }; }
export function readDrop(path: string, text: string): { head: z.output<typeof dropHead>; to: string[]; body: string } | { fault: Fault } {
  const { head, body } = split(text);
  const r = dropHead.safeParse(head);
  if (!r.success) return { fault: fault('invalid-value', r.error.message, { file: path }) };
  const base = path.split('/').at(-1)!.replace(/\.md$/, '');
  return { head: r.data, to: r.data.to ?? [base], body };
}
export function readMessage(text: string, path: string): { message: Message | null; faults: Fault[] } {
  const { head, body } = split(text);
  return { message: { ...head, path, body } as Message, faults: [] };
}
