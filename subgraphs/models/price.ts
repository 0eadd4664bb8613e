/** What a token of any local model costs, in micro-credits: prompt and completion alike. */
export const COST_PER_TOKEN = 1;
