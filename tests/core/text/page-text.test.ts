import { expect, it } from 'vitest';
import { pageText } from '../../../src/core/text/page-text.ts';

it.each([
  ['<p>one</p><p>two <b>three</b></p>', 'one\ntwo three'],
  ['a<br>b<script>c()</script><style>d</style>', 'a\nb'],
  ['<head><title>T</title></head><body>x &amp; y\n\n z</body>', 'x & y z'],
  ['<ul><li>one<li>two</ul>', '- one\n- two'],
  ['<table><tr><td>a</td><td>b</td></tr></table>', '| a\n| b'],
  ['<a href="/x">here</a> <a href="#top">up</a> <a>no</a>', 'here (/x) up no'],
  [`<a href="${'y'.repeat(301)}">long</a>`, 'long'],
  ['<img alt="a cat" src=x><img src=y>', '[a cat]'],
  ['no tags < at all', 'no tags < at all'],
  ['<p>unclosed <b>bold', 'unclosed bold'],
  ['</a></div><p>x', 'x'],
  ['', ''],
])('%s reads %j', (html, text) => {
  expect(pageText(html)).toBe(text);
});

it('leaves out what is nested without end, and takes time in proportion', () => {
  const deep = pageText(`<p>first</p>${'<b>'.repeat(300_000)}last`);
  expect(deep).toBe('first');
  expect(pageText('<p>x'.repeat(100_000)).length).toBe(199_999);
});
