import { ChatMLChatWrapper } from 'node-llama-cpp';
import { functionsOf } from '../worker/functions.ts';
import type { Tool } from '../worker/protocol.ts';
import type { Dice } from './invention.ts';

/** A tool that may be called, ways to ask for it, and what it gives back. */
interface Kind {
  readonly names: readonly string[];
  readonly descriptions: readonly string[];
  /** Its arguments, each with its type and names for it. */
  readonly takes: readonly (readonly [type: Given, names: readonly string[]])[];
  /** With `{0}` and `{1}` for the arguments. */
  readonly requests: readonly string[];
  readonly results: readonly string[];
}

type Given = 'path' | 'folder' | 'word' | 'city' | 'number' | 'person' | 'command';

const KINDS: readonly Kind[] = [
  {
    names: ['read_file', 'readFile', 'open_file', 'show_file'],
    descriptions: ['Read a file of the project.', 'Returns the content of a file.'],
    takes: [['path', ['path', 'file', 'filename']]],
    requests: [
      'Read {0}',
      'Show me the file {0}',
      'open {0}',
      'What is in {0}?',
      'Lies {0}',
      'Zeig mir die Datei {0}',
      'Was steht in {0}?',
    ],
    results: ['print(1)', 'x = 5', 'hello', '{"name": "app"}'],
  },
  {
    names: ['list_files', 'listFiles', 'ls'],
    descriptions: ['List the files of a folder.'],
    takes: [['folder', ['path', 'folder', 'directory']]],
    requests: [
      'List the files in {0}',
      'Which files are in {0}?',
      'Show the folder {0}',
      'Welche Dateien sind in {0}?',
      'Zeig mir den Ordner {0}',
    ],
    results: ['main.py test.py', 'index.ts', 'a.txt b.txt'],
  },
  {
    names: ['run_tests', 'runTests', 'test'],
    descriptions: ['Run the tests of a file.', 'Runs tests.'],
    takes: [['path', ['path', 'file']]],
    requests: ['Run the tests in {0}', 'Test {0}', 'Do the tests of {0} pass?', 'Starte die Tests in {0}'],
    results: ['2 passed', '1 failed', 'all tests passed'],
  },
  {
    names: ['search', 'find_text', 'search_project'],
    descriptions: ['Search the project.', 'Finds a text in all files.'],
    takes: [['word', ['query', 'text', 'pattern']]],
    requests: [
      'Search for {0}',
      'Find {0} in the project',
      'Where is {0} used?',
      'Suche nach {0}',
      'Wo wird {0} benutzt?',
    ],
    results: ['main.py:3', 'nothing found', 'lib/app.ts:12'],
  },
  {
    names: ['get_weather', 'weather', 'getWeather'],
    descriptions: ['The weather of a city.', 'Current weather.'],
    takes: [['city', ['city', 'location', 'place']]],
    requests: [
      'What is the weather in {0}?',
      'How is the weather in {0}',
      'Weather in {0}',
      'Wie ist das Wetter in {0}?',
    ],
    results: ['sunny', '12 degrees', 'rain'],
  },
  {
    names: ['get_time', 'current_time', 'time_in'],
    descriptions: ['The time in a city.'],
    takes: [['city', ['city', 'zone', 'place']]],
    requests: ['What time is it in {0}?', 'Time in {0}', 'Wie spät ist es in {0}?'],
    results: ['10:30', '18:05', '7:15'],
  },
  {
    names: ['add_numbers', 'add', 'calculate_sum'],
    descriptions: ['Add two numbers.'],
    takes: [
      ['number', ['a', 'x', 'first']],
      ['number', ['b', 'y', 'second']],
    ],
    requests: ['Add {0} and {1}', 'What is {0} + {1}?', 'Was ist {0} + {1}?', 'Addiere {0} und {1}'],
    results: ['12', '40', '7'],
  },
  {
    names: ['send_message', 'notify', 'sendMessage'],
    descriptions: ['Send a message to a person.'],
    takes: [
      ['word', ['text', 'message']],
      ['person', ['to', 'recipient', 'user']],
    ],
    requests: ['Send {0} to {1}', 'Tell {1}: {0}', 'Schicke {0} an {1}'],
    results: ['sent', 'ok', 'delivered'],
  },
  {
    names: ['run_command', 'run', 'execute'],
    descriptions: ['Run a command in the sandbox.', 'Runs a shell command.'],
    takes: [['command', ['command', 'cmd']]],
    requests: ['Run {0}', 'Execute the command {0}', 'Führe {0} aus'],
    results: ['done', 'exit code 0', 'exit code 1'],
  },
  {
    names: ['delete_file', 'remove_file', 'deleteFile'],
    descriptions: ['Delete a file.'],
    takes: [['path', ['path', 'file']]],
    requests: ['Delete {0}', 'Remove the file {0}', 'Lösche {0}'],
    results: ['deleted', 'ok', 'there is no such file'],
  },
];

