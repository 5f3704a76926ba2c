/** The tool `request_approval`: asks a person to decide a question. */
import * as z from 'zod';
import { fenced } from '../../core/text/file-change.ts';
import { act } from '../define.ts';

export default act({
  name: 'request_approval',
  about:
    'Asks a person to decide something before you go on: a question, and the options there are. You are told the answer in a later visit.',
  held: 'always',
  input: z.strictObject({
    question: z.string().min(1).max(2000).describe('one question that a yes, a no, or one of the options answers'),
    options: z.array(z.string().min(1).max(500)).max(10).default([]),
    context: z.string().max(10_000).optional().describe('what the person must know to decide'),
  }),
  preview: ({ question, options, context }) =>
    [
      // quoted, so that no line of it looks like a line of the file
      `It asks: ${JSON.stringify(question)}`,
      context === undefined ? '' : fenced('', context),
      options.length ? `Options, of which you can name one in the \`note:\`\n\n${numbered(options)}` : '',
    ]
      .filter(Boolean)
      .join('\n\n'),
  stage: () => ({ ok: true, text: 'You may go on.' }),
});

function numbered(options: readonly string[]): string {
  return options.map((option, i) => `${i + 1}. ${JSON.stringify(option)}`).join('\n');
}
