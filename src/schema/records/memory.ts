/** The schema of a memory entry and of its key. */
import * as z from 'zod';
import { later } from '../later.ts';

/** The front matter of an entry of memory, wherever it lies; the body is the entry. */
export const memoryHead = later(() =>
  z.strictObject({
    key: z.string().optional().describe('must equal the file name'),
    tags: z.array(z.string()).default([]).describe('words to find it by'),
    pin: z.boolean().default(false).describe('true: in every prompt, and never moved to the archive'),
    turn: z.number().int().min(0).optional().describe('turn of the last change'),
    version: z.number().int().min(1).default(1).describe('number of changes, from 1'),
    evidence: z.string().optional().describe('what shows that a learning record is so'),
  }),
);

/** A key as agents write it: `plan`, `learned/retry-later` for a learning record, `shared/brand` for what all who are granted it read. */
export const memoryKey = later(() =>
  z
    .string()
    .regex(
      /^(learned\/|shared\/)?[a-z0-9][a-z0-9_-]{0,62}$/,
      'lower-case letters, digits, _ and -; learned/ or shared/ may stand before it',
    ),
);