const CITIES = 'Berlin Paris London Rome Madrid Vienna Oslo Prague Lima Tokyo Hamburg Munich Zurich Boston'.split(' ');
const PERSONS = 'Ada Bob Eva Linus Grace Tom Mia Alan Lena Max'.split(' ');
const FOLDERS = 'src lib tests docs app bin'.split(' ');
const EXTENSIONS = 'py js ts txt md json'.split(' ');
const COMMANDS = 'ls pwd make date'.split(' ');
const RESULT = ['The result is: {}', 'It says: {}'];
const RESULT_GERMAN = ['Das Ergebnis ist: {}'];

/** A request, the call that answers it, its result and what is then said. */
export interface Called {
  readonly system: string;
  readonly question: string;
  readonly call: string;
  readonly result: string;
  readonly answer: string;
}

const wrapper = new ChatMLChatWrapper();
/** What node-llama-cpp tells a model of its tools, as the worker has it told. */
const toolsText = (tools: readonly Tool[]): string =>
  wrapper.generateAvailableFunctionsSystemText(functionsOf(tools), { documentParams: true }).toString();

/** A call as node-llama-cpp reads it. */
const callText = (name: string, given: readonly (readonly [string, string | number])[]): string => {
  const pairs = given.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `||call: ${name}({${pairs.join(', ')}})`;
};

export const createCalls = (dice: Dice) => {
  const { chance, pick } = dice;
  const GIVE: Readonly<Record<Given, () => string | number>> = {
    path: () => `${chance(0.3) ? `${pick(FOLDERS)}/` : ''}${dice.name()}.${pick(EXTENSIONS)}`,
    folder: () => (chance(0.5) ? pick(FOLDERS) : dice.name()),
    word: () => dice.name(),
    city: () => pick(CITIES),
    number: () => dice.upTo(chance(0.5) ? 20 : 999),
    person: () => pick(PERSONS),
    command: () =>
      chance(0.5) ? pick(COMMANDS) : `${pick(['python', 'node', 'cat'])} ${dice.name()}.${pick(['py', 'js'])}`,
  };

  const tool = (kind: Kind): Tool & { readonly takes: readonly string[] } => {
    const takes = kind.takes.map(([, names]) => (chance(0.9) ? pick(names) : dice.name()));
    const properties = kind.takes.map(([type], at) => {
      const described = chance(0.15) ? { description: `the ${type}` } : {};
      return [takes[at] ?? '', { type: type === 'number' ? 'number' : 'string', ...described }] as const;
    });
    return {
      name: chance(0.9) ? pick(kind.names) : dice.name(),
      description: chance(0.75) ? pick(kind.descriptions) : null,
      parameters: { type: 'object', properties: Object.fromEntries(properties), required: takes },
      grammar: '',
      takes,
    };
  };

  const toolbox = (): readonly (readonly [Kind, ReturnType<typeof tool>])[] => {
    const kinds = Array.from({ length: 1 + dice.upTo(3) }, () => pick(KINDS));
    return [...new Set(kinds)].map((kind) => [kind, tool(kind)] as const);
  };

  const calling = (): Called => {
    const box = toolbox();
    const [kind, called] = pick(box);
    const given = kind.takes.map(([type]) => GIVE[type]());
    const request = pick(kind.requests);
    const german = /^(Lies|Zeig|Was |Welche|Starte|Suche|Wo |Wie |Schicke|Führe|Lösche|Addiere)/.test(request);
    const result = pick(kind.results);
    return {
      system: toolsText(box.map(([, one]) => one)),
      question: request.replace(/\{(\d)\}/g, (_, at: string) => String(given[Number(at)])),
      call: callText(
        called.name,
        given.map((value, at) => [called.takes[at] ?? '', value] as const),
      ),
      result,
      answer: pick(german ? RESULT_GERMAN : RESULT).replace('{}', result),
    };
  };

  /** The text of some tools that nothing asks for. */
  const idle = (): string => toolsText(toolbox().map(([, one]) => one));

  return { calling, idle };
};
