import { describe, expect, it } from 'vitest';
import { machineOwner } from '../../src/disk/owner/owner.ts';

const SECRET = 'p@ss/wörd "42"+x';

describe('the redactor', () => {
  const { mask } = machineOwner({
    DB_PASSWORD: SECRET,
    GITHUB_TOKEN: 'ghp_abcdefgh',
    SHORT_KEY: 'abc',
    PATH: '/usr/bin',
    EMPTY_SECRET: '',
  });

  it.each([
    ['raw', SECRET],
    ['in JSON', JSON.stringify({ text: SECRET })],
    ['in JSON in JSON', JSON.stringify({ text: JSON.stringify({ text: SECRET }) })],
    ['in a URL', `https://x/?q=${encodeURIComponent(SECRET)}`],
    ['in a form', new URLSearchParams({ q: SECRET }).toString()],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 after one byte', Buffer.from(`:${SECRET}:`).toString('base64')],
    ['in base64 after two bytes', Buffer.from(`u:${SECRET}`).toString('base64')],
    ['in base64 for URLs', Buffer.from(`abc${SECRET}`).toString('base64url')],
  ])('strikes out a value %s', (_how, text) => {
    expect(mask(text)).toContain('[DB_PASSWORD]');
    expect(mask(text)).not.toContain(SECRET);
  });

  it('leaves the rest alone: other variables, values too short to be secret', () => {
    const text = 'abc /usr/bin nothing ghp_other';
    expect(mask(text)).toBe(text);
    expect(mask('use ghp_abcdefgh now')).toBe('use [GITHUB_TOKEN] now');
    expect(machineOwner({}).mask('sk-x')).toBe('sk-x');
  });
});
