import { expect, test } from 'vitest';
import { mayFetch } from './hosts.ts';

const HUB = new URL('https://huggingface.co');
const MIRROR = new URL('http://10.1.2.3:8080/hf');

test.each([
  ['https://huggingface.co/a', HUB],
  ['https://cdn-lfs-us-1.huggingface.co/a?signature=b', HUB],
  ['https://cas-bridge.xethub.hf.co/a', HUB],
  ['https://cdn-lfs.huggingface.co/a', MIRROR],
  ['http://10.1.2.3:8080/elsewhere', MIRROR],
])('%s may be fetched', (url, endpoint) => {
  expect(mayFetch(new URL(url), endpoint)).toBe(true);
});

test.each([
  ['http://huggingface.co/a', HUB],
  ['https://huggingface.co:8443/a', HUB],
  ['https://user@huggingface.co/a', HUB],
  ['https://huggingface.co.example.org/a', HUB],
  ['https://nothuggingface.co/a', HUB],
  ['https://127.0.0.1/a', HUB],
  ['file:///etc/passwd', HUB],
  ['data:text/plain,a', HUB],
  ['http://10.1.2.3:8081/a', MIRROR],
  ['https://10.1.2.3:8080/a', MIRROR],
])('%s may not', (url, endpoint) => {
  expect(mayFetch(new URL(url), endpoint)).toBe(false);
});
