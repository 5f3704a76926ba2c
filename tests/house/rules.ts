import ts from 'typescript';
import { importsOf, nodesOf, type Source } from './sources.ts';

/** A rule of the house: what a file does against it, none for a good file. */
export type Rule = (source: Source) => string[];

/** The arrow of imports, low to high; a folder imports itself and what has a lower number. Siblings share a number. */
const RANK: Record<string, number> = {
  schema: 0,
  core: 1,
  disk: 2,
  providers: 2,
  tools: 2,
  views: 2,
  engine: 3,
  app: 4,
  testing: 4,
  commands: 5,
  faces: 6,
};

/** The rooms of a floor, low to high: what a room loads with itself stands in it or in one that is named before it. */
const ROOMS: Record<string, string[]> = {
  core: `model text tools memory skills rights money mail approvals staff tasks plans workflows prompt journal undo turn`.split(
    ' ',
  ),
  disk: `fs yaml owner cache sandbox journal config intake search archive`.split(' '),
  engine: `log calls journal servers tools search turn replay erase`.split(' '),
  views: `text mail journal money tasks workflows org diagnose screen`.split(' '),
};

const FS = /^(node:)?fs(\/promises)?$|^(fs-extra|graceful-fs)$/;
const ACTING =
  /^(node:)?(fs|fs\/promises|child_process|cluster|dgram|dns|http|http2|https|inspector|net|os|process|readline|repl|timers|timers\/promises|tls|vm|worker_threads)$/;
/** Where the real disk, host and caches are made. */
const REAL = /^src\/(engine\/machine|disk\/(fs\/(real|host)|cache\/cache-key))\.ts$/;
const PURE = ['src/schema/', 'src/core/', 'src/views/'];
/** Folders whose objects are many. */
const MANY = ['src/core/', 'src/engine/', 'src/disk/'];
/** What runs while visits do. */
const VISITS = /^src\/engine\/(calls|tools|search|servers)\/|^src\/engine\/turn\/(visit|visit-prompt|decide)\.ts$/;
const ROLE = /^(manager|helper|util|service)s?$/i;

/** Imports go along the arrow only, type imports as well. */
export const arrow: Rule = (source) => {
  const from = folderOf(source.path);
  if (from === null) return [];
  return importsOf(source).flatMap(({ target }) => {
    const to = folderOf(target);
    if (!target.startsWith('src/') || to === from) return [];
    const low = to !== null && RANK[to] !== undefined && RANK[from] !== undefined && RANK[to] < RANK[from];
    return low ? [] : [`imports ${target}`];
  });
};

