import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ConfigurationError, readConfig } from '#mesh/config.ts';
import { choosePorts } from './ports.ts';

const ANY = { GATEWAY_PORT: '0', USERS_PORT: '0', MODELS_PORT: '0', SANDBOX_PORT: '0', AGENTS_PORT: '0' };

test('each 0 becomes a free port of its own', async () => {
  const ports = await choosePorts(readConfig({ ...ANY, POSTGRES_PORT: '0' }, '/project'));
  expect(Object.values(ports)).not.toContain(0);
  expect(new Set(Object.values(ports)).size).toBe(6);
});

test('a port that is taken is refused with the variable that sets it', async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  // A listening TCP server has an AddressInfo.
  const { port } = other.address() as AddressInfo;
  try {
    const chosen = choosePorts(readConfig({ ...ANY, MODELS_PORT: String(port) }, '/project'), { patienceMs: 0 });
    await expect(chosen).rejects.toThrow(ConfigurationError);
    await expect(chosen).rejects.toThrow(`127.0.0.1:${port} is taken by another program: set MODELS_PORT`);
  } finally {
    other.close();
  }
});

test('a port that becomes free in time is taken', async () => {
  const predecessor = createServer();
  await new Promise<void>((done) => predecessor.listen(0, '127.0.0.1', done));
  // A listening TCP server has an AddressInfo.
  const { port } = predecessor.address() as AddressInfo;
  const chosen = choosePorts(readConfig({ ...ANY, MODELS_PORT: String(port) }, '/project'), { patienceMs: 10_000 });
  predecessor.close();
  await expect(chosen).resolves.toMatchObject({ models: port });
});

test('an address that is not of this machine is refused with the variables that set it', async () => {
  const chosen = choosePorts(readConfig({ ...ANY, DEVSTUDIO_HOST: '192.0.2.1' }, '/project'));
  await expect(chosen).rejects.toThrow('set DEVSTUDIO_HOST and GATEWAY_PORT');
});
