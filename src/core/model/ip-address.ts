/** Tells public addresses from all others. */
import ipaddr from 'ipaddr.js';

/** Of IPv6 nothing else was ever given out. */
const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');
/** Addresses that are public by number and lead into the machine of a cloud all the same. */
const INSIDE = new Set(['168.63.129.16']);

/** Whether a text is an IP address as it is usually written. */
export function isAddress(text: string): boolean {
  return !text.includes('%') && (ipaddr.IPv6.isValid(text) || ipaddr.IPv4.isValidFourPartDecimal(text));
}

/** Whether an IP address is this machine itself. */
export function isLoopback(text: string): boolean {
  return isAddress(text) && ipaddr.parse(text).range() === 'loopback';
}

/**
 * Whether an IP address belongs to the public internet. Nothing else is public: no loopback, private, link-local, shared,
 * multicast, documentation or reserved range, and no IPv6 address that carries an IPv4 address or leads through a relay. A
 * text that is no address in its usual form is none. Pure.
 */
export function isPublicAddress(text: string): boolean {
  if (!isAddress(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv6 ? address.match(GLOBAL) : !INSIDE.has(address.toString());
}
