// The few things that only the browser can do: remember the theme, close menus, save a file, and come back after a lost connection.
(() => {
  const root = document.documentElement;

  function applyTheme(choice) {
    if (choice === 'system') root.removeAttribute('data-theme'); else root.setAttribute('data-theme', choice);
    const media = {
      light: choice === 'system' ? 'not all and (prefers-color-scheme: dark)' : choice === 'light' ? 'all' : 'not all',
      dark: choice === 'system' ? '(prefers-color-scheme: dark)' : choice === 'dark' ? 'all' : 'not all',
    };
    for (const link of document.querySelectorAll('link[data-scheme]')) link.media = media[link.dataset.scheme];
    const age = choice === 'system' ? 0 : 31536000;
    document.cookie = `reclab-theme=${choice}; path=/; max-age=${age}; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
    showTheme();
  }

  function showTheme() {
    const now = root.getAttribute('data-theme') || 'system';
    for (const button of document.querySelectorAll('[data-theme-choice]')) button.setAttribute('aria-pressed', String(button.dataset.themeChoice === now));
  }

  // A link to #main would leave the page, because addresses are relative to the root.
  document.addEventListener('click', event => {
    if (!(event.target instanceof Element) || !event.target.closest('[data-skip]')) return;
    event.preventDefault();
    event.stopPropagation();
    document.getElementById('main')?.focus();
  }, true);

  document.addEventListener('click', event => {
    const target = event.target instanceof Element ? event.target : null;
    const choice = target?.closest('[data-theme-choice]');
    if (choice) applyTheme(choice.dataset.themeChoice);
    if (target?.closest('[data-reconnect], [data-reload]')) { event.preventDefault(); location.reload(); }
    for (const menu of document.querySelectorAll('details[data-menu][open]'))
      if (!menu.contains(target) || target.closest('a')) menu.removeAttribute('open');
  });
  document.addEventListener('toggle', event => { if (event.target instanceof Element && event.target.matches('details[data-menu]')) showTheme(); }, true);
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    for (const menu of document.querySelectorAll('details[data-menu][open]')) {
      menu.removeAttribute('open');
      menu.querySelector('summary')?.focus();
    }
  });

  // What a word of the glossary means, beside it: on hover, focus and touch. It can be reached by the pointer; Escape, leaving and scrolling take it away.
  const tip = Object.assign(document.createElement('div'), { className: 'tip', hidden: true });
  tip.setAttribute('role', 'tooltip');
  const termOf = node => node instanceof Element ? node.closest('.term') : null;
  const hideTip = () => { tip.hidden = true; };
  const showTip = term => {
    tip.textContent = term.getAttribute('aria-description');
    document.body.append(tip);
    tip.hidden = false;
    const word = term.getBoundingClientRect(), box = tip.getBoundingClientRect(), width = document.documentElement.clientWidth;
    tip.style.left = `${Math.max(12, Math.min(word.left, width - box.width - 12))}px`;
    tip.style.top = `${word.bottom + box.height + 8 > innerHeight ? Math.max(4, word.top - box.height - 2) : word.bottom + 2}px`;
  };
  for (const kind of ['mouseover', 'focusin', 'click']) document.addEventListener(kind, event => {
    const term = termOf(event.target);
    if (term) showTip(term);
    else if (!tip.hidden && kind !== 'focusin' && !tip.contains(event.target)) hideTip();
  });
  document.addEventListener('focusout', event => { if (termOf(event.target)) hideTip(); });
  document.addEventListener('scroll', hideTip, true);
  document.addEventListener('keydown', event => { if (event.key === 'Escape') hideTip(); });

  const bar = document.getElementById('components-reconnect-modal');
  if (bar) new MutationObserver(() => { if (bar.classList.contains('components-reconnect-rejected')) location.reload(); })
    .observe(bar, { attributes: true, attributeFilter: ['class'] });

  window.reclab = {
    download(name, text, type) {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    },
    copy: text => navigator.clipboard ? navigator.clipboard.writeText(text).then(() => true, () => false) : false,
  };
})();
