import type { TestProject } from 'vitest/node';
import { programs } from '../scripts/programs.mjs';

/**
 * Counts and names the tests that are left out because a program does not work on this machine: those with a tag of its name
 * (vitest.config.ts). In CI nothing is left out: there the run ends at once.
 */
export default function setup({ vitest }: TestProject): () => void {
  const broken = new Map(programs().flatMap(({ name, why }) => (why === null ? [] : [[name, why]])));
  if (process.env.CI === 'true' && broken.size) throw new Error(`the tests need ${told(broken, broken.keys())}`);
  return () => {
    const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
    const wanting = tests.map(({ tags }) => tags.filter((tag) => broken.has(tag))).filter(({ length }) => length);
    if (wanting.length) console.log(`left out: ${wanting.length} tests, which need ${told(broken, wanting.flat())}`);
  };
}

function told(broken: ReadonlyMap<string, string>, names: Iterable<string>): string {
  const each = [...new Set(names)].sort().map((name) => `${name} (${broken.get(name)})`);
  return each.join(', ');
}
