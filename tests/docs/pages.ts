import { readdirSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A page of the documentation. Paths are relative to the repository. */
export interface Page {
  path: string;
  text: string;
}

/** README, change log and everything under docs/, pictures left out. */
export function pages(): Page[] {
  const docs = (readdirSync(`${ROOT}/docs`, { recursive: true }) as string[]).filter((name) => name.endsWith('.md'));
  const paths = ['README.md', 'CHANGELOG.md', ...docs.sort().map((name) => `docs/${name}`)];
  return paths.map((path) => ({ path, text: readFileSync(`${ROOT}/${path}`, 'utf8') }));
}

/** Where the relative links and pictures of a page lead, as paths in the repository. */
export function linksOf({ path, text }: Page): string[] {
  const targets = [...withoutFences(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  const local = targets.filter((target) => !/^([a-z]+:|#)/.test(target));
  return local.map((target) => posix.join(dirname(path), target.replace(/#.*$/, '')));
}

/** Files of this repository that a page names in backticks; patterns such as `tests/scenarios/*.test.ts` too. */
export function filesNamed({ text }: Page): string[] {
  const spans = [...withoutFences(text).matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '');
  return spans.filter((span) => /^(src|tests|scripts|bench|templates|schemas|docs)\/[^\s<>]*$/.test(span));
}

/** Fenced blocks of a language, '' for none. */
export function blocks(text: string, ...languages: string[]): string[] {
  const fences = [...text.matchAll(/^```([a-z]*)\n([\s\S]*?)^```$/gm)];
  return fences.filter(([, language]) => languages.includes(language ?? '')).map(([, , body]) => body ?? '');
}

/** Command lines of `lemming` in shell blocks and blocks without a language, as words; what the shell makes of them is left out. */
export function commandLines({ text }: Page): string[][] {
  const lines = blocks(text, 'sh', '').flatMap((block) => block.split('\n'));
  const calls = lines.flatMap((line) => line.replace(/\s+#\s.*$/, '').split(/\s+(?:\||&&|[<>])\s*/));
  return calls
    .map((call) => wordsOf(call.replace(/^(\$ )?([A-Z_]+=\S+ )*/, '')))
    .filter(([first]) => first === 'lemming')
    .map(([, ...words]) => words);
}

/** Verbs that a page mentions in backticks, such as `lemming top-up AGENT CREDITS`. */
export function verbsNamed({ text }: Page): string[] {
  return [...withoutFences(text).matchAll(/`lemming ([a-z][a-z-]*)/g)].map(([, verb]) => verb ?? '');
}

/** The part of a page under a heading of the second level. */
export function section(text: string, heading: string): string {
  return text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
}

function withoutFences(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

function wordsOf(line: string): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  return words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}
