// What the page does beyond being read: language, theme, copying, narrowing, folding, deep links, keys.
// Without it every word of the report is there all the same.
(function () {
  'use strict';
  const root = document.documentElement;
  const cards = '.card.finding, .card.host';

  // What is kept between two readings; a browser may forbid it for local files.
  const kept = {
    get: (key) => { try { return localStorage.getItem('csi-triage-' + key); } catch (e) { return null; } },
    set: (key, value) => { try { localStorage.setItem('csi-triage-' + key, value); } catch (e) { /* not kept */ } },
  };

  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const theme = (name) => root.setAttribute('data-theme', name);
  theme(kept.get('theme') || (prefersDark.matches ? 'dark' : 'light'));
  root.classList.add('scripted');

  document.addEventListener('DOMContentLoaded', () => {
    const at = (id) => document.getElementById(id);
    const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
    const on = (id, event, act) => at(id) && at(id).addEventListener(event, act);
    const languages = all('#to-language [lang]').map((word) => word.lang);

    document.querySelector('.tools').hidden = false;

    // Language: the style sheet shows the words of the root's language only.
    function speak(language) {
      root.lang = language;
      all('option[data-en]').forEach((o) => { o.textContent = o.getAttribute('data-' + language.toLowerCase()); });
      all('#to-language [lang]').forEach((word) => { word.hidden = word.lang === language; });
      const title = document.querySelector('h1 [lang="' + language + '"]') || document.querySelector('h1');
      document.title = title.textContent + document.title.slice(document.title.lastIndexOf(' · '));
    }
    function otherLanguage() {
      const next = languages.find((one) => one !== root.lang);
      kept.set('language', next);
      speak(next);
    }
    const wanted = languages.includes(kept.get('language')) ? kept.get('language') : root.lang;
    speak(wanted);
    on('to-language', 'click', otherLanguage);

    // Theme
    function otherTheme() {
      theme(root.getAttribute('data-theme') === 'dark' ? 'light' : 'dark');
      kept.set('theme', root.getAttribute('data-theme'));
    }
    on('to-theme', 'click', otherTheme);
    prefersDark.addEventListener('change', (event) => kept.get('theme') || theme(event.matches ? 'dark' : 'light'));

    // Copying: each command alone, as it is typed.
    function byHand(text) {
      const area = document.createElement('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    async function copy(button, text) {
      try { await navigator.clipboard.writeText(text); } catch (e) { byHand(text); }
      const [idle, done] = [button.querySelector('.idle'), button.querySelector('.done')];
      idle.hidden = true;
      done.hidden = false;
      setTimeout(() => { idle.hidden = false; done.hidden = true; }, 1500);
    }
    // A button is made when its command comes to be seen: there may be thousands.
    const withButtons = (card) => card.open && all('pre.command:not(.copyable > *)', card).forEach((command) => {
      const box = at('copy-button').content.firstElementChild.cloneNode(true);
      const button = box.querySelector('button');
      button.addEventListener('click', () => copy(button, command.querySelector('code').textContent));
      command.replaceWith(box);
      box.prepend(command);
    });
    all('.host[open]').forEach(withButtons);
    document.addEventListener('toggle', (event) => event.target.matches('.host') && withButtons(event.target), true);

    // Folding
    const outermost = () => all('details.card').filter((card) => !card.hidden);
    const allOpen = () => outermost().every((card) => card.open);
    function tellFold() {
      at('to-fold').setAttribute('aria-pressed', String(allOpen()));
    }
    function foldAll() {
      const open = !allOpen();
      all('details.card').forEach((card) => { card.open = open; });
      tellFold();
    }
    on('to-fold', 'click', foldAll);
    document.addEventListener('toggle', tellFold, true);
    tellFold();

    // A link leads to what it names, also where that is folded away.
    function reveal(element) {
      for (let up = element; up; up = up.parentElement) {
        if (up.tagName === 'DETAILS') up.open = true;
        if (up.hidden && up.closest('main')) showAll();
      }
      element.scrollIntoView();
    }

    // Narrowing
    const fields = ['text', 'node', 'rule', 'severity', 'namespace'];
    const texts = new Map();
    const words = (card) => texts.get(card) || texts.set(card, card.textContent.toLowerCase()).get(card);
    const within = (list, one) => (list || '').split(' ').includes(one);
    const asked = () => Object.fromEntries(fields.map((name) => [name, at('by-' + name).value.trim()]));
    const meets = (finding, want) =>
      (!want.node || within(finding.dataset.nodes, want.node)) &&
      (!want.rule || finding.dataset.rule === want.rule) &&
      (!want.severity || finding.dataset.severity === want.severity) &&
      (!want.namespace || within(finding.dataset.namespaces, want.namespace));
    const says = (card, want) => !want.text || words(card).includes(want.text.toLowerCase());

    function narrow() {
      const want = asked();
      const shown = new Set();
      let count = 0;
      all('#proof > .finding').forEach((card) => {
        const told = [card, ...all('.finding', card)];
        const met = told.filter((one) => meets(one, want) && says(one, want));
        card.hidden = !met.length;
        count += met.length;
        if (met.length) told.forEach((one) => shown.add(one.id));
      });
      const concerned = (links) => links.some((link) => shown.has(link.hash.slice(1)));
      all('.host').forEach((host) => {
        const here = !want.node || host.dataset.node === want.node;
        host.hidden = !here || !(concerned(all('.for a', host)) || (want.text && says(host, want)));
      });
      all('[data-findings]').forEach((one) => {
        one.hidden = !one.dataset.findings.split(' ').some((id) => shown.has(id));
      });
      all('[data-moment]').forEach((one) => {
        one.hidden = (want.node && one.dataset.moment !== want.node) || !says(one, want);
      });
      const [now, total] = all('#narrowed b');
      now.textContent = count;
      total.textContent = all('#proof .finding').length;
      at('narrow').classList.toggle('active', fields.some((name) => want[name]));
    }
    function tellAddress() {
      const want = new URLSearchParams(Object.entries(asked()).filter(([, value]) => value));
      history.replaceState(null, '', want.toString() ? '#' + want : location.pathname + location.search);
    }
    function openNarrow(open) {
      at('narrow').hidden = !open;
      at('to-narrow').setAttribute('aria-expanded', String(open));
      if (open) at('by-text').focus();
    }
    function showAll() {
      at('narrow').reset();
      narrow();
    }
    if (at('narrow')) {
      narrow();
      on('to-narrow', 'click', () => openNarrow(at('narrow').hidden));
      on('narrow', 'submit', (event) => event.preventDefault());
      on('narrow', 'input', () => { narrow(); tellAddress(); });
      on('narrow', 'reset', () => setTimeout(() => { narrow(); tellAddress(); }));
    }

    // The address: `#f3` is a place, `#node=worker-1&severity=error` a narrowed page.
    function follow() {
      const hash = location.hash.slice(1);
      if (!hash.includes('=')) {
        if (hash && at(hash)) reveal(at(hash));
        return;
      }
      if (!at('narrow')) return;
      new URLSearchParams(hash).forEach((value, name) => { if (fields.includes(name)) at('by-' + name).value = value; });
      openNarrow(true);
      narrow();
    }
    addEventListener('hashchange', follow);
    follow();

    // Keys
    function step(by) {
      const places = all(cards).filter((card) => card.offsetParent);
      const here = places.indexOf(document.activeElement.closest(cards));
      const next = places[Math.max(0, Math.min(places.length - 1, here + by))];
      if (!next) return;
      next.querySelector('summary').focus({ preventScroll: true });
      next.scrollIntoView();
    }
    const help = () => at('keys').showModal();
    const turn = () => { const card = document.activeElement.closest('details'); if (card) card.open = !card.open; };
    const keys = new Map([
      ['/', () => at('narrow') && openNarrow(true)], ['j', () => step(1)], ['k', () => step(-1)], ['o', turn],
      ['x', foldAll], ['l', otherLanguage], ['t', otherTheme], ['?', help],
    ]);
    at('with-keys').checked = kept.get('keys') !== 'off';
    on('with-keys', 'change', (event) => kept.set('keys', event.target.checked ? 'on' : 'off'));
    on('to-keys', 'click', help);
    document.addEventListener('keydown', (event) => {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (event.key === 'Escape' && event.target.closest('#narrow')) openNarrow(false);
      if (typing || event.ctrlKey || event.metaKey || event.altKey || at('keys').open || !at('with-keys').checked) return;
      if (!keys.has(event.key)) return;
      event.preventDefault();
      keys.get(event.key)();
    });

    // On paper nothing is folded away.
    let folded = [];
    addEventListener('beforeprint', () => {
      folded = all('details:not([open])');
      folded.forEach((one) => { one.open = true; });
    });
    addEventListener('afterprint', () => folded.forEach((one) => { one.open = false; }));
  });
})();
