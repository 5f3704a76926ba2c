/** The schema of the address of a service. */
import * as z from 'zod';
import { later } from './later.ts';

/** The address of a service, by http or https. A name and password in it would be journaled; keys must be references. */
export const serviceUrl = later(() =>
  z
    .url({ protocol: /^https?$/ })
    .refine(namesNobody, 'expected no name and password in the address: a key is a reference such as env:NAME'),
);

function namesNobody(url: string): boolean {
  if (!URL.canParse(url)) return true; // that it is none was said
  const { username, password } = new URL(url);
  return username === '' && password === '';
}
