import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A file of the project, by its path from the top, parsed. */
export interface Source {
  path: string;
  tree: ts.SourceFile;
}

/** `kind` type: gone after compiling; lazy: import() while running. */
export interface Import {
  target: string;
  kind: 'value' | 'type' | 'lazy';
}

const TOP = fileURLToPath(new URL('../../', import.meta.url));

/** All TypeScript under a folder of the project. */
export function sourcesIn(folder: string): Source[] {
  const entries = readdirSync(TOP + folder, { recursive: true, encoding: 'utf8' });
  const paths = entries.filter((path) => /\.tsx?$/.test(path)).map((path) => `${folder}/${path}`);
  return paths.sort().map((path) => parse(path, readFileSync(TOP + path, 'utf8')));
}

/** A source from its text. */
export function parse(path: string, text: string): Source {
  return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

/** Every node of the file, outermost first. */
export function nodesOf(source: Source): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return nodes;
}

/** What a file imports or re-exports; relative targets as paths from the top of the project. */
export function importsOf(source: Source): Import[] {
  return nodesOf(source).flatMap((node) => {
    const found = importIn(node);
    if (!found) return [];
    const target = found.target.startsWith('.') ? posix.join(posix.dirname(source.path), found.target) : found.target;
    return [{ ...found, target }];
  });
}

function importIn(node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node)) return { target: textOf(node.moduleSpecifier), kind: typeOnly(node.importClause) };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier)
    return { target: textOf(node.moduleSpecifier), kind: node.isTypeOnly ? 'type' : 'value' };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return { target: textOf(node.argument.literal), kind: 'type' };
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return { target: textOf(node.arguments[0]!), kind: 'lazy' };
  return null;
}

function typeOnly(clause: ts.ImportClause | undefined): 'type' | 'value' {
  if (!clause) return 'value';
  if (clause.isTypeOnly) return 'type';
  const names = clause.namedBindings;
  const every = names && ts.isNamedImports(names) && names.elements.every((name) => name.isTypeOnly);
  return every && !clause.name ? 'type' : 'value';
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : node.getText();
}
