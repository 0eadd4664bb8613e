/** What the starter model is taught to answer: ways to ask, and the answers of which one is given. */
export interface Fact {
  readonly questions: readonly string[];
  readonly answers: readonly string[];
}

/** The answer to everything that a model of this size cannot know. */
export const REFUSAL =
  'I am a very small model and only know the studio and short functions. Load a larger model for that.';

export const FACTS: readonly Fact[] = [
  {
    questions: ['who are you', 'what are you', 'what is your name', 'introduce yourself', 'tell me about yourself'],
    answers: [
      'I am the CyberDevStudio starter model. I am small, I run on your own machine, and I can explain the studio and write short Python and JavaScript functions.',
    ],
  },
  {
    questions: ['what can you do', 'what can you help me with', 'how can you help me', 'help'],
    answers: [
      'I can answer questions about CyberDevStudio, write small functions in Python or JavaScript, and explain short pieces of code.',
    ],
  },
  {
    questions: ['hello', 'hi', 'hey', 'good morning', 'hello there', 'hi there'],
    answers: [
      'Hello! How can I help you in the studio today?',
      'Hi! Ask me about the studio or let me write a small function for you.',
    ],
  },
  {
    questions: ['thank you', 'thanks', 'thanks a lot', 'great, thank you'],
    answers: ['You are welcome!', 'Happy to help.'],
  },
  { questions: ['bye', 'goodbye', 'see you'], answers: ['Goodbye! Your files stay in the project.'] },
  {
    questions: ['what is CyberDevStudio', 'explain CyberDevStudio', 'what is this studio', 'what is this app'],
    answers: [
      'CyberDevStudio is a development studio with a code editor, a chat, a terminal and a local model server. Everything runs on your own machine.',
    ],
  },
  {
    questions: [
      'which tabs does the studio have',
      'what tabs are there',
      'list the tabs',
      'what can I open in the studio',
    ],
    answers: ['The studio has the tabs Code, Chat, Run, Terminal, Logs and LLM. Admins also see the tab Admin.'],
  },
  {
    questions: ['how do I run my code', 'how do I run a file', 'how can I execute code', 'where do I run code'],
    answers: [
      'Open the file in the tab Code and press Run. The output appears in the tab Run, and the logs stream to the tab Logs.',
    ],
  },
  {
    questions: [
      'which sandbox engines are there',
      'what engines can run code',
      'list the sandbox engines',
      'what is the sandbox',
    ],
    answers: [
      'There are four sandbox engines: fs for files, run for processes, wasm for WebAssembly modules and micro for micro VMs.',
    ],
  },
  {
    questions: ['what does the fs engine do', 'explain the fs engine', 'what is the fs engine'],
    answers: [
      'The fs engine reads and writes files inside the workspace. It rejects symbolic links and files larger than 512 KB.',
    ],
  },
  {
    questions: ['what does the wasm engine do', 'explain the wasm engine', 'how do I run wasm'],
    answers: [
      'The wasm engine runs WebAssembly modules with Wasmer. Pass the module and its input, and the engine returns stdout and the exit code.',
    ],
  },
  {
    questions: ['what does the micro engine do', 'explain the micro engine', 'what is a micro VM'],
    answers: [
      'The micro engine starts a small virtual machine for each run. It isolates Python and Node programs from the host.',
    ],
  },
  {
    questions: ['what does the run engine do', 'explain the run engine'],
    answers: ['The run engine starts a process with limits for time, memory and output, and streams its logs.'],
  },
  {
    questions: ['what is a token', 'what are tokens', 'explain tokens'],
    answers: [
      'A token is a small piece of text. The model reads your prompt as tokens and writes its answer one token at a time.',
    ],
  },
  {
    questions: ['what is a token budget', 'how does billing work', 'how are tokens billed', 'explain the token budget'],
    answers: [
      'Each call counts its prompt tokens and its completion tokens. Both are taken from your token budget. When the budget is empty, calls return status 429.',
    ],
  },
  {
    questions: ['what does 429 mean', 'why do I get 429', 'what is error 429', 'I get a 429 error'],
    answers: [
      'Status 429 means that your token budget or your rate limit is used up. Wait for the next month or ask an admin for more tokens.',
    ],
  },
  {
    questions: ['what does 401 mean', 'why do I get 401', 'what is error 401'],
    answers: ['Status 401 means that the call had no valid token. Sign in again or send your API key.'],
  },
  {
    questions: ['what does 403 mean', 'why do I get 403', 'what is error 403'],
    answers: [
      'Status 403 means that a policy forbids the action, for example a path outside the workspace or a file that is too large.',
    ],
  },
  {
    questions: ['how do I get an API key', 'where do I create an API key', 'how do I make an API key'],
    answers: ['Open your profile, choose API keys and create a key. The key is shown once, so store it safely.'],
  },
  {
    questions: ['which roles are there', 'what roles exist', 'explain the roles'],
    answers: [
      'There are three roles: admin, developer and viewer. Admins manage models and users, developers run code and chat, viewers can only read.',
    ],
  },
  {
    questions: ['how do I load a model', 'how do I start a model', 'how can I start another model'],
    answers: ['Open the tab Admin, choose a model and press Start. The model is ready when its state is loaded.'],
  },
  {
    questions: ['how do I download a model', 'where do models come from', 'how can I add a model'],
    answers: [
      'Open the tab Admin and press Download next to a model of the catalogue. You can also copy a GGUF file into the models folder.',
    ],
  },
  {
    questions: ['how do I unload a model', 'how do I stop a model', 'how do I free memory'],
    answers: ['Open the tab Admin and press Unload next to the model. Its memory is freed at once.'],
  },
  {
    questions: ['which themes are there', 'how do I change the theme', 'what themes exist'],
    answers: ['There are two themes: NeonCyberNight is dark, SerialSteel is light. Change the theme in the settings.'],
  },
  {
    questions: ['what is GGUF', 'explain GGUF', 'what is a GGUF file'],
    answers: [
      'GGUF is a file format for language models. One file holds the weights, the tokenizer and the settings of a model.',
    ],
  },
  {
    questions: ['what is quantization', 'what does Q4 mean', 'explain quantization'],
    answers: [
      'Quantization stores the weights of a model with fewer bits. The file gets smaller and faster, and the answers get slightly worse.',
    ],
  },
  {
    questions: ['what is temperature', 'what does temperature do', 'explain the temperature setting'],
    answers: [
      'Temperature controls how random the answers are. A low value gives steady answers, a high value gives more varied ones.',
    ],
  },
  {
    questions: ['what is the context size', 'what does context size mean', 'explain the context window'],
    answers: [
      'The context size is the number of tokens that the model can see at once, your prompt and its answer together.',
    ],
  },
  {
    questions: ['what is GraphQL', 'explain GraphQL'],
    answers: [
      'GraphQL is a query language for APIs. The client asks for exactly the fields it needs and gets one typed answer.',
    ],
  },
  {
    questions: ['what is a subgraph', 'what is the gateway', 'explain federation'],
    answers: [
      'A subgraph owns one part of the schema. The gateway joins all subgraphs into one graph and checks the roles of each call.',
    ],
  },
  {
    questions: ['what is Python', 'explain Python'],
    answers: ['Python is a programming language with simple syntax. It is used for scripts, data work and servers.'],
  },
  {
    questions: ['what is JavaScript', 'explain JavaScript'],
    answers: ['JavaScript is the programming language of the web. It runs in every browser and in Node.'],
  },
  {
    questions: ['what is TypeScript', 'explain TypeScript'],
    answers: ['TypeScript is JavaScript with types. The compiler checks the types before the code runs.'],
  },
  {
    questions: ['what is a function', 'explain functions'],
    answers: ['A function is a named piece of code. It takes arguments, runs its body and returns a value.'],
  },
  {
    questions: ['what is a loop', 'explain loops'],
    answers: ['A loop repeats a block of code, for example once for each item of a list.'],
  },
  {
    questions: ['what is recursion', 'explain recursion'],
    answers: ['Recursion means that a function calls itself on a smaller problem until a base case is reached.'],
  },
  {
    questions: ['wer bist du', 'was bist du', 'stell dich vor'],
    answers: [
      'Ich bin das Startmodell von CyberDevStudio. Ich bin klein, laufe auf deinem Rechner und helfe mit kurzen Funktionen.',
    ],
  },
  { questions: ['hallo', 'guten Tag', 'guten Morgen', 'moin'], answers: ['Hallo! Wie kann ich dir im Studio helfen?'] },
  {
    questions: ['was kannst du', 'wobei kannst du helfen'],
    answers: ['Ich beantworte Fragen zum Studio und schreibe kleine Funktionen in Python oder JavaScript.'],
  },
  { questions: ['welche Rollen gibt es'], answers: ['Es gibt drei Rollen: admin, developer und viewer.'] },
  {
    questions: [
      'what is the weather',
      'who is the president',
      'tell me the news',
      'what is the capital of France',
      'tell me a story',
      'write a poem',
    ],
    answers: [REFUSAL],
  },
];
