import { createSign, generateKeyPairSync } from 'node:crypto';

type Der = Buffer;
const der = (tag: number, ...parts: Der[]): Der => {
  const body = Buffer.concat(parts);
  const size = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...parts: Der[]): Der => der(0x30, ...parts);
const oid = (...bytes: number[]): Der => der(6, Buffer.from(bytes));
const NULL = der(5);
const SHA256_WITH_RSA = sequence(oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11), NULL);

/** A certificate that a host signed for itself, valid for a day from an hour ago, and its key; both PEM. */
export function certificateFor(host: string): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const name = sequence(der(0x31, sequence(oid(0x55, 4, 3), der(0x0c, Buffer.from(host)))));
  const time = (hours: number): Der => {
    const text = new Date(Date.now() + hours * 3_600_000).toISOString().replace(/[-:T]|\.\d+/g, '');
    return der(0x17, Buffer.from(text.slice(2)));
  };
  const isAuthority = sequence(
    oid(0x55, 0x1d, 19),
    der(1, Buffer.from([255])),
    der(4, sequence(der(1, Buffer.from([255])))),
  );
  const names = sequence(oid(0x55, 0x1d, 17), der(4, sequence(der(0x82, Buffer.from(host)))));
  const body = sequence(
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([1])),
    SHA256_WITH_RSA,
    name,
    sequence(time(-1), time(23)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(isAuthority, names)),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  const whole = sequence(body, SHA256_WITH_RSA, der(3, Buffer.from([0]), signature));
  const lines = (whole.toString('base64').match(/.{1,64}/g) ?? []).join('\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
