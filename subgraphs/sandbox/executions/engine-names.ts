import type { EngineName, Language } from '../engines/engine.ts';

/** What one name of an engine stands for. */
export type EngineChoice =
  | { readonly engine: EngineName; readonly kind: 'script'; readonly language: Language }
  | { readonly engine: EngineName; readonly kind: 'module' };

const script = (engine: EngineName, language: Language): EngineChoice => ({ engine, kind: 'script', language });

/** Every engine under its own name, as clients know it and results say it. */
const CHOICES: readonly EngineChoice[] = [
  script('run', 'python'),
  script('run', 'node'),
  script('run', 'bash'),
  { engine: 'wasm', kind: 'module' },
  script('wasm', 'python'),
  script('wasm', 'javascript'),
  script('micro', 'python'),
  script('micro', 'node'),
];

/** For example `run:python`; `wasm` alone for WebAssembly itself. */
export const nameOf = (choice: EngineChoice): string =>
  choice.kind === 'module' ? choice.engine : `${choice.engine}:${choice.language}`;

/** Names of a language alone. QuickJS is none for `node`: what Node.js brings is not there. */
const LANGUAGES: readonly Language[] = ['python', 'node', 'bash'];

/** In the order of `CHOICES`, which is that of preference: `run`, then `wasm`, then `micro`. */
const MEANINGS: ReadonlyMap<string, readonly EngineChoice[]> = new Map<string, readonly EngineChoice[]>([
  ...CHOICES.map((choice) => [nameOf(choice), [choice]] as const),
  ['micro', [script('micro', 'python')]],
  ...LANGUAGES.map(
    (language) =>
      [language, CHOICES.filter((choice) => choice.kind === 'script' && choice.language === language)] as const,
  ),
]);

/** Every engine once, the ones that are tried first before the others. */
export const engineChoices = (): readonly EngineChoice[] => CHOICES;

/** Names that may be asked for. */
export const engineNames = (): readonly string[] => [...MEANINGS.keys()];

/** What a name may mean, the best first; empty for a name that means nothing. */
export const meaningsOf = (name: string): readonly EngineChoice[] => MEANINGS.get(name) ?? [];
