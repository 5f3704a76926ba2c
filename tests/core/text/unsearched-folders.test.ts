import { expect, it } from 'vitest';
import { pageText } from '../../../src/core/text/page-text.ts';
import { isUnsearched, UNSEARCHED_FOLDERS } from '../../../src/core/text/unsearched-folders.ts';

it('folders that programs fill are left out, and temporary files of ours', () => {
  expect([...UNSEARCHED_FOLDERS].sort().join(' ')).toBe(
    '.cache .git .hg .mypy_cache .pytest_cache .ruff_cache .svn .tox .venv __pycache__ node_modules venv',
  );
  expect(['.git', '.lemming-x', 'src', 'git', '.gitignore', 'my.lemming-x'].map(isUnsearched)).toEqual([
    ...[true, true, false, false, false, false],
  ]);
});

it.each(['script', 'style', 'noscript', 'template', 'svg', 'head', 'iframe', 'object', 'select'])(
  'of a page nobody reads %s',
  (name) => expect(pageText(`<p>before</p><${name}>within</${name}><p>after</p>`)).not.toContain('within'),
);
