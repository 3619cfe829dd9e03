/* global window, getComputedStyle, requestAnimationFrame, ResizeObserver, document */
import { candleAt } from './candle-data.js';

/** The candles with their fills on a canvas: zoom, pan, keyboard. A frame costs the same for 500 and 500,000 candles. */
export class CandleChart {
  constructor(canvas, rangeLabel) {
    this.canvas = canvas;
    this.rangeLabel = rangeLabel;
    this.pointers = new Map();
    this.listen();
    new ResizeObserver(() => this.draw()).observe(canvas);
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  show(candles, trades) {
    this.candles = candles;
    this.fills = trades.map((trade) => ({
      ...trade,
      index: candleAt(candles, trade.atMs),
      price: Number(trade.price),
    }));
    this.from = 0;
    this.to = candles.n;
    this.draw();
  }

  zoom(factor, share = 0.5) {
    const span = Math.min(this.candles.n, Math.max(10, (this.to - this.from) * factor));
    this.place(this.from + (this.to - this.from - span) * share, span);
  }

  pan(share) {
    this.place(this.from + (this.to - this.from) * share, this.to - this.from);
  }

  place(from, span) {
    this.from = Math.max(0, Math.min(this.candles.n - span, from));
    this.to = this.from + span;
    this.draw();
  }

  /** Moves to the next fill (1) or the one before (-1), near enough to see single candles. */
  step(direction) {
    const middle = (this.from + this.to) / 2;
    const all = this.fills.filter(({ index }) => (direction > 0 ? index > middle + 1 : index < middle - 1));
    const found = direction > 0 ? all[0] : all[all.length - 1];
    if (!found) return;
    const span = Math.min(this.to - this.from, 160, this.candles.n);
    this.place(found.index + 0.5 - span / 2, span);
  }

  draw() {
    if (!this.candles || this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      this.paint();
    });
  }

  paint() {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const context = this.canvas.getContext('2d');
    context.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const plot = { width: width - 70, height: height - 26, context, colour };
    plot.x = (index) => ((index - this.from) / (this.to - this.from)) * plot.width;
    const columns = this.columns(plot);
    let [least, most] = [Infinity, -Infinity];
    for (const { low, high } of columns) {
      least = Math.min(least, low);
      most = Math.max(most, high);
    }
    const margin = (most - least) * 0.06 || Math.abs(most) * 0.01 || 1;
    [least, most] = [Math.max(0, least - margin), most + margin];
    plot.y = (price) => 8 + (1 - (price - least) / (most - least)) * (plot.height - 16);
    this.paintAxes(plot, least, most);
    if (plot.width / (this.to - this.from) >= 3) this.paintCandles(plot);
    else this.paintColumns(plot, columns);
    this.paintFills(plot);
    if (this.hover !== undefined) this.paintHover(plot);
    const day = (index) => this.time(this.candles.time[Math.max(0, Math.min(this.candles.n - 1, Math.floor(index)))]);
    const shown = Math.round(this.to - this.from).toLocaleString('en');
    this.rangeLabel.textContent = `${day(this.from)} – ${day(this.to - 1)} · ${shown} candles`;
  }

  time(ms) {
    return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  }

  /** Lowest and highest price of each pixel column, from the coarsest level that is fine enough. */
  columns(plot) {
    const perPixel = (this.to - this.from) / plot.width;
    const level = [...this.candles.levels].reverse().find(({ stride }) => stride <= Math.max(1, perPixel));
    const result = [];
    const count = Math.min(Math.ceil(plot.width), Math.ceil(this.to - this.from));
    for (let column = 0; column < count; column += 1) {
      const from = this.from + ((this.to - this.from) * column) / count;
      const to = this.from + ((this.to - this.from) * (column + 1)) / count;
      let [low, high] = [Infinity, -Infinity];
      const last = Math.min(
        level.high.length - 1,
        Math.max(Math.floor(from / level.stride), Math.ceil(to / level.stride) - 1),
      );
      for (let i = Math.floor(from / level.stride); i <= last; i += 1) {
        low = Math.min(low, level.low[i]);
        high = Math.max(high, level.high[i]);
      }
      const open = this.candles.open[Math.min(this.candles.n - 1, Math.floor(from))];
      const close = this.candles.close[Math.max(0, Math.min(this.candles.n - 1, Math.ceil(to) - 1))];
      result.push({ low, high, x: plot.x(from), isUp: close >= open });
    }
    return result;
  }

