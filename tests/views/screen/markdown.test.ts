import { expect, it } from 'vitest';
import { markdown } from '../../../src/views/screen/markdown.ts';

/** Each line with its tones: `[tone]text`, plain text as it is. */
const shown = (text: string): string[] =>
  markdown(text).map(({ spans }) =>
    spans.map(({ text, tone }) => (tone === 'plain' ? text : `[${tone}]${text}`)).join(''),
  );

it.each([
  ['# Title #\ntext', ['[title]Title', 'text']],
  ['one\ntwo\n\nthree', ['one two', '', 'three']],
  ['hard  \nbreak', ['hard  ', 'break']],
  ['- a\n  goes on\n- b', ['- a goes on', '- b']],
  ['1. a\n2) b', ['1. a', '2) b']],
  ['> quoted **text**', ['[quiet]| [quiet]quoted text']],
  ['a **b** and `c` and [d](e)', ['a [strong]b and [code]c and d (e)']],
  ['```js\nlet a;\n**b**\n```\nafter', ['[code]  let a;', '[code]  **b**', 'after']],
  ['~~~\n```\n~~~', ['[code]  ```']],
  ['---', ['[quiet]────────']],
  ['| a | b |\n| - | - |', ['| a | b |', '| - | - |']],
  ['', ['']],
])('%j', (text, expected) => expect(shown(text)).toEqual(expected));

it('takes no long time over hostile text, and comes to its end', () => {
  const hostile = `${'*'.repeat(50_000)}\n${'['.repeat(50_000)}\n${'`'.repeat(50_001)}\n${'_'.repeat(50_000)} a`;
  expect(shown(hostile).at(-1)).toMatch(/_ a$/);
});
