// Starts the page's WebAssembly and wakes its islands: elements that the server drew and named after their function.
const wake = async () => {
  const page = await import('./app.js');
  await page.default();
  page.hydrate();
  for (const island of document.querySelectorAll('leptos-island')) {
    page[island.dataset.component](island);
  }
};

wake().catch((error) => {
  console.error(error);
  document.getElementById('plain-form')?.removeAttribute('hidden');
  document.querySelector('.studio')?.remove();
});
