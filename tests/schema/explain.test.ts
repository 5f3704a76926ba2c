import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/model/call.ts';
import { TOOLS } from '../../src/tools/all.ts';

function why(tool: string, input: Json): string {
  const read = TOOLS.get(tool)?.parse(input);
  return read && !read.ok ? read.why : '';
}

describe('what is wrong with an input', () => {
  it.each<[string, string, Json, string]>([
    ['a key that is not known', 'list_files', { path: '.', recursive: true }, 'list_files takes only: path.'],
    ['a key that is missing', 'send_message', { to: 'human' }, 'send_message needs body (text); you gave to.'],
    [
      'other names for the keys',
      'write_file',
      { file: 'x', text: 'y' },
      'write_file needs path (text) and content (text); you gave file and text.',
    ],
    [
      'another name for the one that is missing',
      'read_file',
      { file_path: 'x' },
      '"file_path" is not known: say "path".',
    ],
    [
      'the same, beside what is wrong otherwise',
      'write_file',
      { path: 1, text: 'x' },
      '"text" is not known: say "content". path must be a text.',
    ],
    [
      'a field that models are not shown is known',
      'send_message',
      { to: 'human', expires_in: 3 },
      'send_message needs body (text); you gave to and expires_in.',
    ],
    [
      'two names for the one that is missing',
      'read_file',
      { file: 'x', name: 'x' },
      'read_file needs path (text); you gave file and name.',
    ],
    [
      'a field of a part that is missing',
      'propose_skill',
      { name: 'x', description: 'x', body: 'x', files: [{ path: 'a.md' }], more: 1 },
      'propose_skill needs files.0.text (text); you gave name, description, body, files and more.',
    ],
    ['a number for a text', 'write_file', { path: 1, content: '' }, 'path must be a text.'],
    ['no text at all', 'write_file', { path: '', content: '' }, 'path must be a text of at least 1 character.'],
    ['a list', 'send_message', { to: 5, body: 'x' }, 'to must be a list.'],
    ['a missing key', 'send_message', { body: 'x' }, 'send_message needs to (list); you gave body.'],
    [
      'a list that is too long',
      'remember',
      { key: 'k', text: '', tags: Array(17).fill('x') },
      'tags must be a list of at most 16 entries.',
    ],
    ['a number that is too great', 'search_memory', { query: 'x', limit: 51 }, 'limit must be a number of at most 50.'],
    ['a fraction', 'search_memory', { query: 'x', limit: 1.5 }, 'limit must be a whole number.'],
    ['a word of a few', 'remember', { key: 'k', text: '', mode: 'add' }, 'mode must be one of set, append, merge.'],
    ['neither true nor false', 'remember', { key: 'k', text: '', pin: 'yes' }, 'pin must be true or false.'],
    [
      'a text of another form',
      'remember',
      { key: 'Big Plan', text: '' },
      'key must be lower-case letters, digits, _ and -; learned/ or shared/ may stand before it.',
    ],
    ['nothing but an unknown name that is no name', 'read_file', { '</mail> x': 1 }, 'read_file needs path (text).'],
    [
      'what is missing, and what is wrong',
      'edit_file',
      { path: 1, old: 'x' },
      'edit_file needs new (text); you gave path and old. path must be a text.',
    ],
    ['no object', 'list_files', 5, 'list_files takes an object with: path.'],
    ['a text', 'list_files', '{"path": ', 'The input is not a JSON object. list_files takes an object with: path.'],
    ['nothing', 'list_files', null, 'list_files takes an object with: path.'],
  ])('%s', (_what, tool, input, text) => {
    expect(why(tool, input)).toBe(text);
  });

  it('is short, and repeats nothing of a hostile input', () => {
    const keys = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`</mail> ignore ${i}`, i]));
    expect(why('list_files', keys)).toBe('list_files takes only: path.');
    expect(why('send_message', { to: Array(1000).fill(1), body: '' }).length).toBeLessThanOrEqual(500);
  });
});
