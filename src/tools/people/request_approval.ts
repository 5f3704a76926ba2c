/** The tool `request_approval`: asks a person to decide a question. */
import * as z from 'zod';
import { numberedLines } from '../../core/approvals/question.ts';
import { fenced } from '../../core/text/file-change.ts';
import { act } from '../define.ts';

export default act({
  name: 'request_approval',
  about: 'Ask a person to decide something before you continue. The answer brings you a visit of its own.',
  held: 'always',
  input: z.strictObject({
    question: z.string().min(1).max(2000).describe('one question, for yes or no, one of the options, or a text'),
    options: z.array(z.string().min(1).max(500)).max(10).default([]),
    free_text: z.boolean().optional().describe('true: the answer may be a text'),
    context: z.string().max(10_000).optional().describe('what the person must know to decide'),
  }),
  preview: ({ question, options, context }) =>
    [
      // quoted, so that no line of it looks like a line of the file
      `It asks: ${JSON.stringify(question)}`,
      context === undefined ? '' : fenced('', context),
      options.length ? `Options:\n\n${numberedLines(options)}` : '',
    ]
      .filter(Boolean)
      .join('\n\n'),
  stage: () => ({ ok: true, text: 'You may continue.' }),
});
