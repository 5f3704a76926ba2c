import { it } from 'vitest';
import { ALIKE, RULES } from './laws.ts';
import { alike, always } from './properties.ts';

/** Random operations of each property. */
const OPERATIONS = 100_000;

it(Object.keys(RULES).join('; '), () => always(RULES, OPERATIONS, 1000), 3_600_000);
for (const [name, { manners, kind }] of Object.entries(ALIKE))
  it(name, () => alike(name, manners, OPERATIONS, 2000, kind), 3_600_000);
