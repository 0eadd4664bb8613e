import { getLlama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import type { LoadOptions } from './protocol.ts';

/**
 * Opens a model's file.
 * @param onError told what llama.cpp says of errors; the library's own exceptions hold no reason
 * @throws Error when it cannot be loaded
 */
export const openModel = async (
  { path, threads, gpuLayers }: LoadOptions,
  onError: (line: string) => void,
): Promise<LlamaModel> => {
  const llama = await getLlama({
    // Falls back to the processor where there is no GPU, or no binary for it.
    gpu: 'auto',
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: threads,
    logLevel: LlamaLogLevel.error,
    logger: (_, message) => onError(message.trim()),
  });
  return llama.loadModel({ modelPath: path, ...(gpuLayers === undefined ? {} : { gpuLayers }) });
};
