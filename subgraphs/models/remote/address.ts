import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { plainAddress, readAddressList } from '#mesh/address.ts';

/** Loopback, the networks that nobody has in public, and that of carriers and tunnels. */
const PRIVATE = readAddressList('loopback, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7');
/** At link-local addresses, and two others, clouds tell their machines' secrets; at the rest nobody serves anything. */
const NOWHERE = readAddressList(
  '0.0.0.0/8, 169.254.0.0/16, 100.100.100.200, 224.0.0.0/4, 240.0.0.0/4, ::, fd00:ec2::254, fe80::/10, ff00::/8',
);

const MAX_LENGTH = 2_048;

/** Whether a server may be spoken with at this address; without encryption only in a private network. */
export const mayConnect = (address: string, encrypted: boolean): boolean => {
  const plain = plainAddress(address);
  if (isIP(plain) === 0 || NOWHERE?.contains(plain) !== false) return false;
  return encrypted || PRIVATE?.contains(plain) === true;
};

export type ServerAddress =
  | { readonly outcome: 'address'; readonly url: string }
  /** Why it cannot be used, to complete the sentence "urls[0] …". */
  | { readonly outcome: 'refused'; readonly reason: string };

const refused = (reason: string): ServerAddress => ({ outcome: 'refused', reason });

/**
 * Decides whether a server may be asked under this URL. Of a name the address is looked at with every connection, by
 * `guardedLookup`.
 * @returns the URL without a slash at its end
 */
export const readServerAddress = (text: string): ServerAddress => {
  if (text.length > MAX_LENGTH || !URL.canParse(text)) return refused('is no URL');
  const url = new URL(text);
  const encrypted = url.protocol === 'https:';
  if (!encrypted && url.protocol !== 'http:') return refused('must begin with https:// or http://');
  if (url.username !== '' || url.password !== '') return refused('holds a user or a password; a key goes into apiKey');
  if (url.search !== '' || url.hash !== '' || text.includes('?') || text.includes('#')) {
    return refused('must end with its path, which often is /v1');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) {
    if (!mayConnect(host, true)) return refused('leads to an address that is never connected to');
    if (!mayConnect(host, encrypted)) return refused('must be https, since its address is public');
  }
  return { outcome: 'address', url: url.href.replace(/\/+$/, '') };
};

/** Finds the addresses of a name that may be connected to; with none of them it is as if there were no such name. */
export const guardedLookup =
  (encrypted: boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const allowed = found.filter(({ address }) => mayConnect(address, encrypted));
      const [first] = allowed;
      if (!first) return callback(new Error(`${hostname} has no address that may be connected to`), '');
      if (options.all === true) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
