import { ConfigurationError, readConfig, type Config } from '#mesh/config.ts';
import { readArguments } from './arguments.ts';
import type { Run } from './command.ts';
import { checkDatabaseOf } from './doctor/database.ts';
import { checkMicro, checkRun, checkWasm } from './doctor/engines.ts';
import { asText, canStart, missing, ok, type Finding } from './doctor/finding.ts';
import { checkBrowser, checkHome, checkMemory, checkNamespaces, checkNode, checkPorts } from './doctor/machine.ts';
import { checkModels } from './doctor/models.ts';

/** What depends on settings; a wrong one is the only finding then. */
const checkSettings = async (root: string): Promise<readonly Finding[]> => {
  let config: Config;
  try {
    config = readConfig(process.env, root);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [missing('Settings', error.message, 'correct the variable, or unset it')];
  }
  return [
    ok('Settings', 'every variable has a meaning'),
    checkHome(config),
    await checkPorts(config),
    await checkDatabaseOf(config),
    await checkMicro(config),
  ];
};

/** Says what this host can and cannot do. Exit code 0 when the studio can start, 1 otherwise. */
export const run: Run = async ({ root, args }) => {
  const { values } = readArguments(args, { json: { type: 'boolean' } });
  const findings = [
    checkNode(),
    checkMemory(),
    ...(await checkSettings(root)),
    await checkModels(),
    checkNamespaces(),
    await checkRun(),
    checkWasm(),
    checkBrowser(),
  ];
  const able = canStart(findings);
  console.log(values.json ? JSON.stringify({ canStart: able, findings }, null, 2) : asText(findings));
  return able ? 0 : 1;
};
