import type { Services } from './services.ts';

/** The models that can be asked: those installed, and those that servers elsewhere answer for. By name. */
export const listed = async ({
  catalogue,
  remotes,
}: Pick<Services, 'catalogue' | 'remotes'>): Promise<readonly { readonly name: string }[]> => {
  const all = [...(await catalogue.list()), ...(await remotes.list())].map(({ name }) => name);
  return [...new Set(all)].toSorted().map((name) => ({ name }));
};

/** Whether there is such a model, be it one that is only on its way. */
export const isKnown = async (
  { catalogue, downloads, remotes }: Pick<Services, 'catalogue' | 'downloads' | 'remotes'>,
  name: string,
): Promise<boolean> =>
  (await remotes.find(name)) !== undefined ||
  (await catalogue.find(name)) !== undefined ||
  downloads.of(name) !== undefined;
