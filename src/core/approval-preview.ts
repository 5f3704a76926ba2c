import type { ActCall, Json } from './call.ts';
import { diffText } from './diff.ts';

/**
 * What a person is shown of an act, where that is easier to read than its input: a question, a command, the change of a file.
 * `was`: what the file held, null when there was none. Empty for other acts. Pure.
 */
export function previewOf({ tool, input }: Pick<ActCall, 'tool' | 'input'>, was: string | null): string {
  const { question, options, context, command, path, content, old, new: made } = (input ?? {}) as Record<string, Json>;
  switch (tool) {
    case 'request_approval':
      return asked(question, options, context);
    case 'shell':
      return typeof command === 'string' ? `The command:\n\n${fenced('sh', command)}` : '';
    case 'write_file':
      return typeof content === 'string' ? change(path, was ?? '', content, was === null) : '';
    case 'edit_file':
      return typeof old === 'string' && typeof made === 'string' ? change(path, old, made, false) : '';
    default:
      return '';
  }
}

/** Quoted, so that no line of it can pass for one of this file. */
function asked(question: Json = null, options: Json = [], context: Json = null): string {
  const list = Array.isArray(options) ? options.map((option, i) => `${i + 1}. ${JSON.stringify(option)}`) : [];
  return [
    `It asks: ${JSON.stringify(question)}`,
    context === null ? '' : fenced('', String(context)),
    list.length ? `Options, of which you can name one in the \`note:\`\n\n${list.join('\n')}` : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function change(path: Json = '', was: string, now: string, isNew: boolean): string {
  const text = diffText(was, now);
  if (text === null) return `Nothing changes in ${JSON.stringify(path)}.`;
  return `${isNew ? 'A new file' : 'The change of'} ${JSON.stringify(path)}:\n\n${fenced('diff', text)}`;
}

/** A block that no text in it can end. */
export function fenced(kind: string, text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${kind}\n${text}\n${fence}`;
}
