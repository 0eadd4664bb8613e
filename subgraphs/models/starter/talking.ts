import type { Exchange } from './coding.ts';
import { FACTS } from './facts.ts';
import { ABLEHNUNG, REFUSAL, type Fact, type Ways } from './facts/fact.ts';
import type { Dice } from './invention.ts';
import { UNKNOWN_PURPOSES, UNKNOWN_PURPOSES_GERMAN } from './tasks.ts';

const OPENINGS = ['', '', '', 'Hi, ', 'Please tell me: ', 'I have a question: ', 'hey, ', 'so ', 'tell me, '];
const OPENINGS_GERMAN = ['', '', '', 'Hallo, ', 'Sag mir: ', 'Eine Frage: ', 'hey, '];
const OF = [
  'what is {}',
  'explain {}',
  "what's {}",
  'tell me what {} is',
  'define {}',
  'what do you know about {}',
  '{}?',
  'describe {}',
  'explain {} to me',
  'what are {}',
  'can you explain {}',
  'what is meant by {}',
];
const OF_GERMAN = [
  'was ist {}',
  'erkläre {}',
  'erklär mir {}',
  'was sind {}',
  'was weißt du über {}',
  '{}?',
  'beschreibe {}',
  'kannst du {} erklären',
  'was versteht man unter {}',
];
const TO = [
  'how do I {}',
  'how can I {}',
  'how to {}',
  'where do I {}',
  'I want to {}',
  'show me how to {}',
  'what must I do to {}',
  'I would like to {}',
  'help me to {}',
  'can I {}',
  'how does one {}',
  'where can one {}',
];
const TO_GERMAN = [
  'wie kann ich {}',
  'ich möchte {}',
  'ich will {}',
  'wo kann ich {}',
  'zeig mir, wie ich {} kann',
  'wie soll ich {}',
  'kann ich {}',
  'hilf mir beim Thema: {}',
];

/** Topics that the model does not know, and ways to ask for them. */
const TOPICS =
  'Rust|Java|Go|Berlin|Paris|physics|history|music|football|cooking|the moon|the ocean|banks|cars|planets|Shakespeare|dinosaurs|vaccines|volcanoes|chess|tea|coffee|love|money|politics|religion|biology|chemistry|airplanes|Kubernetes|Docker|Linux|Windows|Haskell|Excel|medicine|law|gardening|astronomy|blockchain|a black hole|the heart|an elephant|democracy|a violin|Einstein|the Roman Empire|gravity|a vitamin|Bitcoin|the stock market|an atom|Photoshop|Instagram|a hurricane|climate change|the pyramids|yoga|a guitar|quantum computing'.split(
    '|',
  );
const TOPICS_GERMAN =
  'Rust|Java|Berlin|Physik|Geschichte|Musik|Fußball|Kochen|der Mond|das Meer|Schach|Kaffee|Liebe|Geld|Politik|Biologie|Docker|Linux|Medizin|ein schwarzes Loch|Einstein|die Schwerkraft|ein Vulkan|das Wetter|Goethe|die Börse'.split(
    '|',
  );
