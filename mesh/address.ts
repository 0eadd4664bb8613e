import { BlockList, isIP, isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** The address without its zone, and an IPv4 one that a dual-stack socket has wrapped as itself. */
export const plainAddress = (address: string): string => (address.split('%', 1)[0] ?? '').replace(MAPPED, '');

/** Some addresses, single ones and networks. */
export interface AddressList {
  /** @param address plain; anything that is no address is not in the list */
  contains(address: string): boolean;
}

const LOOPBACK = ['127.0.0.0/8', '::1'];

/**
 * Reads a list as people write it: addresses and networks (`10.0.0.0/8`) between commas, `loopback` for this machine.
 * @returns undefined when a part of it is neither
 */
export const readAddressList = (text: string): AddressList | undefined => {
  const list = new BlockList();
  const parts = text.split(',').flatMap((part) => (part.trim() === 'loopback' ? LOOPBACK : [part.trim()]));
  for (const part of parts) {
    const [, address = '', bits] = /^([^/]+?)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
    const version = isIP(address);
    if (version === 0 || address.includes('%')) return undefined;
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else if (Number(bits) <= (version === 6 ? 128 : 32)) list.addSubnet(address, Number(bits), family);
    else return undefined;
  }
  return {
    contains: (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'),
  };
};

const HERE = readAddressList('loopback');

/** The eight groups of an IPv6 address, as numbers in hexadecimal. */
const groupsOf = (address: string): readonly string[] => {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(8 - before.length - after.length, 0);
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].map((group) =>
    Number.parseInt(group, 16).toString(16),
  );
};

/** Whose requests are counted together. */
export interface Origin {
  /** An IPv4 address, or the first 64 bits of an IPv6 one: a single household or host has all the rest. */
  readonly key: string;
  /** What is often one site: the /24 of an IPv4 address, the /48 of an IPv6 one, which has 65 536 keys. */
  readonly network: string;
  readonly loopback: boolean;
}

/** @param address of a client; empty when it is gone already */
export const originOf = (address: string): Origin => {
  const plain = plainAddress(address);
  const loopback = HERE?.contains(plain) === true;
  if (!isIPv6(plain)) {
    const network = isIP(plain) === 4 ? `${plain.slice(0, plain.lastIndexOf('.'))}.0/24` : plain;
    return { key: plain, network, loopback };
  }
  if (loopback) return { key: '::1', network: '::1', loopback };
  const groups = groupsOf(plain);
  return { key: `${groups.slice(0, 4).join(':')}::/64`, network: `${groups.slice(0, 3).join(':')}::/48`, loopback };
};
