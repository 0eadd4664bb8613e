/** Ways to speak of one thing, in one language. */
export interface Ways {
  /** After "what is". */
  readonly of?: readonly string[];
  /** After "how do I"; German with the verb at its end, as after "ich möchte". */
  readonly to?: readonly string[];
  /** Questions as they are. */
  readonly ask?: readonly string[];
  /** A question that is not in training: what the model understands of these is measured. */
  readonly heldOut?: string;
  readonly answer: string;
}

/** Something that the starter model is taught to answer, in English and mostly in German. */
export interface Fact {
  readonly english: Ways;
  readonly german?: Ways;
}

/** The answer to everything that a model of this size cannot know. */
export const REFUSAL =
  'I am a very small model and only know the studio and short functions. Load a larger model for that.';
export const ABLEHNUNG =
  'Ich bin ein sehr kleines Modell und kenne nur das Studio und kurze Funktionen. Lade dafür ein größeres Modell.';