  paintAxes({ context, colour, width, height, y, x }, least, most) {
    context.font = '12px system-ui, sans-serif';
    context.strokeStyle = colour('grid');
    context.fillStyle = colour('quiet');
    context.lineWidth = 1;
    const raw = (most - least) / 5;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].find((factor) => factor * power >= raw) * power;
    const places = Math.max(0, -Math.floor(Math.log10(step)));
    for (let price = Math.ceil(least / step) * step; price <= most; price += step) {
      const at = Math.round(y(price)) + 0.5;
      line(context, [0, at], [width, at]);
      context.fillText(
        (price || 0).toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places }),
        width + 8,
        at + 4,
      );
    }
    const labels = Math.max(2, Math.floor(width / 150));
    const isLong = (this.to - this.from) * this.candles.stepMs > 5 * 86_400_000;
    for (let i = 0; i < labels; i += 1) {
      const index = Math.floor(this.from + ((this.to - this.from) * (i + 0.5)) / labels);
      const text = this.time(this.candles.time[Math.min(this.candles.n - 1, index)]);
      context.textAlign = 'center';
      context.fillText(isLong ? text.slice(0, 10) : text.slice(5), x(index + 0.5), height + 18);
      context.textAlign = 'left';
    }
  }

  paintColumns({ context, colour, y }, columns) {
    for (const isUp of [true, false]) {
      context.fillStyle = colour(isUp ? 'gain' : 'loss');
      context.globalAlpha = 0.55;
      for (const column of columns) {
        if (column.isUp === isUp)
          context.fillRect(column.x, y(column.high), 1, Math.max(1, y(column.low) - y(column.high)));
      }
    }
    context.globalAlpha = 1;
  }

  paintCandles({ context, colour, x, y, width }) {
    const { open, high, low, close, n } = this.candles;
    const body = Math.max(1, (width / (this.to - this.from)) * 0.7);
    for (let i = Math.max(0, Math.floor(this.from)); i < Math.min(n, Math.ceil(this.to)); i += 1) {
      const middle = x(i + 0.5);
      if (middle > width) break;
      context.fillStyle = colour(close[i] >= open[i] ? 'gain' : 'loss');
      context.fillRect(middle - 0.5, y(high[i]), 1, Math.max(1, y(low[i]) - y(high[i])));
      const top = y(Math.max(open[i], close[i]));
      context.fillRect(middle - body / 2, top, body, Math.max(1, y(Math.min(open[i], close[i])) - top));
    }
  }

  /** Up triangles buy, down triangles sell. Where they would cover each other, one a few pixels is drawn. */
  paintFills({ context, colour, x, y, width }) {
    const drawn = { buy: -Infinity, sell: -Infinity };
    const isNear = width / (this.to - this.from) >= 3;
    const size = isNear ? 6 : 3;
    for (const { side, index, price } of this.fills) {
      if (index < this.from - 1 || index > this.to) continue;
      const at = x(index + 0.5);
      if (at < 0 || at > width || at - drawn[side] < (isNear ? 2 : 5)) continue;
      drawn[side] = at;
      const up = side === 'buy' ? 1 : -1;
      const tip = y(price) + up * 4;
      context.beginPath();
      context.moveTo(at, tip);
      context.lineTo(at - size, tip + up * size * 1.7);
      context.lineTo(at + size, tip + up * size * 1.7);
      context.closePath();
      context.fillStyle = colour(side === 'buy' ? 'own' : 'other');
      context.fill();
      context.lineWidth = 1;
      context.strokeStyle = colour('card');
      context.stroke();
    }
  }

  paintHover({ context, colour, width, height }) {
    const at = Math.max(0, Math.min(width - 1, this.hover));
    const { time, open, high, low, close, n } = this.candles;
    const index = Math.max(0, Math.min(n - 1, Math.floor(this.from + (at / width) * (this.to - this.from))));
    context.strokeStyle = colour('calm');
    context.setLineDash([3, 3]);
    line(context, [Math.round(at) + 0.5, 0], [Math.round(at) + 0.5, height]);
    context.setLineDash([]);
    const price = (value) => value.toLocaleString('en', { maximumFractionDigits: 8 });
    const lines = [
      this.time(time[index]),
      `O ${price(open[index])}  H ${price(high[index])}`,
      `L ${price(low[index])}  C ${price(close[index])}`,
      ...this.fills
        .filter((fill) => fill.index === index)
        .slice(0, 4)
        .map(({ side, qty, price: paid }) => `${side} ${qty} at ${price(paid)}`),
    ];
    context.font = '12px system-ui, sans-serif';
    const wide = Math.max(...lines.map((text) => context.measureText(text).width)) + 18;
    const left = at + wide + 14 > width ? at - wide - 10 : at + 10;
    context.fillStyle = colour('ink');
    context.fillRect(left, 10, wide, lines.length * 17 + 10);
    context.fillStyle = colour('card');
    lines.forEach((text, row) => context.fillText(text, left + 9, 27 + row * 17));
  }

  listen() {
    const { canvas, pointers } = this;
    const share = (event) =>
      (event.clientX - canvas.getBoundingClientRect().left) / Math.max(1, canvas.clientWidth - 70);
    canvas.addEventListener(
      'wheel',
      (event) => {
        if (!this.candles) return;
        event.preventDefault();
        if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan(event.deltaX / canvas.clientWidth);
        else this.zoom(Math.exp(event.deltaY * 0.0015), Math.max(0, Math.min(1, share(event))));
      },
      { passive: false },
    );
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, event.clientX);
    });
    canvas.addEventListener('pointermove', (event) => this.move(event));
    for (const name of ['pointerup', 'pointercancel'])
      canvas.addEventListener(name, (event) => pointers.delete(event.pointerId));
    canvas.addEventListener('pointerleave', () => {
      this.hover = undefined;
      this.draw();
    });
    canvas.addEventListener('dblclick', () => this.place(0, this.candles.n));
    const keys = {
      ArrowLeft: () => this.pan(-0.1),
      ArrowRight: () => this.pan(0.1),
      '+': () => this.zoom(0.7),
      '=': () => this.zoom(0.7),
      '-': () => this.zoom(1.4),
      ArrowUp: () => this.zoom(0.7),
      ArrowDown: () => this.zoom(1.4),
      0: () => this.place(0, this.candles.n),
      Home: () => this.place(0, this.to - this.from),
      End: () => this.place(this.candles.n, this.to - this.from),
      n: () => this.step(1),
      p: () => this.step(-1),
    };
    canvas.addEventListener('keydown', (event) => {
      if (!this.candles || !keys[event.key] || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      keys[event.key]();
    });
  }

  /** One pointer pans or points, two of them pinch. */
  move(event) {
    if (!this.candles) return;
    const { canvas, pointers } = this;
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      this.hover = event.clientX - canvas.getBoundingClientRect().left;
      this.draw();
      return;
    }
    const spread = () => Math.abs([...pointers.values()][0] - [...pointers.values()][1]);
    const [was, count] = [pointers.size === 2 ? spread() : 0, pointers.size];
    pointers.set(event.pointerId, event.clientX);
    if (count === 2) this.zoom(Math.max(1, was) / Math.max(1, spread()));
    else this.pan((before - event.clientX) / Math.max(1, canvas.clientWidth - 70));
  }
}

function line(context, from, to) {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}
