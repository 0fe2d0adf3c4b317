'use strict';
(async () => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const { words, layers, heads } = data;
  const size = words.length;
  const cells = size * size;
  const weights = await unpack(data.weights);
  const $ = id => document.getElementById(id);
  const ALL = -1;
  let layer = data.layer; // from 0, or ALL
  let head = data.head;
  let held = data.word; // index of the word that was clicked, or -1
  let pointed = -1; // of the word under the pointer or with the focus
  let shown = mean(layer, head);

  /** Weights are in ten-thousandths, two bytes each: all low bytes, then all high ones, deflated. */
  async function unpack(text) {
    const packed = Uint8Array.from(atob(text), c => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const count = bytes.length / 2;
    const result = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      result[i] = (bytes[i] + 256 * bytes[count + i]) / 10000;
    }
    return result;
  }

  /** The map of a layer and a head, or the mean of all. */
  function mean(l, h) {
    const sum = new Float32Array(cells);
    const ls = l === ALL ? [...Array(layers).keys()] : [l];
    const hs = h === ALL ? [...Array(heads).keys()] : [h];
    for (const a of ls) {
      for (const b of hs) {
        const from = (a * heads + b) * cells;
        for (let i = 0; i < cells; i++) {
          sum[i] += weights[from + i];
        }
      }
    }
    return sum.map(x => x / (ls.length * hs.length));
  }

  const percent = w => (100 * w).toFixed(1) + ' %';
  const short = w => w < 0.005 ? '' : Math.round(100 * w) + '%';

  function describe(l, h) {
    if (l !== ALL && h !== ALL) return `layer ${l + 1}, head ${h + 1}`;
    if (l !== ALL) return `layer ${l + 1}, mean of its ${heads} heads`;
    if (h !== ALL) return `head ${h + 1}, mean of the ${layers} layers`;
    return `mean of ${layers} layers of ${heads} heads`;
  }

  function element(name, classes, text) {
    const made = document.createElement(name);
    if (classes) made.className = classes;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // The sentence: a button for each word, and what is between them.
  const sentence = $('sentence');
  const buttons = [];
  let end = 0;
  words.forEach((word, index) => {
    if (word.mark) {
      if (index > 0) sentence.append(data.text.slice(end) + ' ');
    } else {
      sentence.append(index === 1 ? ' ' + data.text.slice(0, word.start).trim() : data.text.slice(end, word.start));
      end = word.end;
    }
    const button = element('button', word.mark ? 'word mark' : 'word', word.text);
    button.type = 'button';
    button.dataset.word = index;
    button.tabIndex = -1;
    if (word.pieces) button.title = 'in pieces: ' + word.pieces;
    buttons.push(button);
    sentence.append(button);
  });
  sentence.className = size <= 16 ? 'few' : size <= 48 ? 'some' : '';
  buttons[Math.max(0, held < 0 ? Math.min(1, size - 1) : held)].tabIndex = 0;

  const wordAt = event => {
    const button = event.target.closest('.word');
    return button ? Number(button.dataset.word) : -1;
  };
  sentence.addEventListener('pointerover', event => point(wordAt(event)));
  sentence.addEventListener('pointerleave', () => point(-1));
  sentence.addEventListener('focusin', event => {
    buttons.forEach(button => { button.tabIndex = -1; });
    event.target.tabIndex = 0;
    point(wordAt(event));
  });
  sentence.addEventListener('focusout', () => point(-1));
  sentence.addEventListener('click', event => {
    const word = wordAt(event);
    if (word >= 0) hold(held === word ? -1 : word);
  });
  sentence.addEventListener('keydown', event => {
    const from = wordAt(event);
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: size - 1 }[event.key];
    if (to !== undefined && from >= 0) {
      event.preventDefault();
      buttons[Math.min(size - 1, Math.max(0, to))].focus();
    }
  });
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') hold(-1);
  });

  function point(word) {
    if (word !== pointed) {
      pointed = word;
      show();
    }
  }

  function hold(word) {
    held = word;
    if (word < 0) pointed = -1;
    show();
  }

  /** What the word attends to; without a word, what all words of the text attend to on average. */
  function row(word) {
    if (word >= 0) return Array.from(shown.subarray(word * size, (word + 1) * size));
    const asking = words.map((w, i) => i).filter(i => !words[i].mark);
    return words.map((w, key) => asking.reduce((sum, i) => sum + shown[i * size + key], 0) / Math.max(1, asking.length));
  }

  function show() {
    const asks = pointed >= 0 ? pointed : held;
    const weight = row(asks);
    // Shades compare the words: the marks, which often get most, would leave them pale.
    const most = Math.max(...weight.filter((w, i) => !words[i].mark), 1e-9);
    sentence.classList.toggle('shaded', asks >= 0);
    buttons.forEach((button, i) => {
      button.classList.toggle('asks', i === asks);
      button.classList.toggle('held', i === held);
      button.setAttribute('aria-pressed', String(i === held));
      button.style.setProperty('--shade', asks < 0 ? 0 : Math.min(1, weight[i] / most) ** 0.8);
      button.dataset.percent = asks < 0 ? '' : short(weight[i]);
    });
    $('asked').textContent = asks < 0 ? 'What words attend to on average' : `“${words[asks].name}” attends to`;
    $('shown').textContent = describe(layer, head);
    bars(weight, Math.max(...weight, 1e-9));
    const best = weight.map((w, i) => i).sort((a, b) => weight[b] - weight[a]).slice(0, 3);
    $('said').textContent = asks < 0 ? '' :
      `${words[asks].name} attends to ${best.map(i => `${words[i].name} ${percent(weight[i])}`).join(', ')}`;
  }

  function bars(weight, most) {
    const limit = 24;
    const order = weight.map((w, i) => i).sort((a, b) => weight[b] - weight[a] || a - b);
    const few = order.length <= limit ? order : order.slice(0, limit - 4);
    const items = few.map(i => {
      const item = element('li');
      const bar = element('span', 'bar');
      bar.style.setProperty('--part', weight[i] / most);
      const name = element('span', words[i].mark ? 'mark' : '', words[i].name);
      name.title = words[i].text;
      item.append(name, element('span', 'number', percent(weight[i])), bar);
      return item;
    });
    if (few.length < order.length) {
      const rest = order.slice(few.length);
      items.push(element('li', 'rest',
        `and ${rest.length} more, together ${percent(rest.reduce((sum, i) => sum + weight[i], 0))}`));
    }
    $('bars').replaceChildren(...items);
  }

  // The maps: a row for each layer and one for their mean, a column for each head and one for their mean.
  const maps = [];
  const grid = $('grid');
  const top = element('tr');
  top.append(element('td', 'corner'));
  for (let h = 0; h <= heads; h++) {
    const heading = element('th', '', h < heads ? String(h + 1) : 'mean');
    heading.scope = 'col';
    if (h < heads) heading.setAttribute('aria-label', `head ${h + 1}`);
    top.append(heading);
  }
  grid.append(top);
  for (let l = 0; l <= layers; l++) {
    const line = element('tr');
    const heading = element('th', '', l < layers ? String(l + 1) : 'mean');
    heading.scope = 'row';
    if (l < layers) heading.setAttribute('aria-label', `layer ${l + 1}`);
    line.append(heading);
    for (let h = 0; h <= heads; h++) {
      const map = { layer: l < layers ? l : ALL, head: h < heads ? h : ALL, button: element('button', 'map') };
      const name = describe(map.layer, map.head);
      map.button.type = 'button';
      map.button.title = name;
      map.button.tabIndex = -1;
      map.button.setAttribute('aria-label', name);
      map.button.append(element('canvas', size <= 40 ? 'coarse' : ''));
      map.button.addEventListener('click', () => choose(map.layer, map.head));
      map.button.addEventListener('keydown', event => {
        const at = maps.indexOf(map);
        const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -(heads + 1), ArrowDown: heads + 1 }[event.key];
        if (by && maps[at + by]) {
          event.preventDefault();
          maps[at + by].button.focus();
        }
      });
      maps.push(map);
      const cell = element('td');
      cell.append(map.button);
      line.append(cell);
    }
    grid.append(line);
  }

  function paint() {
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--map').trim().split(/\s+/).map(Number);
    for (const map of maps) {
      const canvas = map.button.firstChild;
      canvas.width = canvas.height = size;
      const context = canvas.getContext('2d');
      const image = context.createImageData(size, size);
      const values = mean(map.layer, map.head);
      for (let i = 0; i < cells; i++) {
        image.data.set(colour, 4 * i);
        image.data[4 * i + 3] = 255 * Math.sqrt(values[i]);
      }
      context.putImageData(image, 0, 0);
    }
  }

  function options(select, count, what) {
    select.append(new Option(`mean of all ${count}`, ALL));
    for (let i = 0; i < count; i++) {
      select.append(new Option(String(i + 1), i));
    }
    select.addEventListener('change', () => choose(Number($('layer').value), Number($('head').value)));
  }

  function choose(l, h) {
    layer = l;
    head = h;
    shown = mean(l, h);
    $('layer').value = l;
    $('head').value = h;
    for (const map of maps) {
      const chosen = map.layer === l && map.head === h;
      map.button.setAttribute('aria-pressed', String(chosen));
      map.button.tabIndex = chosen ? 0 : -1;
    }
    show();
  }

  $('model').textContent = `${data.model} · ${layers} layers of ${heads} heads`;
  $('foot').textContent = (words.some(word => word.pieces)
    ? 'The model has some words in pieces; such a word is shown as one: what it gets is the sum over its pieces, what it gives is their mean. '
    : '') + '[CLS] and [SEP] are the marks that the model puts around a text. The percentages of a word add up to 100; shades compare words of the text.';
  options($('layer'), layers);
  options($('head'), heads);
  choose(layer, head);
  paint();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
  document.documentElement.dataset.ready = 'true';
})();
