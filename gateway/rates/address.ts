import { BlockList, isIPv6 } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const MAPPED = /^::ffff:(?=\d+\.)/i;

/** The eight groups of an IPv6 address, as numbers in hexadecimal. */
const groupsOf = (address: string): readonly string[] => {
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::');
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
  readonly loopback: boolean;
}

/** @param address as a socket gives it; undefined when the client is gone already */
export const originOf = (address = ''): Origin => {
  const plain = address.replace(MAPPED, '');
  if (!isIPv6(plain)) return { key: plain, loopback: LOOPBACK.check(plain, 'ipv4') };
  if (LOOPBACK.check(plain, 'ipv6')) return { key: '::1', loopback: true };
  return { key: `${groupsOf(plain).slice(0, 4).join(':')}::/64`, loopback: false };
};