/** Within a floor imports go from room to room along the order of the rooms; a file that lies in none belongs to the lowest. */
export const rooms: Rule = (source) => {
  const from = folderOf(source.path);
  const order = ROOMS[from ?? ''];
  if (order === undefined) return [];
  const place = (path: string): number => order.indexOf(/^src\/[^/]+\/([^/]+)\//.exec(path)?.[1] ?? '');
  const isRoom = source.path.split('/').length === 3 || place(source.path) >= 0;
  const back = importsOf(source).filter(
    ({ target, kind }) => kind !== 'lazy' && folderOf(target) === from && place(target) > place(source.path),
  );
  return [...(isRoom ? [] : ['lies in no room']), ...back.map(({ target }) => `imports ${target}`)];
};

/** Only src/disk/ touches files; the command line may look for the org. */
export const oneDoorToFiles: Rule = (source) => {
  if (source.path.startsWith('src/disk/') || source.path === 'src/faces/cli/find-org.ts') return [];
  return importsOf(source).flatMap(({ target }) => (FS.test(target) ? [`imports ${target}`] : []));
};

/** Only src/disk/ knows the time and chance. `new Date(x)`, Date.UTC and Date.parse are pure. */
export const oneClock: Rule = (source) => {
  if (source.path.startsWith('src/disk/')) return [];
  return nodesOf(source).flatMap((node) => (isImpure(node) ? [node.parent.getText().slice(0, 60)] : []));
};

/** A command touches nothing but its world: it opens no disk, host or clock of its own. */
export const oneWorld: Rule = (source) => {
  if (!/^src\/(app|commands)\//.test(source.path)) return [];
  const opened = importsOf(source).flatMap(({ target, kind }) =>
    kind !== 'type' && (ACTING.test(target) || REAL.test(target)) ? [`imports ${target}`] : [],
  );
  return [...opened, ...nodesOf(source).flatMap((node) => (isRealPort(node) ? [node.getText()] : []))];
};

/** Only faces read the environment. */
export const oneEnvironment: Rule = (source) => {
  if (source.path.startsWith('src/faces/')) return [];
  const imported = importsOf(source).some(({ target }) => /^(node:)?process$/.test(target));
  return imported || nodesOf(source).some(isWayToEnv) ? ['reads process.env'] : [];
};

/** Amounts are micro-credits within the program; one file turns them into credits, and back. */
export const oneMoney: Rule = (source) => {
  if (source.path === 'src/schema/amount.ts') return [];
  return nodesOf(source).flatMap((node) => (isMillionth(node) ? [node.getText().slice(0, 60)] : []));
};

/** Calls and tools of a visit change no state: they hand lines to the journal of the turn, which folds them in. */
export const oneTurnJournal: Rule = (source) => {
  if (!VISITS.test(source.path) || source.path === 'src/engine/calls/turn-journal.ts') return [];
  return importsOf(source).flatMap(({ target, kind }) =>
    target === 'src/core/journal/apply.ts' || (target === 'src/disk/journal/journal.ts' && kind === 'value')
      ? [`imports ${target}`]
      : [],
  );
};

/** gray-matter evaluates code in front matter; one file knows how to stop it. */
export const oneFrontMatter: Rule = (source) => {
  if (source.path === 'src/disk/yaml/codec.ts') return [];
  return importsOf(source).some(({ target }) => target === 'gray-matter') ? ['imports gray-matter'] : [];
};

/** What decides does not act: no files, processes, network or timers below the engine's pure folders. */
export const pureDecisions: Rule = (source) => {
  if (!PURE.some((folder) => source.path.startsWith(folder))) return [];
  return importsOf(source).flatMap(({ target }) => (ACTING.test(target) ? [`imports ${target}`] : []));
};

/**
 * An object literal that begins with a spread gets a hidden class of its own each time it is evaluated (Node 20); what there
 * are many of is copied by `copyWith`.
 */
export const oneShape: Rule = (source) => {
  if (!MANY.some((folder) => source.path.startsWith(folder))) return [];
  return nodesOf(source).flatMap((node) => (beginsWithSpread(node) ? [node.getText().slice(0, 60)] : []));
};

/** A file that only re-exports hides where things are. */
export const noBarrel: Rule = ({ tree }) => {
  const passesOn = (node: ts.Statement) => ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined;
  const only =
    tree.statements.some(passesOn) && tree.statements.every((node) => passesOn(node) || ts.isImportDeclaration(node));
  return only ? ['only re-exports'] : [];
};

/** A file is named after a noun or a verb of the design, never after a role. */
export const namesOfFiles: Rule = ({ path }) => {
  const names = path.replace(/\.tsx?$/, '').split('/');
  const bad = (name: string) => name === 'index' || name.split(/[-_.]/).some((word) => ROLE.test(word));
  return names.filter(bad).map((name) => `is named ${name}`);
};

/** A length is checked before a pattern, which can overflow the stack on millions of characters. */
export const lengthFirst: Rule = ({ tree }) => {
  const chained = /\.max\([\w ]+\)\s*\.regex\(/g;
  return [...tree.text.matchAll(chained)].map(([found]) => `${found}: say { abort: true } after the length`);
};

/** A file begins with a comment that says what it is for, apart from the comment of its first declaration. */
export const saysWhatItIsFor: Rule = ({ tree }) => {
  const opening = /^(?:#!.*\n)?(?:\/\*\*(?:(?!\*\/)[\s\S])*\.\s*\*\/\n|(?:\/\/ .*\n)*\/\/ .*\.\n)(?:import\b|\n)/;
  return opening.test(tree.text) ? [] : ['does not begin with a sentence on what it is for'];
};

function folderOf(path: string): string | null {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
}

function beginsWithSpread(node: ts.Node): boolean {
  if (!ts.isObjectLiteralExpression(node) || node.properties.length < 2) return false;
  return ts.isSpreadAssignment(node.properties[0] as ts.ObjectLiteralElementLike);
}

/** The clock stands in a file with its type. */
function isRealPort(node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === 'realClock' && !ts.isImportSpecifier(node.parent);
}

/** Something times or by a million. */
function isMillionth(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  const isMillion = (side: ts.Expression) => ts.isNumericLiteral(side) && Number(side.text) === 1e6;
  const { AsteriskToken, SlashToken, AsteriskEqualsToken, SlashEqualsToken } = ts.SyntaxKind;
  const scales = [AsteriskToken, SlashToken, AsteriskEqualsToken, SlashEqualsToken].some((one) => one === kind);
  return scales && (isMillion(node.left) || isMillion(node.right));
}

/** `process.env` itself, or `process` taken as a whole. */
function isWayToEnv(node: ts.Node): boolean {
  if (!ts.isIdentifier(node) || node.text !== 'process') return false;
  if (ts.isPropertyAccessExpression(node.parent))
    return node.parent.expression === node && node.parent.name.text === 'env';
  return ts.isVariableDeclaration(node.parent) || ts.isElementAccessExpression(node.parent);
}

function isImpure(node: ts.Node): boolean {
  if (!ts.isIdentifier(node)) return false;
  const { parent } = node;
  const member = ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.name.text : null;
  if (node.text === 'Date') return isImpureDate(node, member);
  if (node.text === 'Math') return member === 'random';
  if (node.text === 'performance') return member !== null;
  return node.text === 'process' && (member === 'hrtime' || member === 'uptime');
}

function isImpureDate(node: ts.Identifier, member: string | null): boolean {
  const { parent } = node;
  if (ts.isTypeReferenceNode(parent) || ts.isImportSpecifier(parent)) return false;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword) return false;
  if (ts.isNewExpression(parent)) return (parent.arguments ?? []).length === 0;
  return member !== 'UTC' && member !== 'parse';
}
