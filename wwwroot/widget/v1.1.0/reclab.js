/* RecLab widget: <reclab-recommendations placement="home" n="8" layout="carousel" heading="For you">fallback</reclab-recommendations>
   No dependency, no cookie; stores nothing before reclab.consent("granted"). Contract: docs of the Placements page. */
(() => {
  'use strict';
  if (window.reclab) return;
  const script = document.currentScript;
  const host = new URL(script ? script.src : location.href).origin;
  const key = script?.dataset.key ?? '';
  const FLUSH_MS = 3000, FLUSH_AT = 20, TIMEOUT_MS = 1500, KEEP_MS = 396 * 864e5, OFFLINE_MS = 864e5, OFFLINE_MAX = 200, BATCH = 200, BODY_MAX = 60000;
  const FINAL = [400, 401, 403, 410, 413, 422];
  const ID = 'reclab.id', QUEUE = 'reclab.queue';

  const refused = () => navigator.globalPrivacyControl === true || navigator.doNotTrack === '1';
  let consent = refused() ? 'denied' : ['granted', 'denied'].includes(script?.dataset.consent) ? script.dataset.consent : 'unknown';
  const session = uuid();
  const widgets = new Set();

  // Time-ordered ids (UUID version 7) keep the event log's index in order.
  function uuid() {
    const b = crypto.getRandomValues(new Uint8Array(16));
    const t = Date.now();
    for (let i = 0; i < 6; i++) b[i] = Math.floor(t / 2 ** (8 * (5 - i))) & 255;
    b[6] = (b[6] & 15) | 112; b[8] = (b[8] & 63) | 128;
    const h = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
  }

  const store = {
    get(name) { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } },
    set(name, value) { try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* storage is full or forbidden: the id lives for this page view only */ } },
    drop(name) { try { localStorage.removeItem(name); } catch { /* nothing was stored then */ } },
  };

  // The visitor's own random id, kept 13 months and only with consent.
  let memoryId = null;
  function visitor() {
    if (consent !== 'granted') return null;
    const kept = store.get(ID);
    if (kept && Date.now() - kept.at < KEEP_MS) return kept.id;
    memoryId ??= uuid();
    store.set(ID, { id: memoryId, at: Date.now() });
    return memoryId;
  }

  /* ---- events: queued, batched, sent again with the same ids ---- */
  const queue = [];
  let timer = 0, tries = 0, sending = false;

  function enqueue(event, now) {
    queue.push(event);
    keep();
    if (now || queue.length >= FLUSH_AT) flush();
    else schedule(FLUSH_MS);
  }

  function schedule(ms) {
    if (timer) return;
    timer = setTimeout(() => { timer = 0; flush(); }, ms);
  }

  function keep(always) {
    if (consent === 'granted' && (always || !navigator.onLine)) store.set(QUEUE, { at: Date.now(), events: queue.slice(-OFFLINE_MAX) });
  }

  const body = (events) => JSON.stringify({ sentAt: new Date().toISOString(), events });
  const address = () => `${host}/api/v1/events?key=${encodeURIComponent(key)}`;
  const bytes = new TextEncoder();

  // The oldest events, as many as a body may hold that the server takes from a page (64 KiB) and a browser from a page that goes; always one.
  function parcel(most) {
    for (let n = Math.min(most, queue.length); ; n = n >> 1) {
      const events = queue.slice(0, n), text = body(events), size = bytes.encode(text).length;
      if (size <= BODY_MAX || n === 1) return { events, text, size };
    }
  }

  // By name, not by number: while they travelled the page may have gone and come back, or consent have been taken back.
  function drop(events) {
    const gone = new Set(events);
    queue.splice(0, queue.length, ...queue.filter((e) => !gone.has(e)));
  }

  async function flush(most = BATCH) {
    if (sending || !queue.length) return;
    clearTimeout(timer); timer = 0;
    sending = true;
    const { events, text, size } = parcel(most);
    let status = 0, wait = 0;
    try {
      const answer = await fetch(address(), { method: 'POST', body: text, credentials: 'omit', keepalive: size <= BODY_MAX / 2, headers: { 'Content-Type': 'text/plain' } });
      status = answer.status;
      wait = (Number(answer.headers.get('Retry-After')) || 0) * 1000;
    } catch { /* status 0: no connection, or a blocker */ }
    sending = false;
    if (status === 413 && events.length > 1) { flush(events.length >> 1); return; } // something between takes less than the server does
    if ((status >= 200 && status < 300) || FINAL.includes(status)) {
      drop(events);
      tries = 0;
      if (queue.length) flush(); else store.drop(QUEUE);
      return;
    }
    tries++;
    if (tries > (status ? 10 : 3)) { tries = 0; if (status || navigator.onLine) drop(events); keep(); if (queue.length && navigator.onLine) schedule(FLUSH_MS); return; }
    schedule(Math.max(wait, Math.min(3000 * 2 ** (tries - 1), 18e5) * (0.75 + Math.random() / 2)));
  }

  // The page is going: hand everything to the browser in pieces that beacons accept; what it does not take, the next page sends.
  function farewell() {
    while (queue.length) {
      const { events, text } = parcel(queue.length);
      if (!navigator.sendBeacon(address(), text)) { keep(true); flush(); return; }
      drop(events);
    }
  }
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') farewell(); });
  addEventListener('pagehide', farewell);
  addEventListener('online', () => { tries = 0; flush(); });

  function recall() {
    const kept = store.get(QUEUE);
    store.drop(QUEUE);
    if (kept && Date.now() - kept.at < OFFLINE_MS) { queue.unshift(...kept.events); flush(); }
  }

  /* ---- looks ---- */
  const css = `:host{display:block;font:inherit;color:var(--reclab-color,inherit);container-type:inline-size}
:host([hidden]){display:none}h2{font:inherit;font-weight:600;font-size:1.25rem;line-height:1.4;margin:0 0 .75rem}h2 span{font:var(--reclab-heading-font,inherit)}
.bar{display:flex;align-items:center;gap:.5rem}.bar h2{flex:1}
button{inline-size:2.75rem;block-size:2.75rem;border-radius:50%;border:1px solid var(--reclab-line,#8a9794);background:var(--reclab-surface,transparent);color:inherit;cursor:pointer;font-size:1.1rem}
button[disabled]{opacity:.35;cursor:default}:host(:dir(rtl)) button span{display:inline-block;transform:scaleX(-1)}
ul{list-style:none;margin:0;padding:2px;display:grid;gap:var(--reclab-gap,1.25rem)}
ul.carousel{grid-auto-flow:column;grid-auto-columns:var(--reclab-card,11rem);overflow-x:auto;scroll-snap-type:x proximity;scroll-padding-inline:2px;scrollbar-width:thin}
ul.carousel li{scroll-snap-align:start}ul.grid{grid-template-columns:repeat(auto-fill,minmax(var(--reclab-card,11rem),1fr))}
ul.list{grid-template-columns:1fr}ul.list .link{display:grid;grid-template-columns:4.5rem 1fr;gap:.75rem;align-items:center}
.link{display:block;color:inherit;text-decoration:none;border-radius:var(--reclab-radius,6px)}
a:focus-visible,button:focus-visible{outline:2px solid var(--reclab-focus,#164a93);outline-offset:2px}
a:hover .title{text-decoration:underline}
.image{display:block;inline-size:100%;block-size:auto;aspect-ratio:2/3;object-fit:cover;border-radius:var(--reclab-radius,6px);background:var(--reclab-tint,#ebefed)}
.title{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;margin-block-start:.5rem;font-weight:600;line-height:1.3;block-size:2.6em;overflow-wrap:anywhere}
.sub{display:block;opacity:.78;font-size:.875em;line-height:1.4;block-size:1.4em;overflow:hidden;white-space:nowrap;text-overflow:ellipsis}
@media (prefers-reduced-motion:no-preference){ul.carousel{scroll-behavior:smooth}}`;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);

  const web = (text) => {
    try { const url = new URL(text, host); return /^https?:$/.test(url.protocol) ? url.href : null; } catch { return null; }
  };
  const make = (name, part, text) => {
    const node = document.createElement(name);
    if (part) node.setAttribute('part', part), node.className = part;
    if (text != null) node.textContent = text;
    return node;
  };

  const ghost = () => {
    const [li, link, words] = [make('li', 'card'), make('span', 'link'), make('span')];
    li.setAttribute('part', 'card ghost');
    li.setAttribute('aria-hidden', 'true');
    words.append(make('span', 'title'), make('span', 'sub'));
    link.append(make('span', 'image'), words);
    li.append(link);
    return li;
  };

  class Recommendations extends HTMLElement {
    static observedAttributes = ['placement', 'user', 'item', 'n', 'layout', 'heading', 'exclude'];
    #frame; #box; #slot; #watch = null; #timers = new Map(); #seen = new Set(); #list = null; #load = 0; #abort = null; #due = false; #lateness = 0;

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sheet];
      this.#frame = root.appendChild(make('div'));
      this.#box = this.#frame.appendChild(make('div'));
      this.#slot = this.#frame.appendChild(document.createElement('slot'));
    }

    connectedCallback() { widgets.add(this); this.reload(); }

    disconnectedCallback() { widgets.delete(this); this.#load++; this.#abort?.abort(); this.#stop(); }

    attributeChangedCallback() { if (this.isConnected) this.reload(); }

    /** The last answer of the server, or null. */
    get list() { return this.#list; }

    /** Asks for a new list; several changes in one turn ask once. */
    reload() {
      if (this.#due) return;
      this.#due = true;
      queueMicrotask(() => { this.#due = false; if (this.isConnected) this.#ask(); });
    }

    /** Takes an item off the list and says so to the server. */
    dismiss(id) {
      const at = this.#list?.items.findIndex((i) => i.id === id) ?? -1;
      if (at < 0) return;
      this.#send('dismiss', this.#list.items[at], true);
      this.#box.querySelectorAll('li')[at].hidden = true;
    }

    async #ask() {
      const turn = ++this.#load;
      this.#abort?.abort();
      this.#abort = new AbortController();
      const query = new URLSearchParams({ key, placement: this.getAttribute('placement') ?? 'home', n: this.getAttribute('n') ?? '8', session, consent });
      for (const name of ['item', 'exclude']) if (this.getAttribute(name)) query.set(name, this.getAttribute(name));
      if (!this.#list) this.#draw(Array.from({ length: Math.min(Number(query.get('n')) || 8, 100) }, ghost));
      const user = consent === 'granted' ? this.getAttribute('user') || visitor() : null;
      if (user) query.set('user', user);
      clearTimeout(this.#lateness); // that of a question nobody waits for any more
      this.#lateness = setTimeout(() => this.#abort.abort(new Error('The list did not come in time.')), TIMEOUT_MS);
      try {
        const answer = await fetch(`${host}/api/v1/recommendations?${query}`, { credentials: 'omit', signal: this.#abort.signal });
        if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
        const list = await answer.json();
        if (turn !== this.#load) return;
        if (!list.items?.length) throw new Error('The list is empty.');
        this.#list = list;
        list.user = user;
        this.#tell('load', { list });
        this.#show();
      } catch (error) {
        if (turn !== this.#load) return;
        this.#stop();
        this.#list = null;
        this.#frame.style.minBlockSize = `${this.#frame.offsetHeight}px`; // what stands below stays where it is
        this.#box.replaceChildren();
        this.#slot.hidden = false;
        if (this.getAttribute('fallback') === 'hide') this.hidden = true;
        this.#tell('error', { message: String(error.message ?? error) });
      } finally {
        if (turn === this.#load) clearTimeout(this.#lateness);
      }
    }

    #show() {
      this.#stop();
      this.hidden = false;
      const cards = this.#list.items.map((item, at) => this.#card(item, at));
      this.#draw(cards);
      this.#seen = new Set();
      this.#watch = new IntersectionObserver((entries) => entries.forEach((e) => this.#look(e)), { threshold: [0.3, 0.5] });
      cards.forEach((card) => this.#watch.observe(card));
      for (const item of this.#list.items) this.#send('rendered', item);
      this.#tell('rendered', { list: this.#list });
      document.addEventListener('visibilitychange', this.#awake);
    }

    // Heading, arrows and cards; cards without an item hold the place while the list is on its way, so that nothing moves when it comes.
    #draw(cards) {
      const layout = ['grid', 'list'].includes(this.getAttribute('layout')) ? this.getAttribute('layout') : 'carousel';
      const ul = make('ul', 'items');
      ul.classList.add(layout);
      ul.setAttribute('role', 'list');
      ul.append(...cards);
      const bar = make('div');
      bar.className = 'bar';
      if (this.getAttribute('heading')) {
        const h = make('h2', 'heading');
        h.append(make('span', null, this.getAttribute('heading')));
        h.id = 'h';
        ul.setAttribute('aria-labelledby', 'h');
        bar.append(h);
      } else ul.setAttribute('aria-label', 'Recommendations');
      if (layout === 'carousel') bar.append(this.#arrow('‹', 'Previous', ul, -1), this.#arrow('›', 'Next', ul, 1));
      this.#box.setAttribute('aria-busy', String(!this.#list));
      this.#box.replaceChildren(bar, ul);
      this.#slot.hidden = true;
      this.#frame.style.minBlockSize = '';
    }

    #arrow(sign, label, ul, step) {
      const button = make('button', 'arrow');
      button.type = 'button';
      button.setAttribute('aria-label', label);
      const mark = make('span', null, sign);
      mark.setAttribute('aria-hidden', 'true');
      button.append(mark);
      const flow = () => (getComputedStyle(this).direction === 'rtl' ? -1 : 1);
      button.addEventListener('click', () => ul.scrollBy({ left: step * flow() * ul.clientWidth * 0.8 }));
      return button;
    }

    #card(item, at) {
      const li = make('li', 'card');
      li.dataset.at = at;
      const a = make('a', 'link');
      a.href = (item.url && web(item.url)) || '#';
      a.rel = 'noopener';
      const source = item.image && web(item.image);
      const img = make(source ? 'img' : 'span', 'image');
      if (source) Object.assign(img, { alt: '', loading: 'lazy', width: 200, height: 300, referrerPolicy: 'no-referrer', src: source });
      a.append(img);
      const words = make('span');
      words.append(make('span', 'title', item.title ?? item.id));
      const sub = [item.categories?.[0], item.price != null && item.currency ? (item.price / 100).toLocaleString(undefined, { style: 'currency', currency: item.currency }) : null].filter(Boolean).join(' · ');
      words.append(make('span', 'sub', sub));
      a.append(words);
      a.addEventListener('click', (e) => {
        this.#viewable(at); // a click implies that the item was seen
        this.#send('click', item, true);
        if (!this.#tell('click', { item, position: at + 1 }, true) || a.getAttribute('href') === '#') e.preventDefault();
      });
      li.append(a);
      return li;
    }

    // MRC: half of the card (0.3 of a large one) for a whole second in a visible tab.
    #look(entry) {
      const at = Number(entry.target.dataset.at);
      const area = entry.boundingClientRect.width * entry.boundingClientRect.height;
      const enough = entry.isIntersecting && entry.intersectionRatio >= (area >= 242500 ? 0.3 : 0.5);
      if (!enough) { this.#forget(at); entry.target.removeAttribute('data-in'); return; }
      entry.target.dataset.in = '';
      this.#wait(at);
    }

    #wait(at) {
      if (this.#seen.has(at) || this.#timers.has(at) || document.visibilityState !== 'visible') return;
      this.#timers.set(at, setTimeout(() => { this.#timers.delete(at); this.#viewable(at); }, 1000));
    }

    #forget(at) { clearTimeout(this.#timers.get(at)); this.#timers.delete(at); }

    #awake = () => {
      if (document.visibilityState !== 'visible') { for (const at of [...this.#timers.keys()]) this.#forget(at); return; }
      this.#box.querySelectorAll('li[data-in]').forEach((li) => this.#wait(Number(li.dataset.at)));
    };

    #viewable(at) {
      if (this.#seen.has(at)) return;
      this.#seen.add(at);
      this.#forget(at);
      this.#send('viewable', this.#list.items[at]);
      this.#tell('viewable', { item: this.#list.items[at], position: at + 1 });
    }

    #stop() {
      clearTimeout(this.#lateness);
      this.#watch?.disconnect();
      this.#watch = null;
      for (const at of [...this.#timers.keys()]) this.#forget(at);
      document.removeEventListener('visibilitychange', this.#awake);
    }

    #send(type, item, now) {
      const event = { eventId: uuid(), type, recommendationId: this.#list.recommendationId, itemId: item.id, position: item.rank, session, occurredAt: new Date().toISOString() };
      if (this.#list.user) event.user = this.#list.user;
      enqueue(event, now);
    }

    #tell(name, detail, cancelable = false) {
      return this.dispatchEvent(new CustomEvent(`reclab:${name}`, { detail, bubbles: true, composed: true, cancelable }));
    }
  }

  window.reclab = Object.freeze({
    version: '1.1.0',
    /** Says what the visitor decided; without an argument, tells what holds now. */
    consent(decision) {
      if (decision === undefined) return consent;
      if (!['granted', 'denied', 'unknown'].includes(decision)) throw new TypeError('consent is "granted", "denied" or "unknown"');
      const next = decision === 'granted' && refused() ? 'denied' : decision;
      if (next === consent) return consent;
      consent = next;
      if (consent !== 'granted') { store.drop(ID); store.drop(QUEUE); memoryId = null; queue.length = 0; }
      else recall();
      widgets.forEach((w) => w.reload());
      return consent;
    },
    /** Sends what is waiting. */
    flush: () => flush(),
    /** Reports something that happened outside a widget, for example a purchase: reclab.event({type, itemId, recommendationId, value, currency}). */
    event(event) {
      const user = visitor();
      enqueue({ eventId: uuid(), session, occurredAt: new Date().toISOString(), ...(user ? { user } : {}), ...event }, true);
    },
  });
  if (consent === 'granted') recall();
  customElements.define('reclab-recommendations', Recommendations);
})();
