/** Where Hugging Face keeps the files that its hub sends to. */
const HUB_DOMAINS = ['huggingface.co', 'hf.co'];

/**
 * Whether something may be fetched from here: the hub that the operator has set, or Hugging Face's own hosts, encrypted.
 * A redirect is held to it as well, or a hub could have the studio ask its neighbours in the network.
 */
export const mayFetch = (url: URL, endpoint: URL): boolean => {
  if (url.username !== '' || url.password !== '') return false;
  if (url.origin === endpoint.origin) return true;
  const { protocol, port, hostname } = url;
  return (
    protocol === 'https:' &&
    port === '' &&
    HUB_DOMAINS.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))
  );
};
