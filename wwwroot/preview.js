// The preview says what answered, keeps clicks from leaving it, and shows where the list came from.
(() => {
  const said = document.getElementById('said');
  document.addEventListener('reclab:load', event => {
    const list = event.detail.list;
    const model = list.model ? `${list.model.id} version ${list.model.version}` : 'nothing';
    const arm = list.experiment?.id ? `, experiment ${list.experiment.id}, arm ${list.experiment.variant}` : '';
    said.textContent = `${list.items.length} items by ${model}${list.fallback ? ` as fallback` : ''} (${list.experiment?.reason ?? 'no reason given'}${arm}) in ${list.tookMs} ms.`;
  });
  document.addEventListener('reclab:error', event => { said.textContent = `No list: ${event.detail.message} Visitors see what stands between the tags.`; });
  document.addEventListener('reclab:click', event => event.preventDefault());
})();
