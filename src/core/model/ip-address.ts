/** Tells public addresses from all others. */
import ipaddr from 'ipaddr.js';

/** No other range of IPv6 was ever assigned. */
const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');
/** Addresses that look public but lead into the machine of a cloud provider. */
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
 * Whether an IP address belongs to the public internet. Not public are loopback, private, link-local, shared, multicast,
 * documentation and reserved ranges, and IPv6 addresses that carry an IPv4 address or lead through a relay; nor is a text
 * that is not an address in its usual form. Pure.
 */
export function isPublicAddress(text: string): boolean {
  if (!isAddress(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv6 ? address.match(GLOBAL) : !INSIDE.has(address.toString());
}
