import type { Fact } from './fact.ts';

/** Accounts, tokens, models and errors. */
export const SERVICE: readonly Fact[] = [
  {
    english: {
      of: ['a token', 'tokens'],
      heldOut: 'what does token mean',
      answer:
        'A token is a small piece of text. The model reads your prompt as tokens and writes its answer one token at a time.',
    },
    german: {
      of: ['ein Token', 'Tokens'],
      heldOut: 'was bedeutet Token',
      answer:
        'Ein Token ist ein kleines Stück Text. Das Modell liest deine Frage als Tokens und schreibt die Antwort Token für Token.',
    },
  },
  {
    english: {
      of: ['a token budget', 'the token budget', 'my budget'],
      ask: ['how does billing work', 'how are tokens billed', 'what does a call cost'],
      heldOut: 'how are my tokens counted',
      answer:
        'Each call counts its prompt tokens and its completion tokens. Both are taken from your token budget. When the budget is empty, calls return status 429.',
    },
    german: {
      of: ['ein Tokenbudget', 'das Tokenbudget'],
      ask: ['wie wird abgerechnet', 'was kostet ein Aufruf'],
      heldOut: 'wie werden meine Tokens gezählt',
      answer:
        'Jeder Aufruf zählt die Tokens von Frage und Antwort. Beide gehen von deinem Budget ab. Ist es leer, kommt Status 429.',
    },
  },
  {
    english: {
      of: ['error 429', 'status 429'],
      ask: [
        'what does 429 mean',
        'why do I get 429',
        'I get a 429 error',
        'my request failed with 429',
        'too many requests',
      ],
      heldOut: 'why was my call rejected with 429',
      answer:
        'Status 429 means that your token budget or your rate limit is used up. Wait for the next month or ask an admin for more tokens.',
    },
    german: {
      of: ['Fehler 429', 'Status 429'],
      ask: ['was bedeutet 429', 'warum bekomme ich 429', 'ich bekomme Fehler 429'],
      heldOut: 'warum wurde mein Aufruf mit 429 abgelehnt',
      answer:
        'Status 429 heißt, dass dein Budget oder dein Limit verbraucht ist. Warte bis zum nächsten Monat oder frage einen Admin.',
    },
  },
  {
    english: {
      of: ['error 401', 'status 401'],
      ask: ['what does 401 mean', 'why do I get 401', 'I get a 401 error', 'my request failed with 401'],
      heldOut: 'why was my call rejected with 401',
      answer: 'Status 401 means that the call had no valid token. Sign in again or send your API key.',
    },
    german: {
      of: ['Fehler 401', 'Status 401'],
      ask: ['was bedeutet 401', 'warum bekomme ich 401', 'ich bekomme Fehler 401'],
      heldOut: 'warum wurde mein Aufruf mit 401 abgelehnt',
      answer:
        'Status 401 heißt, dass der Aufruf kein gültiges Token hatte. Melde dich neu an oder sende deinen API-Schlüssel.',
    },
  },
  {
    english: {
      of: ['error 403', 'status 403'],
      ask: ['what does 403 mean', 'why do I get 403', 'I get a 403 error', 'my request failed with 403'],
      heldOut: 'why was my call rejected with 403',
      answer:
        'Status 403 means that a policy forbids the action, for example a path outside the workspace or a file that is too large.',
    },
    german: {
      of: ['Fehler 403', 'Status 403'],
      ask: ['was bedeutet 403', 'warum bekomme ich 403', 'ich bekomme Fehler 403'],
      heldOut: 'warum wurde mein Aufruf mit 403 abgelehnt',
      answer:
        'Status 403 heißt, dass eine Regel die Handlung verbietet, zum Beispiel einen Pfad außerhalb des Arbeitsbereichs.',
    },
  },
  {
    english: {
      of: ['error 404', 'status 404'],
      ask: ['what does 404 mean', 'why do I get 404', 'I get a 404 error'],
      heldOut: 'why was my call rejected with 404',
      answer: 'Status 404 means that there is no such thing: a wrong name, or something that you may not see.',
    },
    german: {
      of: ['Fehler 404', 'Status 404'],
      ask: ['was bedeutet 404', 'warum bekomme ich 404'],
      heldOut: 'warum wurde mein Aufruf mit 404 abgelehnt',
      answer: 'Status 404 heißt, dass es das nicht gibt: ein falscher Name oder etwas, das du nicht sehen darfst.',
    },
  },
  {
    english: {
      of: ['error 503', 'status 503'],
      ask: ['what does 503 mean', 'why do I get 503', 'I get a 503 error', 'the queue is full'],
      heldOut: 'why was my call rejected with 503',
      answer:
        'Status 503 means that the queue of the model is full. Try again after the seconds that Retry-After says.',
    },
    german: {
      of: ['Fehler 503', 'Status 503'],
      ask: ['was bedeutet 503', 'warum bekomme ich 503'],
      heldOut: 'warum wurde mein Aufruf mit 503 abgelehnt',
      answer:
        'Status 503 heißt, dass die Schlange des Modells voll ist. Versuche es nach der Zeit in Retry-After wieder.',
    },
  },
  {
    english: {
      of: ['an API key', 'API keys'],
      to: ['get an API key', 'create an API key', 'make an API key', 'add a key'],
      heldOut: 'where can I find my API keys',
      answer: 'Open your profile, choose API keys and create a key. The key is shown once, so store it safely.',
    },
    german: {
      of: ['ein API-Schlüssel'],
      to: ['einen API-Schlüssel bekommen', 'einen API-Schlüssel erstellen', 'einen Schlüssel anlegen'],
      heldOut: 'wo finde ich API-Schlüssel',
      answer: 'Öffne dein Profil, wähle API-Schlüssel und erstelle einen. Er wird einmal gezeigt, bewahre ihn gut auf.',
    },
  },
  {
    english: {
      to: ['revoke a key', 'delete an API key', 'remove a key'],
      ask: ['my key was stolen', 'I lost my key'],
      heldOut: 'what do I do with a leaked key',
      answer:
        'Revoke it where your API keys are listed, or with devstudio key revoke. Calls with that key end at once.',
    },
    german: {
      to: ['einen Schlüssel widerrufen', 'einen API-Schlüssel löschen'],
      ask: ['mein Schlüssel wurde gestohlen'],
      heldOut: 'was tue ich mit einem verlorenen Schlüssel',
      answer:
        'Widerrufe ihn dort, wo deine API-Schlüssel stehen, oder mit devstudio key revoke. Aufrufe damit enden sofort.',
    },
  },
  {
    english: {
      of: ['a role', 'the roles'],
      ask: [
        'which roles are there',
        'what roles exist',
        'list the roles',
        'what may a viewer do',
        'what may a developer do',
      ],
      heldOut: 'what kinds of roles are there',
      answer:
        'There are three roles: admin, developer and viewer. Admins manage models and users, developers run code and chat, viewers can only read.',
    },
    german: {
      of: ['eine Rolle'],
      ask: ['welche Rollen gibt es', 'was darf ein Viewer', 'was darf ein Admin'],
      heldOut: 'welche Rollen kennt das Studio',
      answer: 'Es gibt drei Rollen: admin, developer und viewer.',
    },
  },
  {
    english: {
      to: ['invite a user', 'add a user', 'create an account'],
      heldOut: 'where do I add a new user',
      answer: 'An admin adds accounts in the tab Admin, or on the machine itself with devstudio user add.',
    },
    german: {
      to: ['einen Benutzer einladen', 'einen Benutzer hinzufügen', 'ein Konto anlegen'],
      heldOut: 'wo lade ich einen Benutzer ein',
      answer: 'Ein Admin legt Konten im Tab Admin an, oder auf dem Rechner selbst mit devstudio user add.',
    },
  },
  {
    english: {
      to: ['change my password', 'reset my password', 'set a new password'],
      ask: ['I forgot my password'],
      heldOut: 'where do I change the password',
      answer: 'Change it in your account. If you forgot it, say so where you sign in, or ask an admin.',
    },
    german: {
      to: ['mein Passwort ändern', 'mein Passwort zurücksetzen'],
      ask: ['ich habe mein Passwort vergessen'],
      heldOut: 'wo ändere ich das Passwort',
      answer: 'Ändere es in deinem Konto. Hast du es vergessen, sag es bei der Anmeldung oder frage einen Admin.',
    },
  },
  {
    english: {
      to: ['load a model', 'start a model', 'start another model', 'use a larger model'],
      heldOut: 'where can I start a different model',
      answer: 'Open the tab Admin, choose a model and press Start. The model is ready when its state is loaded.',
    },
    german: {
      to: ['ein Modell laden', 'ein Modell starten', 'ein größeres Modell benutzen'],
      heldOut: 'wo starte ich ein anderes Modell',
      answer: 'Öffne den Tab Admin, wähle ein Modell und drücke Start. Es ist bereit, wenn es geladen ist.',
    },
  },
  {
    english: {
      to: ['download a model', 'add a model', 'install a model', 'get more models'],
      ask: ['where do models come from'],
      heldOut: 'where do I find more models',
      answer:
        'Open the tab Admin and press Download next to a model of the catalogue. You can also copy a GGUF file into the models folder.',
    },
    german: {
      to: ['ein Modell herunterladen', 'ein Modell hinzufügen', 'ein Modell installieren'],
      heldOut: 'wo finde ich mehr Modelle',
      answer:
        'Öffne den Tab Admin und drücke Download neben einem Modell. Du kannst auch eine GGUF-Datei in den Ordner der Modelle kopieren.',
    },
  },
  {
    english: {
      to: ['unload a model', 'stop a model', 'free memory'],
      heldOut: 'where can I unload the model',
      answer: 'Open the tab Admin and press Unload next to the model. Its memory is freed at once.',
    },
    german: {
      to: ['ein Modell entladen', 'ein Modell stoppen', 'Speicher freigeben'],
      heldOut: 'wo entlade ich das Modell',
      answer: 'Öffne den Tab Admin und drücke Unload neben dem Modell. Sein Speicher wird sofort frei.',
    },
  },
  {
    english: {
      of: ['GGUF', 'a GGUF file'],
      heldOut: 'what does GGUF mean',
      answer:
        'GGUF is a file format for language models. One file holds the weights, the tokenizer and the settings of a model.',
    },
    german: {
      of: ['GGUF', 'eine GGUF-Datei'],
      heldOut: 'was bedeutet GGUF',
      answer:
        'GGUF ist ein Dateiformat für Sprachmodelle. Eine Datei enthält die Gewichte, den Tokenizer und die Einstellungen.',
    },
  },
  {
    english: {
      of: ['quantization', 'Q4', 'Q8', 'a quantized model'],
      heldOut: 'what does quantization mean',
      answer:
        'Quantization stores the weights of a model with fewer bits. The file gets smaller and faster, and the answers get slightly worse.',
    },
    german: {
      of: ['Quantisierung', 'Q4'],
      heldOut: 'was bedeutet Quantisierung',
      answer:
        'Quantisierung speichert die Gewichte mit weniger Bits. Die Datei wird kleiner und schneller, die Antworten etwas schlechter.',
    },
  },
  {
    english: {
      of: ['temperature', 'the temperature', 'the temperature setting'],
      ask: ['what does temperature do'],
      heldOut: 'what does temperature mean',
      answer:
        'Temperature controls how random the answers are. A low value gives steady answers, a high value gives more varied ones.',
    },
    german: {
      of: ['die Temperatur', 'Temperatur'],
      heldOut: 'was bedeutet Temperatur',
      answer: 'Die Temperatur bestimmt, wie zufällig die Antworten sind. Ein kleiner Wert gibt gleichmäßige Antworten.',
    },
  },
  {
    english: {
      of: ['the context size', 'the context window', 'context'],
      heldOut: 'what does context size mean',
      answer:
        'The context size is the number of tokens that the model can see at once, your prompt and its answer together.',
    },
    german: {
      of: ['die Kontextgröße', 'das Kontextfenster'],
      heldOut: 'was bedeutet Kontextgröße',
      answer: 'Die Kontextgröße ist die Zahl der Tokens, die das Modell auf einmal sieht, Frage und Antwort zusammen.',
    },
  },
  {
    english: {
      of: ['an embedding', 'embeddings', 'a vector of a text'],
      heldOut: 'what does embedding mean',
      answer:
        'An embedding turns a text into numbers. Texts of similar meaning get similar numbers, so that they can be searched.',
    },
    german: {
      of: ['ein Embedding', 'Embeddings'],
      heldOut: 'was bedeutet Embedding',
      answer: 'Ein Embedding macht aus Text Zahlen. Ähnliche Texte bekommen ähnliche Zahlen und lassen sich so suchen.',
    },
  },
  {
    english: {
      of: ['the gateway', 'federation'],
      ask: ['what does the gateway do'],
      heldOut: 'what is the purpose of the gateway',
      answer: 'The gateway joins all subgraphs into one graph and checks the roles of each call.',
    },
    german: {
      of: ['das Gateway'],
      ask: ['was macht das Gateway'],
      heldOut: 'wozu dient das Gateway',
      answer: 'Das Gateway verbindet alle Subgraphen zu einem Graphen und prüft die Rollen jedes Aufrufs.',
    },
  },
  {
    english: {
      of: ['a subgraph', 'subgraphs'],
      heldOut: 'what does subgraph mean',
      answer: 'A subgraph owns one part of the schema, for example users, models, sandbox or agents.',
    },
    german: {
      of: ['ein Subgraph', 'Subgraphen'],
      heldOut: 'was bedeutet Subgraph',
      answer: 'Ein Subgraph besitzt einen Teil des Schemas, zum Beispiel users, models, sandbox oder agents.',
    },
  },
  {
    english: {
      to: ['use the OpenAI API', 'connect an OpenAI client', 'call the API'],
      heldOut: 'can I use an OpenAI client with the studio',
      answer: 'Point your client at the address of the gateway with /v1 and send your API key as the bearer token.',
    },
    german: {
      to: ['die OpenAI-API benutzen', 'die API aufrufen'],
      heldOut: 'kann ich einen OpenAI-Client mit dem Studio benutzen',
      answer: 'Gib deinem Client die Adresse des Gateways mit /v1 und sende deinen API-Schlüssel als Bearer-Token.',
    },
  },
  {
    english: {
      ask: ['the model is slow', 'why is the model so slow', 'how do I make the model faster'],
      heldOut: 'why does the answer take so long',
      answer:
        'Choose a smaller or quantized model, give it fewer threads than the machine has cores, and keep prompts short.',
    },
    german: {
      ask: ['das Modell ist langsam', 'warum ist das Modell so langsam'],
      heldOut: 'warum dauert die Antwort so lange',
      answer:
        'Nimm ein kleineres oder quantisiertes Modell, gib ihm weniger Threads als Kerne und halte die Fragen kurz.',
    },
  },
  {
    english: {
      ask: ['the model crashed', 'why did the model crash', 'my model does not load', 'out of memory'],
      heldOut: 'why does my model crash',
      answer:
        'Most often the memory is too small. Take a smaller model or a smaller context; the error says the reason.',
    },
    german: {
      ask: ['das Modell ist abgestürzt', 'mein Modell lädt nicht'],
      heldOut: 'warum stürzt mein Modell ab',
      answer:
        'Meist ist der Speicher zu klein. Nimm ein kleineres Modell oder einen kleineren Kontext; der Fehler nennt den Grund.',
    },
  },
];
