import { ARITHMETIC } from './tasks/arithmetic.ts';
import { LISTS_OF_NUMBERS } from './tasks/lists.ts';
import { NUMBERS } from './tasks/numbers.ts';
import type { Task } from './tasks/task.ts';
import { TEXTS_AND_WORDS } from './tasks/texts.ts';

/** Every function that the starter model is taught to write. */
export const TASKS: readonly Task[] = [...ARITHMETIC, ...NUMBERS, ...LISTS_OF_NUMBERS, ...TEXTS_AND_WORDS];

/** Functions that it is not taught: asked for one, it says so. */
export const UNKNOWN_PURPOSES: readonly string[] =
  'sends an email|parses a CSV file|draws a chart|downloads a web page|encrypts a file|trains a neural network|opens a window|plays a song|reads the clipboard|resizes an image|connects to a database|compresses a folder|solves a sudoku|plays chess|translates a text|renders a 3D model|controls a robot|records a video|scans a network|prints a document|parses XML|sorts a linked list|balances a binary tree|multiplies two matrices|computes pi|validates a credit card|generates a password|parses a date|finds the shortest path in a graph|simulates a bank|writes a log file|makes a login page|computes a hash|reads a sensor|converts euros to dollars|checks the spelling|plots a function|zips two files|builds a website|schedules a job'.split(
    '|',
  );
export const UNKNOWN_PURPOSES_GERMAN: readonly string[] =
  'eine E-Mail verschickt|eine CSV-Datei liest|ein Diagramm zeichnet|eine Webseite herunterlädt|eine Datei verschlüsselt|ein neuronales Netz trainiert|ein Lied abspielt|ein Bild verkleinert|ein Sudoku löst|Schach spielt|einen Text übersetzt|einen Roboter steuert|ein Passwort erzeugt|Pi berechnet|einen Pfad in einem Graphen findet|ein Datum liest'.split(
    '|',
  );
/** The same, never in training. */
export const HELD_OUT_PURPOSES: readonly string[] =
  'books a flight|parses YAML|draws a map|uploads a photo|solves a maze|mixes two colors|reads a barcode|inverts a matrix|streams a movie|computes the tax|sends a text message|detects faces'.split(
    '|',
  );
