import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAddress, isLoopback, isPublicAddress } from '../../../src/core/model/ip-address.ts';

describe('an address is public', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '2001:4860:4860::8888',
  ])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('an address is not public', () => {
  it.each([
    ...[
      '0.0.0.0',
      '0.1.2.3',
      '127.0.0.1',
      '127.255.255.254',
      '10.0.0.0',
      '10.255.255.255',
      '172.16.0.1',
      '172.31.255.255',
    ],
    ...[
      '192.168.0.1',
      '169.254.169.254',
      '169.254.0.1',
      '100.64.0.0',
      '100.100.100.200',
      '100.127.255.255',
      '192.0.0.192',
    ],
    ...[
      '192.0.2.1',
      '198.18.0.1',
      '198.19.255.255',
      '198.51.100.1',
      '203.0.113.1',
      '192.88.99.1',
      '224.0.0.1',
      '239.1.1.1',
    ],
    ...['240.0.0.1', '255.255.255.255', '168.63.129.16'],
    ...['::', '::1', '::7f00:1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1', 'fe80::1'],
    ...['fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '64:ff9b::7f00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::1'],
    ...['2002:7f00:1::', '2002:808:808::1', '2001::1', '2001:0:7f00:1::', '2001:db8::1', '2001:10::1', '2001:20::1'],
    ...['3fff::1', '100::1', '5f00::1', '4000::1', 'fe80::1%eth0', '2606:4700::1%lo'],
    ...[
      '',
      'localhost',
      '1',
      '127.1',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '2130706433',
      '1.1.1.1.',
      ' 1.1.1.1',
      '1.1.1.01',
      '[::1]',
      '1.1.1.1/8',
    ],
  ])('%j', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('whichever of a private range it is', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const heads = ['10', '127', '0', '192.168', '169.254', '172.16', '172.31', '100.64', '100.127', '224', '255'];
    fc.assert(
      fc.property(fc.constantFrom(...heads), byte, byte, byte, (head, ...bytes) => {
        const address = [...head.split('.'), ...bytes].slice(0, 4).join('.');
        const mapped = `::ffff:${address}`;
        expect([isPublicAddress(address), isPublicAddress(mapped), isAddress(address), isAddress(mapped)]).toEqual([
          false,
          false,
          true,
          true,
        ]);
      }),
    );
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['::ffff:127.0.0.1', false],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['1.1.1.1', false],
  ['localhost', false],
  ['127.1', false],
])('%s is this machine: %s', (address, here) => {
  expect(isLoopback(address)).toBe(here);
});
