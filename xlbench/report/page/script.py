"""What the page does by itself: tables are sorted and filtered, the contents follow.

Without it the page is whole: tools and buttons are made by the script that they need.
"""

SCRIPT = """
for (const frame of document.querySelectorAll('.frame')) {
  const table = frame.querySelector('table'), body = table.tBodies[0];
  const rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
  if (rows.length < 2) continue;
  const text = (row, n) => row.cells[n].textContent.trim();
  const key = (row, n) => {
    const number = parseFloat(text(row, n).replace(/,/g, '').replace('−', '-').replace('×', ''));
    return heads[n].className || n === 0 ? text(row, n) : number;
  };
  heads.forEach((head, n) => {
    const button = document.createElement('button');
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      heads.forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      // What was not measured stands last, whichever way.
      const keyed = rows.map(row => [key(row, n), row]);
      const missing = value => value === '–' || value === '' || Number.isNaN(value);
      keyed.sort(([a], [b]) => missing(a) - missing(b) ||
        (missing(a) ? 0 : (up ? 1 : -1) * (typeof a === 'string' ? a.localeCompare(b) : a - b)));
      body.append(...keyed.map(([, row]) => row));
    });
  });
  if (rows.length < 8) continue;
  const tools = document.createElement('div'), chosen = [];
  tools.className = 'tools';
  const tool = (name, made) => {
    const label = document.createElement('label');
    label.append(name, made);
    tools.append(label);
    made.addEventListener('input', filter);
    return made;
  };
  const search = Object.assign(document.createElement('input'), {type: 'search'});
  tool('Lines with', search);
  heads.forEach((head, n) => {
    if (!('choice' in head.dataset)) return;
    const select = document.createElement('select');
    const values = [...new Set(rows.map(row => text(row, n)))].sort();
    select.append(new Option('all', ''), ...values.map(value => new Option(value)));
    chosen.push([n, tool(head.textContent, select)]);
  });
  const count = document.createElement('output');
  tools.append(count);
  frame.before(tools);
  function filter() {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const whole = row.textContent.toLowerCase();
      row.hidden = !words.every(word => whole.includes(word)) ||
        chosen.some(([n, select]) => select.value && text(row, n) !== select.value);
      left += !row.hidden;
    }
    count.textContent = `${left} of ${rows.length} lines`;
  }
  filter();
}
const figures = [...document.querySelectorAll('figure[data-task]')];
const kinds = new Map(figures.map(figure => [figure.dataset.task, figure.dataset.title]));
if (kinds.size > 1) {
  const select = document.createElement('select'), label = document.createElement('label');
  select.append(new Option('all tasks', ''),
    ...[...kinds].map(([task, title]) => new Option(title, task)));
  label.append('Pictures of ', select);
  const tools = document.createElement('div');
  tools.className = 'tools';
  tools.append(label);
  // Beside the pictures where there is room for it, else above them.
  if (matchMedia('(min-width: 70rem)').matches) document.querySelector('nav').append(tools);
  else figures[0].closest('section').before(tools);
  select.addEventListener('input', () => figures.forEach(figure => {
    figure.hidden = Boolean(select.value) && figure.dataset.task !== select.value;
  }));
}
const links = new Map([...document.querySelectorAll('nav a')].map(a => [a.hash.slice(1), a]));
const seen = new IntersectionObserver(entries => entries.forEach(entry => {
  const link = links.get(entry.target.id);
  if (!link || !entry.isIntersecting) return;
  links.forEach(other => other.removeAttribute('aria-current'));
  link.setAttribute('aria-current', 'true');
  const list = link.closest('ul');
  list.scrollLeft = link.offsetLeft - list.offsetLeft - 20;
}), {rootMargin: '-10% 0px -80% 0px'});
document.querySelectorAll('main > section').forEach(section => seen.observe(section));
"""
