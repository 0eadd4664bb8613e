// Sets the theme before the first paint. A file of its own, because the content security policy runs no inline script.
(() => {
  const kept = localStorage.getItem('theme');
  const light = matchMedia('(prefers-color-scheme: light)').matches;
  const known = kept === 'NeonCyberNight' || kept === 'SerialSteel';
  document.documentElement.dataset.theme = known ? kept : light ? 'SerialSteel' : 'NeonCyberNight';
})();
