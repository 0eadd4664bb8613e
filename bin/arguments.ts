import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { CommandError } from './command.ts';

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true; strict: true }>
>['values'];

/**
 * Parses what stands after a command's name.
 * @param most how many words without a dash the command takes
 * @throws CommandError with exit code 2 that says what is wrong
 */
export const readArguments = <const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  most = 0,
): { readonly values: Values<Options>; readonly words: readonly string[] } => {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const [extra] = positionals.slice(most);
    if (extra !== undefined) throw new CommandError(`unexpected argument '${extra}'; see devstudio help.`, 2);
    return { values, words: positionals };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      throw new CommandError(`${error.message.split('. ')[0]}; see devstudio help.`, 2);
    }
    throw error;
  }
};
