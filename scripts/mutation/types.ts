// Tells which mutants the compiler refuses: a fault that cannot be built needs no test.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import type { Mutant } from './mutants.ts';

/** What the compiler says against unused names is about style, not about types. */
const LENIENT = { noUnusedLocals: false, noUnusedParameters: false, allowUnreachableCode: true, noEmit: true };

/** Tells the mutants of the sources in a folder that do not compile. */
export function compiler(root: string): (mutants: readonly Mutant[]) => Set<Mutant> {
  const troubled = program(root);
  return (mutants) => {
    const left = new Set(mutants);
    const bad = new Set<Mutant>();
    while (left.size) {
      // One program holds a mutant of each file; what is wrong in it is tried alone, as another mutant may have caused it.
      const together = [...new Map([...left].map((one) => [one.file, one])).values()];
      for (const one of together) left.delete(one);
      for (const one of troubled(together)) if (together.length === 1 || troubled([one]).length) bad.add(one);
    }
    return bad;
  };
}

/** Compiles with these mutants, and tells in whose files something is wrong. Files that are as before are not read again. */
function program(root: string): (mutants: readonly Mutant[]) => Mutant[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { fileNames: rootNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root, LENIENT);
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  const kept = new Map<string, ts.SourceFile | undefined>();
  const changed = new Map<string, string>();
  host.getSourceFile = (name, target) => {
    const text = changed.get(resolve(name));
    if (text !== undefined) return ts.createSourceFile(name, text, target);
    if (!kept.has(name)) kept.set(name, getSourceFile.call(host, name, target));
    return kept.get(name);
  };
  let oldProgram: ts.Program | undefined;
  return (mutants) => {
    changed.clear();
    for (const one of mutants) changed.set(resolve(root, one.file), mutated(root, one));
    const made = ts.createProgram({ rootNames, options, host, oldProgram });
    oldProgram = made;
    return mutants.filter(({ file }) => {
      const source = made.getSourceFile(resolve(root, file));
      return [...made.getSyntacticDiagnostics(source), ...made.getSemanticDiagnostics(source)].length > 0;
    });
  };
}

function mutated(root: string, { file, start, end, replacement }: Mutant): string {
  const text = readFileSync(join(root, file), 'utf8');
  return text.slice(0, start) + replacement + text.slice(end);
}
