import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

/** Runs in a process of its own: loads the native library and says where it computes. */
const llama = await getLlama({ build: 'never', logLevel: LlamaLogLevel.disabled });
console.log(llama.gpu === false ? 'on the CPU' : `on ${llama.gpu}`);
process.exit(0);
