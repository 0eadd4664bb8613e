import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '#tests/harness/ports.ts';
import type { BenchModel } from './models.ts';
import { askAll, type Answering, type Side } from './questions.ts';
import { SLOTS } from './terms.ts';

const Event = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }) })),
  usage: z.object({ completion_tokens: z.int() }).nullish(),
});

const PREFIX = 'data: ';

/** Reads a stream of OpenAI's chunks. */
const read = async (response: Response, piece: () => void): Promise<number> => {
  if (!response.ok || !response.body) throw new Error(`llama-server answered ${response.status}`);
  let rest = '';
  let tokens = 0;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith(PREFIX) || line.endsWith('[DONE]')) continue;
      const { choices, usage } = Event.parse(JSON.parse(line.slice(PREFIX.length)));
      if (choices[0]?.delta.content) piece();
      tokens = usage?.completion_tokens ?? tokens;
    }
  }
  return tokens;
};

/** @param program path of a llama-server */
export const startLlamaServer = async (program: string, { path, contextSize }: BenchModel): Promise<Side> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const options = {
    '--model': path,
    '--port': port,
    '--parallel': SLOTS,
    '--ctx-size': SLOTS * contextSize,
    '--threads': 1,
    // It would keep every prompt in memory beside its slots, which no other side does.
    '--cache-ram': 0,
  };
  const child = spawn(program, Object.entries(options).flat().map(String), { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const died = ended.then(([code]) => {
    throw new Error(`${program} ended with ${String(code)}.`);
  });
  const isReady = async (): Promise<boolean> => {
    try {
      return (await fetch(`${url}/health`)).ok;
    } catch {
      return false;
    }
  };
  const ready = async (): Promise<void> => {
    while (!(await isReady())) await sleep(100);
  };
  await Promise.race([ready(), died]);
  died.catch(() => {});

  const answer: Answering = async ({ text, maxTokens }, piece) => {
    const body = {
      messages: [{ role: 'user', content: text }],
      max_tokens: maxTokens,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    };
    const headers = { 'content-type': 'application/json' };
    return read(
      await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(body) }),
      piece,
    );
  };

  return {
    name: 'llamaServer',
    ask: (questions) => askAll(questions, answer),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
