/* global document */
import { CandleChart } from './candle-chart.js';
import { embedded, unpackCandles } from './candle-data.js';

/** Brings the page to life: the candle chart, and what the other charts say under the pointer. */
const report = embedded('report');
const course = embedded('course');

function readAt(plot, index) {
  const lines = course.plots[plot.dataset.plot];
  const time = new Date(course.atMs[index]).toISOString().slice(0, 16).replace('T', ' ');
  const text = lines.map(({ name, key, unit }) => {
    const value = course[key][index];
    return `${name}  ${unit === '%' ? `${(value * 100).toFixed(2)} %` : value.toLocaleString('en', { maximumFractionDigits: 2 })}`;
  });
  return [time, ...text].join('\n');
}

function makeReadable(plot) {
  const [cursor, tip] = [plot.querySelector('.cursor'), plot.querySelector('.tip')];
  const [first, last] = [course.atMs[0], course.atMs[course.atMs.length - 1]];
  let current = course.atMs.length - 1;
  const show = (index) => {
    current = Math.max(0, Math.min(course.atMs.length - 1, index));
    const share = (course.atMs[current] - first) / Math.max(1, last - first);
    cursor.hidden = tip.hidden = false;
    cursor.style.left = `${share * 100}%`;
    tip.textContent = readAt(plot, current);
    tip.style.left = share < 0.5 ? `calc(${share * 100}% + 10px)` : 'auto';
    tip.style.right = share < 0.5 ? 'auto' : `calc(${(1 - share) * 100}% + 10px)`;
  };
  const hide = () => {
    cursor.hidden = tip.hidden = true;
  };
  plot.addEventListener('pointermove', (event) => {
    const box = plot.getBoundingClientRect();
    const ms = first + ((event.clientX - box.left) / box.width) * (last - first);
    const found = course.atMs.findIndex((at) => at >= ms);
    show(found === -1 ? course.atMs.length - 1 : found);
  });
  plot.addEventListener('pointerleave', hide);
  plot.addEventListener('blur', hide);
  plot.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    show(current + step);
  });
}

async function startCandles() {
  const canvas = document.getElementById('candles');
  const chart = new CandleChart(canvas, document.getElementById('range'));
  const choice = document.getElementById('symbol');
  const load = async () => {
    const packed = embedded(`candles-${choice.value}`);
    const candles = await unpackCandles(packed);
    chart.show(
      candles,
      report.trades.filter(({ symbol }) => symbol === packed.symbol),
    );
    canvas.dataset.ready = 'true';
  };
  choice.addEventListener('change', load);
  const actions = {
    in: () => chart.zoom(0.5),
    out: () => chart.zoom(2),
    all: () => chart.place(0, chart.candles.n),
    next: () => chart.step(1),
    previous: () => chart.step(-1),
  };
  for (const button of document.querySelectorAll('[data-do]')) {
    button.addEventListener('click', () => chart.candles && actions[button.dataset.do]());
  }
  await load();
}

for (const plot of document.querySelectorAll('[data-plot]')) makeReadable(plot);
startCandles().catch((error) => {
  document.getElementById('range').textContent = `The candles could not be shown: ${error.message}`;
});
