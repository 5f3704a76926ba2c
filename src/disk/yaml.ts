import { parse } from 'yaml';
import type { z } from 'zod';
import { type Fault, fault } from '../schema/fault.ts';
export function readYaml<S extends z.ZodType>(schema: S, text: string, file: string): { value: z.output<S> | null; faults: Fault[] } {
  const r = schema.safeParse(parse(text));
  return r.success ? { value: r.data, faults: [] } : { value: null, faults: [fault('invalid-value', r.error.message, { file })] };
}
