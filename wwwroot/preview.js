// The preview says what answered and keeps clicks from leaving it. It listens before the widget can have spoken: its tag stands before the widget's and waits.
(() => {
  const say = text => { document.getElementById('said').textContent = text; };
  document.addEventListener('reclab:load', event => {
    const list = event.detail.list;
    const model = list.model ? `${list.model.id} version ${list.model.version}` : 'nothing';
    const arm = list.experiment?.id ? `, experiment ${list.experiment.id}, arm ${list.experiment.variant}` : '';
    say(`${list.items.length} items by ${model}${list.fallback ? ` as fallback` : ''} (${list.experiment?.reason ?? 'no reason given'}${arm}) in ${list.tookMs} ms.`);
  });
  document.addEventListener('reclab:error', event => say(`No list: ${event.detail.message} Visitors see what stands between the tags.`));
  document.addEventListener('reclab:click', event => event.preventDefault());
})();
