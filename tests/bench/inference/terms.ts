/** Conversations that every side serves at once. */
export const SLOTS = 8;