const OFF_TOPIC = [
  'what is {}',
  'tell me about {}',
  'who invented {}',
  'how does {} work',
  'explain {} to me',
  'why is {} important',
  'write an essay about {}',
  'what do you think of {}',
  'where is {}',
  'when was {} founded',
  'translate {} to French',
  'write a poem about {}',
  'explain {}',
  'define {}',
  'what do you know about {}',
  'do you like {}',
  'how old is {}',
  'can you explain {}',
  'what color is {}',
  'how do I learn {}',
];
const OFF_TOPIC_GERMAN = [
  'was ist {}',
  'erzähl mir etwas über {}',
  'wer hat {} erfunden',
  'wie funktioniert {}',
  'erkläre {}',
  'was denkst du über {}',
  'wo ist {}',
  'schreibe ein Gedicht über {}',
  'was weißt du über {}',
  'erklär mir {}',
];
const OTHERS = [
  'what is the weather',
  'who is the president',
  'tell me the news',
  'what is the capital of France',
  'tell me a story',
  'write a poem',
  'tell me a joke',
  'what day is it',
  'who won the game',
  'how tall is the tower',
  'recommend a movie',
  'what should I eat',
  'sing a song',
  'what is the weather in Rome',
  'what is the capital of Spain',
];
const OTHERS_GERMAN = [
  'wie wird das Wetter',
  'wer ist der Präsident',
  'erzähl eine Geschichte',
  'erzähl einen Witz',
  'wie spät ist es',
  'was ist die Hauptstadt von Italien',
  'empfiehl mir einen Film',
  'was soll ich essen',
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Every way to ask for a fact in one language. */
export const questionsOf = ({ of = [], to = [], ask = [] }: Ways, german: boolean): readonly string[] => [
  ...ask,
  ...of.flatMap((name) => (german ? OF_GERMAN : OF).map((frame) => frame.replace('{}', name))),
  ...to.flatMap((doing) => (german ? TO_GERMAN : TO).map((frame) => frame.replace('{}', doing))),
];

/** Exchanges that hold no code. */
export const createTalking = (dice: Dice) => {
  const { chance, pick } = dice;
  const asked = (question: string, german: boolean): string => {
    const opened = chance(0.4) ? pick(german ? OPENINGS_GERMAN : OPENINGS) + question : question;
    const started = chance(0.5) ? capital(opened) : opened;
    return chance(0.6) && !started.endsWith('?') ? started + pick(['?', '?', '.', '!']) : started;
  };

  const fact = (facts: readonly Fact[] = FACTS): Exchange => {
    const { english, german } = pick(facts);
    const ways = german && chance(0.4) ? german : english;
    const isGerman = ways !== english;
    // Ways of its own are as many as the frames make, however few they are.
    const own = (ways.ask ?? []).length > 0 && chance(0.5);
    const question = own ? pick(ways.ask ?? []) : pick(questionsOf(ways, isGerman));
    return { question: asked(question, isGerman), answer: ways.answer };
  };

  const topic = (german: boolean): string => {
    if (chance(0.3)) return dice.name().replace('_', ' ');
    return pick(german ? TOPICS_GERMAN : TOPICS);
  };
  const refusal = (): Exchange => {
    const german = chance(0.35);
    const kind = dice.upTo(9);
    const answer = german ? ABLEHNUNG : REFUSAL;
    if (kind < 3) {
      const kindOf = pick([
        'function',
        'program',
        'Python function',
        'script',
        'JavaScript function',
        'TypeScript function',
      ]);
      const question = german
        ? `${pick(['Schreibe', 'Schreib mir', 'Ich brauche'])} eine ${pick(['Funktion', 'Python-Funktion', 'JavaScript-Funktion'])}, die ${pick(UNKNOWN_PURPOSES_GERMAN)}`
        : `${pick(['Write', 'write', 'Please write', 'Create', 'I need', 'implement'])} a ${kindOf} that ${pick(UNKNOWN_PURPOSES)}`;
      return { question: question + pick(['', '.', german ? ' und einen Test dafür' : ' and a test for it']), answer };
    }
    if (kind < 5) return { question: asked(pick(german ? OTHERS_GERMAN : OTHERS), german), answer };
    const frame = pick(german ? OFF_TOPIC_GERMAN : OFF_TOPIC);
    return { question: asked(frame.replace('{}', topic(german)), german), answer };
  };

  const sum = (): Exchange => {
    const [a, b] = [dice.upTo(10), dice.upTo(10)];
    const question = pick([`What is ${a} + ${b}?`, `${a}+${b}`, `what is ${a} plus ${b}`, `Was ist ${a} + ${b}?`]);
    return { question, answer: `${a} + ${b} = ${a + b}.` };
  };

  return { fact, refusal, sum };
};
