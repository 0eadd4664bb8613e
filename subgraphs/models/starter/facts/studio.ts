import type { Fact } from './fact.ts';

/** What the studio is and how it is used. */
export const STUDIO: readonly Fact[] = [
  {
    english: {
      of: ['CyberDevStudio', 'this studio', 'this app', 'the studio'],
      ask: ['tell me about CyberDevStudio', 'what does the studio do'],
      heldOut: 'give me an overview of CyberDevStudio',
      answer:
        'CyberDevStudio is a development studio with a code editor, a chat, a terminal and a local model server. Everything runs on your own machine.',
    },
    german: {
      of: ['CyberDevStudio', 'dieses Studio', 'diese App', 'das Studio'],
      heldOut: 'gib mir einen Überblick über CyberDevStudio',
      answer:
        'CyberDevStudio ist ein Entwicklungsstudio mit Editor, Chat, Terminal und lokalem Modellserver. Alles läuft auf deinem Rechner.',
    },
  },
  {
    english: {
      ask: [
        'which tabs does the studio have',
        'what tabs are there',
        'list the tabs',
        'what can I open in the studio',
        'show me the tabs',
      ],
      heldOut: 'which tabs are available',
      answer: 'The studio has the tabs Code, Chat, Run, Terminal, Logs and LLM. Admins also see the tab Admin.',
    },
    german: {
      ask: ['welche Tabs gibt es', 'welche Tabs hat das Studio', 'zeig mir die Tabs'],
      heldOut: 'welche Reiter gibt es',
      answer: 'Das Studio hat die Tabs Code, Chat, Run, Terminal, Logs und LLM. Admins sehen auch den Tab Admin.',
    },
  },
  {
    english: {
      to: ['run my code', 'run a file', 'execute code', 'start my program', 'run a script'],
      heldOut: 'where can I execute a file',
      answer:
        'Open the file in the tab Code and press Run. The output appears in the tab Run, and the logs stream to the tab Logs.',
    },
    german: {
      to: ['meinen Code ausführen', 'eine Datei ausführen', 'ein Programm starten', 'ein Skript ausführen'],
      heldOut: 'wo führe ich meinen Code aus',
      answer: 'Öffne die Datei im Tab Code und drücke Run. Die Ausgabe erscheint im Tab Run, die Logs im Tab Logs.',
    },
  },
  {
    english: {
      of: ['the sandbox', 'a sandbox engine', 'the sandbox of the studio'],
      ask: [
        'which sandbox engines are there',
        'what engines can run code',
        'list the sandbox engines',
        'which engines exist',
      ],
      heldOut: 'what kinds of sandbox engines do you have',
      answer:
        'There are four sandbox engines: fs for files, run for processes, wasm for WebAssembly modules and micro for micro VMs.',
    },
    german: {
      of: ['die Sandbox'],
      ask: ['welche Engines gibt es', 'welche Sandbox-Engines gibt es'],
      heldOut: 'welche Engines hat die Sandbox',
      answer:
        'Es gibt vier Engines: fs für Dateien, run für Prozesse, wasm für WebAssembly-Module und micro für kleine VMs.',
    },
  },
  {
    english: {
      of: ['the fs engine', 'engine fs'],
      ask: ['what does the fs engine do', 'what is fs for'],
      heldOut: 'what is the purpose of the fs engine',
      answer:
        'The fs engine reads and writes files inside the workspace. It rejects symbolic links and files larger than 512 KB.',
    },
    german: {
      of: ['die fs-Engine', 'die Engine fs'],
      ask: ['was macht die fs-Engine', 'wofür ist fs'],
      heldOut: 'wozu dient die Engine fs',
      answer:
        'Die Engine fs liest und schreibt Dateien im Arbeitsbereich. Symbolische Links und Dateien über 512 KB lehnt sie ab.',
    },
  },
  {
    english: {
      of: ['the run engine', 'engine run'],
      ask: ['what does the run engine do', 'what is run for'],
      heldOut: 'what is the purpose of the run engine',
      answer: 'The run engine starts a process with limits for time, memory and output, and streams its logs.',
    },
    german: {
      of: ['die run-Engine', 'die Engine run'],
      ask: ['was macht die run-Engine'],
      heldOut: 'wozu dient die Engine run',
      answer: 'Die Engine run startet einen Prozess mit Grenzen für Zeit, Speicher und Ausgabe und zeigt seine Logs.',
    },
  },
  {
    english: {
      of: ['the wasm engine', 'engine wasm', 'WebAssembly'],
      to: ['run wasm', 'run a WebAssembly module'],
      ask: ['what does the wasm engine do', 'what is wasm for'],
      heldOut: 'what is the purpose of the wasm engine',
      answer:
        'The wasm engine runs WebAssembly modules with Wasmer. Pass the module and its input, and the engine returns stdout and the exit code.',
    },
    german: {
      of: ['die wasm-Engine', 'die Engine wasm', 'WebAssembly'],
      ask: ['was macht die wasm-Engine'],
      heldOut: 'wozu dient die Engine wasm',
      answer: 'Die Engine wasm führt WebAssembly-Module mit Wasmer aus und gibt stdout und den Exit-Code zurück.',
    },
  },
  {
    english: {
      of: ['the micro engine', 'engine micro', 'a micro VM'],
      ask: ['what does the micro engine do', 'what is micro for'],
      heldOut: 'what is the purpose of the micro engine',
      answer:
        'The micro engine starts a small virtual machine for each run. It isolates Python and Node programs from the host.',
    },
    german: {
      of: ['die micro-Engine', 'die Engine micro', 'eine Micro-VM'],
      ask: ['was macht die micro-Engine'],
      heldOut: 'wozu dient die Engine micro',
      answer:
        'Die Engine micro startet für jeden Lauf eine kleine virtuelle Maschine, die Programme vom Rechner trennt.',
    },
  },
  {
    english: {
      to: ['create a file', 'make a new file', 'add a file'],
      heldOut: 'where do I make a file',
      answer: 'Make the file in the tab Code. It belongs to the project at once.',
    },
    german: {
      to: ['eine Datei anlegen', 'eine neue Datei erstellen'],
      heldOut: 'wo lege ich eine Datei an',
      answer: 'Lege die Datei im Tab Code an. Sie gehört sofort zum Projekt.',
    },
  },
  {
    english: {
      to: ['create a project', 'start a new project', 'make a project'],
      heldOut: 'where can I create a new project',
      answer: 'Create it where your projects are listed and give it a name. It gets a workspace of its own.',
    },
    german: {
      to: ['ein Projekt anlegen', 'ein neues Projekt erstellen'],
      heldOut: 'wo lege ich ein neues Projekt an',
      answer:
        'Lege es dort an, wo deine Projekte stehen, und gib ihm einen Namen. Es bekommt einen eigenen Arbeitsbereich.',
    },
  },
  {
    english: {
      of: ['a workspace', 'the workspace'],
      heldOut: 'what does workspace mean',
      answer: 'The workspace is the folder of your project. Code can read and write only inside of it.',
    },
    german: {
      of: ['ein Arbeitsbereich', 'der Arbeitsbereich', 'der Workspace'],
      heldOut: 'was bedeutet Arbeitsbereich',
      answer: 'Der Arbeitsbereich ist der Ordner deines Projekts. Code liest und schreibt nur darin.',
    },
  },
  {
    english: {
      of: ['the terminal', 'the tab Terminal'],
      to: ['open a terminal', 'use the terminal', 'type commands'],
      heldOut: 'where can I enter commands',
      answer: 'The tab Terminal opens a shell in the sandbox of your project. It sees only the workspace.',
    },
    german: {
      of: ['das Terminal', 'der Tab Terminal'],
      to: ['ein Terminal öffnen', 'Befehle eingeben'],
      heldOut: 'wo gebe ich Befehle ein',
      answer: 'Der Tab Terminal öffnet eine Shell in der Sandbox deines Projekts. Sie sieht nur den Arbeitsbereich.',
    },
  },
  {
    english: {
      to: ['see the logs', 'find the logs', 'read the logs'],
      ask: ['where are the logs', 'what is the tab Logs'],
      heldOut: 'show me where the logs are',
      answer: 'The tab Logs shows what your runs write, line by line, while they run.',
    },
    german: {
      to: ['die Logs sehen', 'die Logs lesen'],
      ask: ['wo sind die Logs'],
      heldOut: 'wo finde ich die Logs',
      answer: 'Der Tab Logs zeigt Zeile für Zeile, was deine Läufe schreiben.',
    },
  },
  {
    english: {
      of: ['an agent', 'agents', 'the agents'],
      ask: ['what do agents do', 'how do agents work'],
      heldOut: 'what is an agent good for',
      answer: 'An agent plans a task, changes files in steps, runs the tests and reports. You approve what it writes.',
    },
    german: {
      of: ['ein Agent', 'Agenten'],
      ask: ['was machen Agenten', 'wie arbeiten Agenten'],
      heldOut: 'wofür ist ein Agent gut',
      answer:
        'Ein Agent plant eine Aufgabe, ändert Dateien in Schritten, startet die Tests und berichtet. Du gibst frei, was er schreibt.',
    },
  },
  {
    english: {
      of: ['a change set', 'change sets'],
      heldOut: 'what does change set mean',
      answer: 'A change set holds the edits of an agent until you accept or reject them.',
    },
    german: {
      of: ['ein Änderungssatz', 'ein Change Set'],
      heldOut: 'was bedeutet Change Set',
      answer: 'Ein Änderungssatz hält die Änderungen eines Agenten, bis du sie annimmst oder ablehnst.',
    },
  },
  {
    english: {
      to: ['run the tests', 'start the tests', 'test my code'],
      heldOut: 'where can I run my tests',
      answer: 'Run them like any program, in the tab Run or in the terminal. The output says what fails.',
    },
    german: {
      to: ['die Tests starten', 'die Tests ausführen', 'meinen Code testen'],
      heldOut: 'wo starte ich meine Tests',
      answer: 'Starte sie wie jedes Programm, im Tab Run oder im Terminal. Die Ausgabe sagt, was fehlschlägt.',
    },
  },
  {
    english: {
      to: ['change the theme', 'switch the theme', 'use dark mode'],
      ask: ['which themes are there', 'what themes exist', 'is there a dark mode'],
      heldOut: 'what themes can I choose',
      answer: 'There are two themes: NeonCyberNight is dark, SerialSteel is light. Change the theme in the settings.',
    },
    german: {
      to: ['das Thema wechseln', 'den dunklen Modus benutzen', 'das Theme ändern'],
      ask: ['welche Themes gibt es'],
      heldOut: 'welche Themes kann ich wählen',
      answer: 'Es gibt zwei Themes: NeonCyberNight ist dunkel, SerialSteel ist hell. Ändere es in den Einstellungen.',
    },
  },
  {
    english: {
      to: ['export a chat', 'save a conversation', 'export a conversation'],
      heldOut: 'is there a way to save my chat',
      answer:
        'Conversations are kept until you delete them, and what is kept of you can be exported from your account.',
    },
    german: {
      to: ['einen Chat exportieren', 'ein Gespräch speichern'],
      heldOut: 'kann ich meinen Chat speichern',
      answer:
        'Gespräche bleiben, bis du sie löschst; was von dir gespeichert ist, kannst du aus deinem Konto exportieren.',
    },
  },
  {
    english: {
      to: ['delete a project', 'remove a project'],
      heldOut: 'where can I delete my project',
      answer: 'Delete it where your projects are listed. Its files are removed.',
    },
    german: {
      to: ['ein Projekt löschen', 'ein Projekt entfernen'],
      heldOut: 'wo lösche ich mein Projekt',
      answer: 'Lösche es dort, wo deine Projekte stehen. Die Dateien werden entfernt.',
    },
  },
];
