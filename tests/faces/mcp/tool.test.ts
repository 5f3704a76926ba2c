import { describe, expect, it } from 'vitest';
import type { Right } from '../../../src/commands/command.ts';
import { offeredTo, SHELVES } from '../../../src/faces/mcp/offer.ts';
import { inputFor, toolOf } from '../../../src/faces/mcp/tool.ts';
import { FaultError } from '../../../src/schema/fault.ts';
import { commands } from './world.ts';

const ALL = new Set<Right>(['look', 'turns', 'approvals']);
const offered = offeredTo(ALL, commands);
const named = (name: string) => offered.find((command) => command.name === name)!;

function refusalOf(name: string, given: unknown): string {
  try {
    inputFor(named(name), given);
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code;
    throw error;
  }
  return 'taken';
}

describe('what is offered', () => {
  const names = (...rights: Right[]) => offeredTo(new Set(rights), commands).map(({ name }) => name);

  it('with the seat alone is mail and tables', () =>
    expect(names()).toEqual([
      'ack',
      'chart',
      'costs',
      'history',
      'inbox',
      'read',
      'reply',
      'search',
      'send',
      'status',
    ]));

  it('grows by what is allowed, and by nothing else', () => {
    const more = (right: Right) => names(right).filter((name) => !names().includes(name));
    expect(more('turns')).toEqual(['run-once', 'step']);
    expect(more('approvals')).toEqual(['approvals', 'approve', 'deny']);
    expect(more('look')).not.toContain('approve');
    for (const { name, reads } of offeredTo(new Set<Right>(['look']), commands))
      if (!names().includes(name)) expect([name, reads]).toEqual([name, true]);
  });

  it('never holds what changes the organisation or the machine', () => {
    const all = names(...ALL);
    for (const name of ['redact', 'reset', 'restore', 'import', 'trust', 'top-up', 'pause', 'mcp', 'chat', 'skill'])
      expect(all).not.toContain(name);
    const flags = offered.flatMap((command) => command.flags.map((flag) => `${command.name} --${flag.name}`));
    for (const flag of [
      'send --attach',
      'step --unsafe-host',
      'approve --by',
      'logs --follow',
      'search --memory',
      'search --like',
    ])
      expect(flags).not.toContain(flag);
  });

  it('has shelves whose argument the command knows', () => {
    for (const { uri, verb } of SHELVES) {
      const argument = /\{(\w+)\}/.exec(uri)?.[1];
      expect(
        named(verb)
          .args.map((arg) => arg.name)
          .slice(0, 1),
      ).toEqual(argument === undefined && verb !== 'logs' ? [] : [argument]);
    }
  });
});

describe.each(offered.map((command) => [command.name, command] as const))('the tool %s', (name, command) => {
  it('takes the arguments and options of the command, each by its own name', () => {
    const { inputSchema, description, annotations } = toolOf(command);
    const names = [...command.args, ...command.flags].map((one) => one.name);
    expect(new Set(names).size).toBe(names.length);
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(Object.keys(inputSchema.properties ?? {})).toEqual(names);
    const needed = command.args.flatMap((arg) => (arg.optional ? [] : arg.name));
    expect(inputSchema.required ?? []).toEqual(needed);
    expect(description).toBe(`${command.summary}.`);
    expect(annotations?.readOnlyHint).toBe(command.reads);
    expect(name).toMatch(/^[a-z-]{1,64}$/);
  });
});

describe('what an assistant gives', () => {
  it('becomes the input that the command line would have made', () => {
    expect(inputFor(named('send'), { agent: 'hr', text: 'one two', priority: 'high', 'reply-to': 'x' })).toEqual({
      args: { agent: 'hr' },
      rest: ['one two'],
      flags: expect.objectContaining({ priority: 'high', 'reply-to': 'x', subject: undefined }),
    });
    expect(inputFor(named('inbox'), { all: true, unread: false }).flags).toEqual({ all: true, unread: undefined });
    expect(inputFor(named('history'), { turns: 3 }).flags).toEqual({ turns: 3 });
    expect(inputFor(named('status'), undefined)).toEqual({ args: {}, rest: [], flags: {} });
  });

  it('is refused when it does not fit', () => {
    expect(refusalOf('send', { agent: 'hr' })).toBe('usage');
    expect(refusalOf('send', { agent: ['hr'], text: 'x' })).toBe('usage');
    expect(refusalOf('send', { agent: 'hr', text: 'x', attach: ['/etc/passwd'] })).toBe('usage');
    expect(refusalOf('send', { agent: 'hr', text: 'x', priority: 'HIGH' })).toBe('usage');
    expect(refusalOf('history', { turns: 0 })).toBe('usage');
    expect(refusalOf('history', { turns: 1.5 })).toBe('usage');
    expect(refusalOf('history', { turns: '3' })).toBe('usage');
    expect(refusalOf('status', [])).toBe('usage');
    expect(refusalOf('status', { constructor: 'x' })).toBe('usage');
    expect(refusalOf('status', JSON.parse('{"__proto__": {"all": true}}'))).toBe('usage');
  });
});
