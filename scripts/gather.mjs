// Gathers modules into few files: to load a file costs more than most modules hold. What is loaded together becomes one file.
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';

/** Of the entry points of a kind, this share must load a module for it to be gathered. */
const SHARE = 0.25;

/**
 * An esbuild plugin. `graph`: metafile of a build without it; `own`: the folder of the modules that are gathered; `main`: what is
 * loaded before all else; `first`: what every process loads then; `rest`: further entry points; `marks`: modules that tell kinds
 * of them apart, the heavier the later. What `first` loads is a group, and so is what most entry points of a kind load. Whoever loads a module of
 * a group loads the group, so that esbuild makes one file of it; what a lighter kind may load is in no group of a heavier one.
 */
export function gather(graph, { own, main, first, rest, marks }) {
  const imports = importsIn(graph);
  const later = laterIn(graph);
  const withItsCode = (entry) => [entry, ...(later.get(entry) ?? [])];
  const apart = closureOf([main], imports);
  const weight = (entry) => marks.findLastIndex((mark) => closureOf(withItsCode(entry), imports).has(mark));
  const kinds = [
    first.map((entry) => [entry]),
    ...[-1, ...marks.keys()].map((heavy) => rest.filter((entry) => weight(entry) === heavy).map(withItsCode)),
  ];
  const groups = groupsOf(kinds, imports, (path) => path.startsWith(own) && !apart.has(path));
  const entries = new Set([...first, ...rest, ...[...later.values()].flat()].filter((path) => !apart.has(path)));
  return {
    name: 'gather',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^group:/ }, ({ path }) => ({ path: path.slice('group:'.length), namespace: 'group' }));
      onLoad({ filter: /./, namespace: 'group' }, ({ path }) => ({
        contents: importing([...groups[path]].map((module) => `./${module}`)),
        resolveDir: process.cwd(),
      }));
      onLoad({ filter: /\.js$/ }, ({ path: file }) => {
        const path = relative(process.cwd(), file).replaceAll(sep, '/');
        if (!entries.has(path)) return null;
        const used = groupsUsed(path, groups, imports).map((i) => `group:${i}`);
        return { contents: `${importing(used)}${readFileSync(file, 'utf8')}` };
      });
    },
  };
}

/** On the line that follows, so that no line of a module gets another number. */
function importing(paths) {
  return paths.map((path) => `import ${JSON.stringify(path)};`).join('');
}

/** Module → the modules that are loaded with it. */
function importsIn({ inputs }) {
  const isLoaded = ({ kind, external }) => kind !== 'dynamic-import' && !external;
  return new Map(
    Object.entries(inputs).map(([path, { imports }]) => [path, imports.filter(isLoaded).map((one) => one.path)]),
  );
}

/** Module → the modules that it loads when it needs them. */
function laterIn({ inputs }) {
  const isLater = ({ kind, external }) => kind === 'dynamic-import' && !external;
  return new Map(
    Object.entries(inputs).map(([path, { imports }]) => [path, imports.filter(isLater).map((one) => one.path)]),
  );
}

function closureOf(entries, imports) {
  const found = new Set(entries);
  for (const path of found) for (const next of imports.get(path) ?? []) found.add(next);
  return found;
}

/** `kinds`: of each kind the entry points, each with what it loads when it needs it. */
function groupsOf(kinds, imports, isWanted) {
  const taken = new Set();
  return kinds.map((entries, kind) => {
    const least = kind === 0 ? 1 : entries.length * SHARE;
    const counts = new Map();
    for (const entry of entries)
      for (const path of closureOf(entry, imports)) counts.set(path, (counts.get(path) ?? 0) + 1);
    const common = [...counts].filter(([path, count]) => count >= least && !taken.has(path));
    for (const path of counts.keys()) taken.add(path);
    return new Set(common.map(([path]) => path).filter(isWanted));
  });
}

/** The numbers of the groups of which a module loads something, those that a group brings with it as well. */
function groupsUsed(path, groups, imports) {
  const loaded = closureOf([path], imports);
  const used = [];
  for (const [i, group] of [...groups.entries()].reverse()) {
    if (![...group].some((one) => loaded.has(one))) continue;
    used.unshift(i);
    for (const one of closureOf(group, imports)) loaded.add(one);
  }
  return used;
}
