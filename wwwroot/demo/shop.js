/* The demo shop's own script: pages, basket, consent banner. Recommendations are the widget's business. */
(() => {
  'use strict';
  const main = document.querySelector('main');
  const money = (item) => (item.price == null ? '' : (item.price / 100).toLocaleString(undefined, { style: 'currency', currency: 'EUR' }));
  const el = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [k, v] of Object.entries(attributes)) k === 'onclick' ? node.addEventListener('click', v) : node.setAttribute(k, v);
    node.append(...children.filter((c) => c != null));
    return node;
  };
  const json = async (path) => {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  };
  const basket = {
    read() { try { return JSON.parse(sessionStorage.getItem('basket')) ?? []; } catch { return []; } },
    write(ids) { sessionStorage.setItem('basket', JSON.stringify(ids)); show(); },
  };
  // The widget's script is async: what it is told before it is there waits for it.
  const widgets = customElements.whenDefined('reclab-recommendations');
  const report = (event) => widgets.then(() => window.reclab.event(event));
  const show = () => { document.querySelector('#basket').textContent = `Basket, ${basket.read().length}`; };
  const cover = (item) => el('img', { src: item.image, alt: '', width: 200, height: 300 });
  const link = (item) => el('a', { href: `/demo/item/${encodeURIComponent(item.id)}` }, item.title);

  function widget(placement, heading, attributes = {}) {
    const node = el('reclab-recommendations', { placement, heading, n: '8', layout: 'carousel', ...attributes }, el('a', { href: '#bestsellers' }, 'Bestsellers'));
    const section = el('section', { class: 'shelf' }, node);
    const why = el('section', { class: 'why', 'aria-live': 'polite' });
    why.hidden = true;
    let list = null;
    const explain = () => {
      why.replaceChildren();
      if (!list) return;
      const staff = document.querySelector('#staff').checked;
      const reasons = list.items.filter((i) => i.reasons?.length).slice(0, 4).map((i) => el('li', {}, `${i.title}: ${i.reasons.map(words).join(', ')}`));
      why.append(el('h3', {}, 'Why this?'),
        el('div', {}, reasons.length ? el('ul', {}, ...reasons) : el('p', {}, list.fallback ? 'What most readers choose; nothing about you was used.' : 'From what you and readers like you have opened.')));
      if (staff) why.append(el('p', {}, el('span', { class: 'badge' }, list.experiment?.id ? `Variant ${list.experiment.variant} in ${list.experiment.id} (${list.experiment.reason})` : 'No experiment counted this list'), ' ',
        el('span', { class: 'badge' }, list.model ? `Model ${list.model.id} v${list.model.version}` : 'No model'), ' ', el('span', { class: 'badge' }, list.fallback ? `Fallback: ${list.fallback}` : 'No fallback')));
    };
    const plain = { popular: 'many readers open it', history: 'it goes with what you opened', listed: 'the shop chose it for you', explored: 'it is tried out, so that it gets its chance', new: 'it has just come in' };
    const words = (r) => (r.itemId ? `because of ${r.itemId}` : plain[r.type] ?? r.type);
    node.addEventListener('reclab:load', (e) => { list = e.detail.list; explain(); button.hidden = false; });
    node.addEventListener('reclab:error', () => { list = null; why.hidden = true; button.hidden = true; });
    node.addEventListener('reclab:click', (e) => { if (!e.detail.item.url) location.assign(`/demo/item/${encodeURIComponent(e.detail.item.id)}`); });
    document.querySelector('#staff').addEventListener('change', explain);
    const button = el('button', { class: 'btn', type: 'button', 'aria-expanded': 'false', onclick: () => { why.hidden = !why.hidden; button.setAttribute('aria-expanded', String(!why.hidden)); explain(); } }, 'Why this?');
    button.hidden = true;
    section.append(el('p', {}, button));
    return [section, why];
  }

  const bestsellers = async () => {
    const items = await json('/demo/data/bestsellers');
    return el('section', { class: 'shelf short', id: 'bestsellers' }, el('h2', {}, 'Bestsellers'), el('p', {}, 'The list we show when personal picks are not available, or not wanted.'),
      el('ol', { class: 'best' }, ...items.map((i) => el('li', {}, link(i), el('span', {}, i.categories.join(', ')), el('b', {}, money(i))))));
  };

  async function home() {
    const best = await json('/demo/data/bestsellers');
    const first = best[0];
    const hero = first && el('section', { class: 'hero' }, el('div', {}, el('p', { class: 'kick' }, 'Item of the month'), el('h1', {}, first.title), el('p', {}, first.description),
      el('a', { class: 'btn full', href: `/demo/item/${encodeURIComponent(first.id)}` }, 'Look inside')), cover(first));
    main.replaceChildren(...[hero, ...widget('home', 'For you'), await bestsellers()].filter(Boolean));
  }

  async function item(id) {
    const found = await json(`/demo/data/items/${encodeURIComponent(id)}`);
    document.title = `${found.title} · Marginalia`;
    main.replaceChildren(el('article', { class: 'product' }, cover(found), el('div', {}, el('p', { class: 'muted' }, found.categories.join(', ')), el('h1', {}, found.title), el('p', {}, found.description),
      el('p', { class: 'price' }, money(found)),
      el('button', { class: 'btn', type: 'button', onclick: () => {
        basket.write([...new Set([...basket.read(), id])]);
        report({ type: 'add_to_cart', itemId: id });
      } }, 'Add to basket'))), ...widget('item', 'Often opened next', { item: id }));
  }

  async function cart() {
    const rows = await Promise.all(basket.read().map((id) => json(`/demo/data/items/${encodeURIComponent(id)}`)));
    const table = rows.length
      ? el('table', {}, el('thead', {}, el('tr', {}, el('th', {}, 'Item'), el('th', {}, 'Price'), el('th', {}, ''))), el('tbody', {}, ...rows.map((r) => el('tr', {}, el('td', {}, link(r)), el('td', {}, money(r)),
        el('td', {}, el('button', { class: 'btn', type: 'button', onclick: () => { basket.write(basket.read().filter((x) => x !== r.id)); route(); } }, `Remove ${r.title}`))))))
      : el('p', {}, 'Your basket is empty.');
    const buy = rows.length ? el('button', { class: 'btn', type: 'button', onclick: () => {
      for (const r of rows) report({ type: 'purchase', itemId: r.id, value: r.price ?? 0, currency: 'EUR' });
      basket.write([]);
      main.replaceChildren(el('h1', {}, 'Thank you'), el('p', {}, 'Nothing was charged: this is a demonstration.'));
    } }, 'Buy') : null;
    main.replaceChildren(...[el('h1', {}, 'Basket'), table, buy, el('p', {}), ...widget('cart', 'Goes well with it')].filter(Boolean));
  }

  async function route() {
    show();
    try {
      const path = location.pathname;
      if (path.startsWith('/demo/item/')) await item(decodeURIComponent(path.slice('/demo/item/'.length)));
      else if (path === '/demo/cart') await cart();
      else await home();
    } catch (error) {
      main.replaceChildren(el('h1', {}, 'Not on the shelf'), el('p', {}, error.message === '404' ? 'This item is not in the catalogue, or no data set has been imported yet.' : 'The shop could not be read just now. Try again in a moment.'), el('p', {}, el('a', { class: 'btn', href: '/demo' }, 'Back to the shop')));
    }
  }

  /* Consent: the shop remembers the answer; the widget is told. */
  const banner = document.querySelector('.consent');
  const decide = (answer) => { localStorage.setItem('shop.consent', answer); banner.hidden = true; widgets.then(() => window.reclab.consent(answer)); };
  document.querySelector('#yes').addEventListener('click', () => decide('granted'));
  document.querySelector('#no').addEventListener('click', () => decide('denied'));
  document.querySelector('#ask').addEventListener('click', () => { banner.hidden = false; document.querySelector('#no').focus(); });
  const kept = localStorage.getItem('shop.consent');
  if (kept) widgets.then(() => window.reclab.consent(kept)); else banner.hidden = false;
  route();
})();
