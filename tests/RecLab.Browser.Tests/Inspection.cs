using Microsoft.Playwright;

namespace RecLab.Browser.Tests;

/// <summary>What anybody can check about a page without knowing it: names, labels, headings, contrast, width, visible focus.</summary>
internal static class Inspection
{
    /// <summary>Findings in words; empty when there is nothing to mend. Contrast by WCAG 2.2 (4.5:1, 3:1 for large text), over the nearest opaque background.</summary>
    public static Task<string[]> FindingsAsync(this IPage page) => page.EvaluateAsync<string[]>(Script);

    /// <summary>Presses Tab and says which focused elements show no outline.</summary>
    public static async Task<string[]> FocusFindingsAsync(this IPage page, int presses = 12)
    {
        List<string> findings = [];
        for (var i = 0; i < presses; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var finding = await page.EvaluateAsync<string?>("""
                () => {
                  const e = document.activeElement;
                  if (!e || e === document.body || e.tabIndex < 0) return null; // a heading that the page focuses by itself after a navigation is no stop of the keyboard
                  const s = getComputedStyle(e);
                  return s.outlineStyle === 'none' || parseFloat(s.outlineWidth) < 2 ? `no visible focus on ${e.tagName.toLowerCase()} "${(e.textContent || e.id).trim().slice(0, 40)}"` : null;
                }
                """);
            if (finding is not null) findings.Add(finding);
        }
        return [.. findings.Distinct()];
    }

    private const string Script = """
        () => {
          const found = new Set(), doc = document;
          const shown = e => { const r = e.getBoundingClientRect(), s = getComputedStyle(e); return r.width > 1 && r.height > 1 && s.visibility !== 'hidden' && s.display !== 'none'; };
          const say = (what, e) => found.add(`${what}: <${e.tagName.toLowerCase()}${e.id ? ' #' + e.id : ''}${e.className && e.className.baseVal === undefined ? ' .' + String(e.className).trim().replace(/\s+/g, '.') : ''}> "${(e.textContent || '').trim().slice(0, 40)}"`);
          const named = e => e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.getAttribute('title') || (e.labels && e.labels.length) || (e.textContent || '').trim();
          if (!doc.documentElement.lang) found.add('the page has no language');
          if (!doc.title.trim()) found.add('the page has no title');
          const h1 = [...doc.querySelectorAll('h1')].filter(shown);
          if (h1.length !== 1) found.add(`the page has ${h1.length} main headings`);
          if (doc.querySelectorAll('main').length !== 1) found.add('the page has not exactly one main landmark');
          const ids = new Map();
          for (const e of doc.querySelectorAll('[id]')) ids.set(e.id, (ids.get(e.id) || 0) + 1);
          for (const [id, n] of ids) if (n > 1) found.add(`id ${id} is used ${n} times`);
          for (const e of doc.querySelectorAll('input:not([type=hidden]),select,textarea')) if (shown(e) && !(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')) say('input without a label', e);
          for (const e of doc.querySelectorAll('button,a[href],summary,[role=button],[role=tab]')) if (shown(e) && !named(e)) say('control without a name', e);
          for (const e of doc.querySelectorAll('img')) if (!e.hasAttribute('alt')) say('image without alt', e);
          for (const e of doc.querySelectorAll('svg')) if (!e.closest('[aria-hidden=true],[role=img]') && !e.parentElement.closest('svg')) say('drawing neither hidden nor labelled', e);
          for (const e of doc.querySelectorAll('table')) if (shown(e) && !e.querySelector('th')) say('table without heads', e);

          const canvas = doc.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const rgba = text => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = '#000'; canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
          const light = c => { const l = c.slice(0, 3).map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * l[0] + .7152 * l[1] + .0722 * l[2]; };
          const behind = e => { for (let n = e; n; n = n.parentElement) { const c = rgba(getComputedStyle(n).backgroundColor); if (c[3] > .98) return c; if (getComputedStyle(n).backgroundImage !== 'none' && n !== e) return null; } return rgba(getComputedStyle(doc.documentElement).backgroundColor); };
          const walk = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
          for (let n = walk.nextNode(); n; n = walk.nextNode()) {
            const e = n.parentElement;
            if (!n.textContent.trim() || !e || e.closest('svg,script,style,option,[disabled],.vh,.rzi') || !shown(e)) continue;
            const s = getComputedStyle(e), under = behind(e);
            if (!under || parseFloat(s.opacity) < 1) continue;
            const a = light(rgba(s.color)), b = light(under), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            const large = parseFloat(s.fontSize) >= 24 || (parseFloat(s.fontSize) >= 18.66 && +s.fontWeight >= 700);
            if (ratio < (large ? 3 : 4.5)) say(`contrast ${ratio.toFixed(2)}`, e);
          }
          const over = doc.documentElement.scrollWidth - doc.documentElement.clientWidth;
          if (over > 0) found.add(`the page is ${over} px too wide`);
          return [...found];
        }
        """;
}
