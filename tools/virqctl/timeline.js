// SPDX-License-Identifier: GPL-2.0-only
// The page of a timeline. Its data stands in the elements "meta" and "columns",
// see timeline_html.c. Times are nanoseconds since the recording began.
"use strict";

const GUTTER = 134, AXIS = 24, ROW = 17, LANE_GAP = 7, HEADING = 24;
// The least and the most that is shown, and how many interrupts may have arrows.
const MIN_SPAN_NS = 50, MAX_ARROWS = 260, MAX_LABELS = 500;
const FANOUT = 32, DIM = 1;
const CPU_GROUP = 2;
const OUTCOMES = ["eoi", "taken", "handed", "merged", "waited", "evicted", "spurious", "open", "dropped"];
// From this one on, outcomes are told of also where they are small.
const LOUD = 2 << OUTCOMES.indexOf("spurious");
const CHIPS = ["PIC", "IOAPIC", "local APIC", "PIT", "none"];
const STAGES = [["began", "nsStart"], ["chip saw it", "nsChip"], ["in IRR", "nsIrr"],
  ["injected", "nsCpu"], ["ended", "nsDone"]];
const NONE = 0xffffffff, NO_CPU = 0xffff, NO_PIN = 0xff;

const $ = (id) => document.getElementById(id);
const canvas = $("lanes"), overview = $("overview");
const context = canvas.getContext("2d"), overviewContext = overview.getContext("2d");
const view = { from: 0, to: 1, y: 0 };
const stats = { rects: 0, spans: 0, labels: 0, arrows: 0, drawMs: 0 };
let meta, col, tracks, lanes, firstSpan, nextSpan, colours = {};
let hidden = 0;			// set of outcomes
let matches = null;		// of each flow: 1 if it was found; null: no search
let nrMatches = 0, selected = -1, hovered = -1;
let frameAsked = false, contentHeight = 0, onColour = "#ffffff";

// ---- data ----

function decodeBase64(text) {
  if (Uint8Array.fromBase64)
    return Uint8Array.fromBase64(text);
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++)
    bytes[i] = raw.charCodeAt(i);
  return bytes;
}

async function readColumns() {
  const packed = new Blob([decodeBase64($("columns").textContent)]);
  const stream = packed.stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const types = { f64: Float64Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array };
  const columns = {};
  let at = 0;
  for (const [name, type, length] of meta.columns) {
    columns[name] = new types[type](buffer, at, length);
    at += Math.ceil(columns[name].byteLength / 8) * 8;
  }
  $("columns").remove();
  return columns;
}

// A track is one row of a lane: spans first to end - 1, ordered by their start.
function findTracks() {
  lanes = meta.lanes.map((lane) => ({ ...lane, tracks: [], y: 0, height: 0 }));
  tracks = [];
  for (let i = 0; i < col.spanLane.length;) {
    const lane = col.spanLane[i], row = col.spanRow[i], first = i;
    while (i < col.spanLane.length && col.spanLane[i] === lane && col.spanRow[i] === row)
      i++;
    const track = { lane: lanes[lane], row, first, end: i, levels: [] };
    lanes[lane].tracks[row] = track;
    tracks.push(track);
  }
}

// What a span is painted like, as a bit: the highest of several wins.
function spanBit(span) {
  const flow = col.spanFlow[span];
  if (hidden & (1 << col.outcome[flow]))
    return 0;
  return matches && !matches[flow] ? DIM : 2 << col.outcome[flow];
}

// Sum up spans by FANOUT, and these sums again, until one is left: where a node
// is narrower than a pixel nobody has to look into it, and where it is not in
// view neither.
function buildTree(track) {
  let nr = track.end - track.first;
  let ends = col.spanEnd.subarray(track.first, track.end), bits = new Uint16Array(nr);
  for (let i = 0; i < nr; i++)
    bits[i] = spanBit(track.first + i);
  track.levels = [{ ends, bits, size: 1 }];
  while (nr > 1) {
    const below = track.levels[track.levels.length - 1], up = Math.ceil(nr / FANOUT);
    ends = new Float64Array(up);
    bits = new Uint16Array(up);
    for (let i = 0; i < up; i++) {
      let end = -Infinity, bit = 0;
      for (let j = i * FANOUT; j < Math.min(nr, (i + 1) * FANOUT); j++) {
        end = Math.max(end, below.ends[j]);
        bit |= below.bits[j];
      }
      ends[i] = end;
      bits[i] = bit;
    }
    track.levels.push({ ends, bits, size: below.size * FANOUT });
    nr = up;
  }
}

// Call visit(span) of all spans of a track that touch a time.
function visitSpans(track, from, to, visit) {
  const walk = (level, index) => {
    const { ends, size } = track.levels[level];
    const first = track.first + index * size;
    if (ends[index] < from || col.spanStart[first] > to)
      return;
    if (!level) {
      visit(first);
      return;
    }
    const below = track.levels[level - 1].ends.length;
    for (let i = index * FANOUT; i < Math.min(below, (index + 1) * FANOUT); i++)
      walk(level - 1, i);
  };
  walk(track.levels.length - 1, 0);
}

// The spans of a flow in the order of its stages, which is that of the lanes.
function linkSpans() {
  firstSpan = new Int32Array(col.seq.length).fill(-1);
  nextSpan = new Int32Array(col.spanFlow.length).fill(-1);
  for (let i = col.spanFlow.length - 1; i >= 0; i--) {
    nextSpan[i] = firstSpan[col.spanFlow[i]];
    firstSpan[col.spanFlow[i]] = i;
  }
}

function flowBegin(flow) {
  for (const [, name] of STAGES)
    if (!Number.isNaN(col[name][flow]))
      return col[name][flow];
  return NaN;
}

function flowTotal(flow) {
  return col.nsDone[flow] - flowBegin(flow);
}

function flowExtent(flow) {
  let from = Infinity, to = -Infinity;
  for (let span = firstSpan[flow]; span >= 0; span = nextSpan[span]) {
    from = Math.min(from, col.spanStart[span]);
    to = Math.max(to, col.spanEnd[span]);
  }
  return [from, to];
}

// ---- words ----

function showNs(ns) {
  const size = Math.abs(ns);
  for (const [unit, name] of [[1e9, "s"], [1e6, "ms"], [1e3, "\u00b5s"]])
    if (size >= unit)
      return (ns / unit).toFixed(size / unit < 10 ? 3 : size / unit < 100 ? 2 : 1) + " " + name;
  return ns.toFixed(0) + " ns";
}

const hex = (number, digits) => "0x" + number.toString(16).padStart(digits, "0");

function endText(flow) {
  let text = meta.texts[col.end[flow]];
  if (col.into[flow])
    text = "merged into " + col.into[flow];
  if (col.merged[flow])
    text += ", " + col.merged[flow] + " merged into it";
  return text;
}

// Why it was held or dropped; nothing if it went smoothly.
function reasonText(flow) {
  const outcome = OUTCOMES[col.outcome[flow]];
  if (outcome === "dropped")
    return endText(flow).replace(/^dropped: /, "");
  if (outcome === "spurious")
    return endText(flow);
  return outcome !== "merged" && col.hold[flow] ? meta.whys[col.hold[flow]] : "";
}

function flowTitle(flow) {
  return "#" + col.seq[flow] + (col.vector[flow] ? " \u00b7 vector " + hex(col.vector[flow], 2) : "");
}

function element(name, text, ...children) {
  const node = document.createElement(name);
  if (text !== "")
    node.textContent = text;
  node.append(...children);
  return node;
}

function swatch(outcome) {
  const node = element("span", "");
  node.className = "swatch";
  node.style.background = "var(--" + OUTCOMES[outcome] + ")";
  return node;
}

function stageTable(flow) {
  const body = element("tbody", "");
  let last = NaN;
  for (const [name, column] of STAGES) {
    const at = col[column][flow];
    if (Number.isNaN(at))
      continue;
    body.append(element("tr", "", element("th", name), element("td", (at / 1e9).toFixed(9) + " s"),
      element("td", Number.isNaN(last) ? "" : "+" + showNs(at - last))));
    last = at;
  }
  const table = element("table", "", element("thead", "", element("tr", "", element("th", "stage"),
    element("th", "at"), element("th", "after"))), body);
  if (!Number.isNaN(flowTotal(flow)))
    table.append(element("tfoot", "", element("tr", "", element("th", "total"), element("td", ""),
      element("td", showNs(flowTotal(flow))))));
  return table;
}

function describe(flow, node) {
  const list = element("dl", ""), outcome = col.outcome[flow];
  const add = (name, text) => list.append(element("dt", name), element("dd", text));
  const kind = element("div", "", swatch(outcome), element("span", meta.outcomes[outcome]));
  kind.className = "outcome";
  add("end", endText(flow));
  add("from", meta.texts[col.from[flow]]);
  if (col.gsi[flow] !== NONE)
    add("line", "GSI " + col.gsi[flow]);
  if (col.pin[flow] !== NO_PIN)
    add("pin", CHIPS[col.chip[flow]] + " " + col.pin[flow]);
  if (col.cpu[flow] !== NO_CPU)
    add("CPU", col.cpu[flow] + " (APIC ID " + col.apic[flow] + ")");
  if (col.hold[flow])
    add("held", meta.whys[col.hold[flow]]);
  if (col.word[flow])
    add("word", hex(col.word[flow], 8));
  node.replaceChildren(element("h2", flowTitle(flow)), kind, list, stageTable(flow));
}

// ---- search ----

const tests = {
  seq: (text) => (flow) => col.seq[flow] === Number(text),
  gsi: (text) => (flow) => col.gsi[flow] === Number(text),
  vector: (text) => (flow) => col.vector[flow] === Number(text) && col.vector[flow] !== 0,
  cpu: (text) => (flow) => col.cpu[flow] === Number(text),
  pin: (text) => (flow) => col.pin[flow] === Number(text) && col.pin[flow] !== NO_PIN,
  slow: (text) => (flow) => flowTotal(flow) >= Number(text) * 1000,
  from: (text) => inTexts(text, "from"),
  end: (text) => inTexts(text, "end"),
};

function inTexts(text, column) {
  const has = meta.texts.map((one) => one.toLowerCase().includes(text));
  return (flow) => has[col[column][flow]];
}

function anywhere(text) {
  const outcomes = meta.outcomes.map((name) => name.toLowerCase().includes(text));
  const whys = meta.whys.map((why) => why.toLowerCase().includes(text));
  const end = inTexts(text, "end"), from = inTexts(text, "from");
  return (flow) => outcomes[col.outcome[flow]] || end(flow) || from(flow) ||
    (col.hold[flow] !== 0 && whys[col.hold[flow]]);
}

function testFor(word) {
  const [, key, text] = word.match(/^(\w+):(.+)$/) || [];
  if (key in tests)
    return tests[key](text);
  if (/^0x[0-9a-f]+$/.test(word))
    return tests.vector(word);
  if (/^[0-9]+$/.test(word))
    return tests.seq(word);
  return anywhere(word);
}

function search(query) {
  const all = query.toLowerCase().split(/\s+/).filter(Boolean).map(testFor);
  matches = all.length ? new Uint8Array(col.seq.length) : null;
  nrMatches = 0;
  for (let flow = 0; all.length && flow < col.seq.length; flow++)
    if (all.every((test) => test(flow))) {
      matches[flow] = 1;
      nrMatches++;
    }
  tracks.forEach(buildTree);
  $("found").textContent = matches ? nrMatches.toLocaleString("en") + " found" : "";
  drawOverview();
  askFrame();
}

// Keep the next one that was found, in the order of the recording.
function step(direction) {
  const nr = col.seq.length;
  let flow = selected < 0 ? (direction > 0 ? -1 : nr) : selected;
  for (let i = 0; i < nr; i++) {
    flow = (flow + direction + nr) % nr;
    if ((!matches || matches[flow]) && firstSpan[flow] >= 0) {
      select(flow);
      showFlow(flow, false);
      return;
    }
  }
}

// ---- the view ----

const viewWidth = () => canvas.clientWidth - GUTTER;
const viewHeight = () => canvas.clientHeight - AXIS;
const timeAt = (x) => view.from + (x - GUTTER) / viewWidth() * (view.to - view.from);

function setView(from, to, y = view.y) {
  const all = meta.to - meta.from, margin = Math.max(all * 0.02, MIN_SPAN_NS);
  const length = Math.min(Math.max(to - from, MIN_SPAN_NS), all + 2 * margin);
  const middle = (from + to) / 2;
  view.from = Math.min(Math.max(middle - length / 2, meta.from - margin), meta.to + margin - length);
  view.to = view.from + length;
  view.y = Math.max(0, Math.min(y, contentHeight - viewHeight()));
  askFrame();
}

const showAll = () => setView(meta.from - (meta.to - meta.from) * 0.02, meta.to + (meta.to - meta.from) * 0.02);

function zoom(factor, x = GUTTER + viewWidth() / 2) {
  const at = timeAt(x), length = Math.max((view.to - view.from) * factor, MIN_SPAN_NS);
  const part = (at - view.from) / (view.to - view.from);
  setView(at - part * length, at + (1 - part) * length);
}

function pan(part) {
  const by = (view.to - view.from) * part;
  setView(view.from + by, view.to + by);
}

// Bring a flow into view; zoom to it if asked, or if it would be too small.
function showFlow(flow, always) {
  const [from, to] = flowExtent(flow), length = view.to - view.from;
  const lane = lanes[col.spanLane[firstSpan[flow]]];
  const y = lane.y < view.y || lane.y + lane.height > view.y + viewHeight() ? lane.y - 40 : view.y;
  const wanted = Math.max((to - from) * 2.6, 2000);
  if (always || to - from < length / 400 || to - from > length)
    setView((from + to) / 2 - wanted / 2, (from + to) / 2 + wanted / 2, y);
  else if (from < view.from || to > view.to)
    setView((from + to - length) / 2, (from + to + length) / 2, y);
  else
    setView(view.from, view.to, y);
}

function select(flow) {
  selected = flow;
  $("details").hidden = flow < 0;
  if (flow >= 0) {
    const into = col.into[flow] ? col.seq.indexOf(col.into[flow]) : -1;
    const zoomButton = element("button", "Zoom to it");
    const buttons = element("p", "", zoomButton);
    describe(flow, $("details"));
    zoomButton.addEventListener("click", () => showFlow(flow, true));
    if (into >= 0) {
      const button = element("button", "Go to #" + col.into[flow]);
      button.addEventListener("click", () => { select(into); showFlow(into, false); });
      buttons.append(button);
    }
    $("details").append(buttons);
  }
  resize();
}

// ---- drawing ----

function layOut() {
  let y = 0, group = -1;
  for (const lane of lanes) {
    if (lane.group !== group) {
      group = lane.group;
      y += HEADING;
    }
    lane.y = y;
    lane.height = lane.rows * ROW + LANE_GAP;
    y += lane.height;
  }
  contentHeight = y + 12;
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["back", "text", "faint", "rule", "band", "mark", "dim", ...OUTCOMES])
    colours[name] = style.getPropertyValue("--" + name).trim();
  onColour = matchMedia("(prefers-color-scheme: dark)").matches ? "#0c1117" : "#ffffff";
}

function sizeCanvas(target, drawContext) {
  const ratio = window.devicePixelRatio || 1;
  target.width = Math.max(1, Math.round(target.clientWidth * ratio));
  target.height = Math.max(1, Math.round(target.clientHeight * ratio));
  drawContext.setTransform(ratio, 0, 0, ratio, 0, 0);
}

function resize() {
  sizeCanvas(canvas, context);
  sizeCanvas(overview, overviewContext);
  setView(view.from, view.to);
  drawOverview();
  // At once: a canvas of a new size is empty.
  draw();
}

function askFrame() {
  if (frameAsked)
    return;
  frameAsked = true;
  requestAnimationFrame(() => {
    frameAsked = false;
    draw();
  });
}

const colourOf = (bit) => bit <= DIM ? colours.dim : colours[OUTCOMES[30 - Math.clz32(bit)]];
const toX = (ns) => GUTTER + (ns - view.from) / (view.to - view.from) * viewWidth();
const trackY = (track) => AXIS + track.lane.y - view.y + LANE_GAP / 2 + track.row * ROW;

// Rectangles of one row; those that touch and look the same become one.
function makeStrip(y, height) {
  let left = 0, right = -1, bit = 0;
  const flush = () => {
    if (right > left) {
      context.fillStyle = colourOf(bit);
      context.fillRect(left, y, right - left, height);
      stats.rects++;
    }
    right = left - 1;
  };
  return {
    add(x, nextBit) {
      const column = Math.floor(x);
      if (right > left && column === right - 1) {
        if (nextBit > bit && right - left === 1)
          bit = nextBit;
        else if (nextBit > bit) {
          right--;
          flush();
          left = column;
          right = column + 1;
          bit = nextBit;
        }
      } else if (right > left && column === right && nextBit === bit) {
        right++;
      } else {
        flush();
        left = column;
        right = column + 1;
        bit = nextBit;
      }
    },
    flush,
  };
}

function drawTrack(track, seen) {
  const y = trackY(track), perNs = viewWidth() / (view.to - view.from);
  const strip = makeStrip(y, ROW - 3);
  const walk = (level, index) => {
    const { ends, bits, size } = track.levels[level];
    const first = track.first + index * size, bit = bits[index];
    const start = col.spanStart[first], end = ends[index];
    if (!bit || end < view.from || start > view.to)
      return;
    const x = GUTTER + (start - view.from) * perNs, width = (end - start) * perNs;
    if (width <= 1) {
      strip.add(x, 0x8000 >> Math.clz32(bit << 16));
      if (!level)
        seen.push(first);
    } else if (!level) {
      strip.flush();
      drawSpan(track, first, x, y, width, bit);
      seen.push(first);
    } else {
      const below = track.levels[level - 1].ends.length;
      for (let i = index * FANOUT; i < Math.min(below, (index + 1) * FANOUT); i++)
        walk(level - 1, i);
    }
  };
  walk(track.levels.length - 1, 0);
  strip.flush();
}

function fillPart(left, right, y, colour, alpha) {
  const x = Math.max(left, GUTTER - 8), width = Math.min(right, canvas.clientWidth + 8) - x;
  if (width <= 0)
    return;
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  if (width > 16) {
    context.beginPath();
    context.roundRect(x, y, width, ROW - 3, 3);
    context.fill();
  } else {
    context.fillRect(x, y, Math.max(width, 1), ROW - 3);
  }
  context.globalAlpha = 1;
  stats.rects++;
}

function drawSpan(track, span, x, y, width, bit) {
  const colour = colourOf(bit);
  stats.spans++;
  if (track.lane.group !== CPU_GROUP) {
    fillPart(x, x + Math.max(width, 2), y, colour, 1);
    return;
  }
  const split = Math.min(x + width, Math.max(x, toX(col.spanSplit[span])));
  if (split > x)
    fillPart(x, split, y, colour, bit === DIM ? 1 : 0.38);
  if (split < x + width)
    fillPart(split, x + Math.max(width, 2), y, colour, 1);
}

// Near enough, and much faster than to measure it.
const textWidth = (text) => text.length * 6.1;

// As much of a text as fits; nothing if that is too little.
function fitText(text, width) {
  const most = Math.floor(width / 5.9);
  if (text.length <= most)
    return text;
  return most < 5 ? "" : text.slice(0, most - 1) + "\u2026";
}

function label(text, x, y, colour) {
  context.fillStyle = colour;
  context.fillText(text, x, y + ROW / 2 - 1);
  stats.labels++;
}

// What is known of it in this lane, and the number if there is room for both.
function spanLabel(track, flow, width) {
  const number = "#" + col.seq[flow];
  let what = "";
  if (track.lane.group === CPU_GROUP && col.vector[flow])
    what = hex(col.vector[flow], 2);
  else if (!track.lane.group)
    what = meta.texts[col.from[flow]];
  return [(what + " " + number).trim(), what || number, ""].find((text) => textWidth(text) <= width);
}

// Where it was held: in its last lane, or with the PIC, which has no IRR, before.
function holder(flow) {
  let before = -1, last = firstSpan[flow];
  while (nextSpan[last] >= 0) {
    before = last;
    last = nextSpan[last];
  }
  return before >= 0 && lanes[col.spanLane[last]].group === CPU_GROUP &&
    col.spanSplit[last] <= col.spanStart[last] ? before : last;
}

// Texts in the spans, and reasons in what is pending or behind what was dropped.
function drawLabels(track, spans) {
  const y = trackY(track), edge = canvas.clientWidth;
  for (let i = 0; i < spans.length && stats.labels < MAX_LABELS; i++) {
    const span = spans[i], flow = col.spanFlow[span], bit = spanBit(span);
    const left = Math.max(GUTTER, toX(col.spanStart[span]));
    const right = Math.min(edge, Math.max(toX(col.spanEnd[span]), left + 2));
    const next = i + 1 < spans.length ? toX(col.spanStart[spans[i + 1]]) : edge;
    const split = track.lane.group === CPU_GROUP ?
      Math.max(left, Math.min(right, toX(col.spanSplit[span]))) : left;
    // From afar only what never arrived is worth words.
    const reason = bit === DIM || holder(flow) !== span || (right - left < 3 && bit < LOUD) ?
      "" : reasonText(flow);
    const pending = reason && fitText(reason, split - left - 8);
    const behind = reason && fitText(reason, Math.min(next, edge) - right - 10);
    let inside = spanLabel(track, flow, right - split - 7);
    if (reason && !pending && !behind)
      inside = fitText((inside + " " + reason).trim(), right - split - 7) || inside;
    if (inside)
      label(inside, split + 4, y, bit === DIM ? colours.faint : onColour);
    if (pending)
      label(pending, left + 4, y, colours.text);
    else if (behind)
      label(behind, right + 5, y, colourOf(bit));
  }
}

function drawArrow(fromX, fromY, toX, toY, colour, strong, dashed) {
  const down = toY > fromY ? 1 : -1, middle = (fromY + toY) / 2;
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = strong ? 2 : 1;
  context.globalAlpha = strong ? 1 : 0.75;
  context.setLineDash(dashed ? [4, 3] : []);
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.bezierCurveTo(fromX, middle, toX, middle, toX, toY - down * 5);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(toX, toY);
  context.lineTo(toX - 3.5, toY - down * 6);
  context.lineTo(toX + 3.5, toY - down * 6);
  context.fill();
  context.globalAlpha = 1;
  stats.arrows++;
}

const spanTrack = (span) => lanes[col.spanLane[span]].tracks[col.spanRow[span]];

function drawArrows(flow, strong) {
  const outcome = col.outcome[flow], colour = colours[OUTCOMES[outcome]];
  if (hidden & (1 << outcome) || (matches && !matches[flow] && !strong))
    return;
  for (let span = firstSpan[flow]; span >= 0 && nextSpan[span] >= 0; span = nextSpan[span]) {
    const next = nextSpan[span];
    drawArrow(toX(col.spanEnd[span]), trackY(spanTrack(span)) + ROW - 3,
      toX(col.spanStart[next]), trackY(spanTrack(next)), colour, strong, false);
  }
}

// From what was merged to what it was merged with.
function drawMerge(flow) {
  const into = col.into[flow] ? col.seq.indexOf(col.into[flow]) : -1;
  if (into < 0 || firstSpan[into] < 0)
    return;
  let from = firstSpan[flow], to = firstSpan[into];
  while (from >= 0 && nextSpan[from] >= 0)
    from = nextSpan[from];
  while (nextSpan[to] >= 0)
    to = nextSpan[to];
  const at = Math.max(col.spanStart[to], Math.min(col.spanEnd[to], col.spanEnd[from]));
  drawArrow(toX(col.spanEnd[from]), trackY(spanTrack(from)) + ROW - 3, toX(at),
    trackY(spanTrack(to)), colours.merged, true, true);
}

function outline(flow) {
  context.strokeStyle = colours.mark;
  context.lineWidth = 2;
  for (let span = firstSpan[flow]; span >= 0; span = nextSpan[span]) {
    const x = toX(col.spanStart[span]), width = Math.max(3, toX(col.spanEnd[span]) - x);
    context.strokeRect(x - 1, trackY(spanTrack(span)) - 1, width + 2, ROW - 1);
  }
}

function tickStep(length, room) {
  const least = length * room / viewWidth(), power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least);
}

function drawAxis() {
  const step = Math.max(1, tickStep(view.to - view.from, 120));
  const digits = Math.max(0, Math.min(9, 9 - Math.floor(Math.log10(step))));
  const width = canvas.clientWidth;
  context.textAlign = "center";
  context.fillStyle = colours.back;
  context.fillRect(0, 0, width, AXIS);
  for (let t = Math.ceil(view.from / step) * step; t <= view.to; t += step) {
    const x = Math.round(toX(t)) + 0.5;
    context.fillStyle = colours.rule;
    context.fillRect(x, AXIS, 1, viewHeight());
    context.fillStyle = colours.faint;
    if (x > GUTTER + 24 && x < width - 40)
      context.fillText((t / 1e9).toFixed(digits) + " s", x, AXIS / 2);
  }
  context.fillStyle = colours.rule;
  context.fillRect(0, AXIS - 1, width, 1);
  context.textAlign = "left";
}

function drawBands() {
  for (let i = 0; i < lanes.length; i++) {
    const y = AXIS + lanes[i].y - view.y;
    if (i % 2 || y > canvas.clientHeight || y + lanes[i].height < AXIS)
      continue;
    context.fillStyle = colours.band;
    context.fillRect(0, y, canvas.clientWidth, lanes[i].height);
  }
}

function drawGutter() {
  let group = -1;
  context.fillStyle = colours.back;
  context.fillRect(0, AXIS, GUTTER - 1, viewHeight());
  for (const lane of lanes) {
    const y = AXIS + lane.y - view.y;
    if (lane.group !== group) {
      group = lane.group;
      context.font = "600 11px system-ui, 'DejaVu Sans', sans-serif";
      context.fillStyle = colours.faint;
      context.fillText(meta.groups[group].toUpperCase(), 10, y - HEADING / 2 + 2);
      context.font = "12px system-ui, 'DejaVu Sans', sans-serif";
    }
    context.fillStyle = colours.text;
    context.fillText(lane.name, 18, y + LANE_GAP / 2 + ROW / 2 - 1);
  }
  context.fillStyle = colours.rule;
  context.fillRect(GUTTER - 1, 0, 1, canvas.clientHeight);
}

const isVisible = (lane) => lane.y + lane.height > view.y && lane.y < view.y + viewHeight();

function draw() {
  const began = performance.now(), flows = new Set();
  Object.assign(stats, { rects: 0, spans: 0, labels: 0, arrows: 0 });
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  context.font = "12px system-ui, 'DejaVu Sans', sans-serif";
  context.textBaseline = "middle";
  drawBands();
  drawAxis();
  context.save();
  context.beginPath();
  context.rect(GUTTER, AXIS, viewWidth(), viewHeight());
  context.clip();
  const perTrack = [];
  for (const track of tracks) {
    if (!isVisible(track.lane))
      continue;
    const seen = [];
    drawTrack(track, seen);
    perTrack.push([track, seen]);
    for (let i = 0; i < seen.length && flows.size <= MAX_ARROWS; i++)
      flows.add(col.spanFlow[seen[i]]);
  }
  context.font = "11px system-ui, 'DejaVu Sans', sans-serif";
  for (const [track, seen] of perTrack)
    if (seen.length <= MAX_LABELS)
      drawLabels(track, seen);
  if (flows.size <= MAX_ARROWS)
    flows.forEach((flow) => drawArrows(flow, false));
  for (const flow of new Set([hovered, selected]))
    if (flow >= 0) {
      outline(flow);
      drawArrows(flow, true);
      drawMerge(flow);
    }
  context.restore();
  context.font = "12px system-ui, 'DejaVu Sans', sans-serif";
  drawGutter();
  drawWindow();
  stats.drawMs = performance.now() - began;
}

// ---- overview ----

let overviewImage = null;

// How many interrupts began in each column of pixels, by outcome.
function drawOverview() {
  const width = Math.max(1, overview.clientWidth - GUTTER), height = overview.clientHeight - 6;
  const bins = new Float64Array(width * OUTCOMES.length), sums = new Float64Array(width);
  const perNs = width / Math.max(1, meta.to - meta.from);
  for (let flow = 0; flow < col.seq.length; flow++) {
    const span = firstSpan[flow];
    if (span < 0 || hidden & (1 << col.outcome[flow]) || (matches && !matches[flow]))
      continue;
    const x = Math.max(0, Math.min(width - 1, Math.floor((col.spanStart[span] - meta.from) * perNs)));
    bins[x * OUTCOMES.length + col.outcome[flow]]++;
    sums[x]++;
  }
  const most = Math.sqrt(sums.reduce((a, b) => Math.max(a, b), 1));
  overviewContext.clearRect(0, 0, overview.clientWidth, overview.clientHeight);
  for (let x = 0; x < width; x++) {
    let y = overview.clientHeight - 1;
    for (let outcome = OUTCOMES.length - 1; outcome >= 0 && sums[x]; outcome--) {
      const part = bins[x * OUTCOMES.length + outcome] / sums[x];
      const tall = part * height * Math.sqrt(sums[x]) / most;
      if (!part)
        continue;
      overviewContext.fillStyle = colours[OUTCOMES[outcome]];
      overviewContext.fillRect(GUTTER + x, y - Math.max(tall, 1), 1, Math.max(tall, 1));
      y -= Math.max(tall, 1);
    }
  }
  overviewContext.fillStyle = colours.faint;
  overviewContext.font = "11px system-ui, 'DejaVu Sans', sans-serif";
  overviewContext.textBaseline = "middle";
  overviewContext.fillText("whole recording", 10, overview.clientHeight / 2);
  overviewImage = overviewContext.getImageData(0, 0, overview.width, overview.height);
}

function drawWindow() {
  if (!overviewImage)
    return;
  const width = overview.clientWidth - GUTTER, all = Math.max(1, meta.to - meta.from);
  const left = Math.max(0, (view.from - meta.from) / all) * width;
  const right = Math.min(1, (view.to - meta.from) / all) * width;
  overviewContext.putImageData(overviewImage, 0, 0);
  overviewContext.fillStyle = colours.faint;
  overviewContext.globalAlpha = 0.16;
  overviewContext.fillRect(GUTTER, 0, left, overview.clientHeight);
  overviewContext.fillRect(GUTTER + right, 0, width - right, overview.clientHeight);
  overviewContext.globalAlpha = 1;
  overviewContext.strokeStyle = colours.mark;
  overviewContext.lineWidth = 1.5;
  overviewContext.strokeRect(GUTTER + left, 1, Math.max(2, right - left), overview.clientHeight - 2);
}

function overviewGo(event) {
  const part = (event.offsetX - GUTTER) / (overview.clientWidth - GUTTER);
  const at = meta.from + part * (meta.to - meta.from), half = (view.to - view.from) / 2;
  setView(at - half, at + half);
}

// ---- mouse and keys ----

function flowAt(x, y) {
  if (x < GUTTER || y < AXIS)
    return -1;
  const content = y - AXIS + view.y, near = (view.to - view.from) / viewWidth() * 3;
  const lane = lanes.find((one) => content >= one.y && content < one.y + one.height);
  const track = lane && lane.tracks[Math.min(lane.rows - 1, Math.max(0,
    Math.floor((content - lane.y - LANE_GAP / 2) / ROW)))];
  let best = -1, distance = Infinity;
  if (!track)
    return -1;
  const at = timeAt(x);
  visitSpans(track, at - near, at + near, (span) => {
    const off = Math.max(col.spanStart[span] - at, at - col.spanEnd[span], 0);
    if (spanBit(span) && off <= distance) {
      best = col.spanFlow[span];
      distance = off;
    }
  });
  return best;
}

function hover(flow, event) {
  const tip = $("tip");
  if (flow !== hovered) {
    hovered = flow;
    askFrame();
    if (flow >= 0)
      describe(flow, tip);
  }
  tip.hidden = flow < 0;
  if (flow < 0)
    return;
  const left = event.clientX + 16, top = event.clientY + 14;
  tip.style.left = Math.max(4, left + tip.offsetWidth > innerWidth ? event.clientX - tip.offsetWidth - 12 : left) + "px";
  tip.style.top = Math.max(4, Math.min(top, innerHeight - tip.offsetHeight - 6)) + "px";
}

let drag = null;

function pointerDown(event) {
  if (event.button)
    return;
  drag = { x: event.offsetX, y: event.offsetY, from: view.from, to: view.to, top: view.y, moved: false };
  canvas.setPointerCapture(event.pointerId);
}

function pointerMove(event) {
  if (!drag) {
    hover(flowAt(event.offsetX, event.offsetY), event);
    return;
  }
  const dx = event.offsetX - drag.x, dy = event.offsetY - drag.y;
  const by = dx / viewWidth() * (drag.to - drag.from);
  drag.moved = drag.moved || Math.abs(dx) + Math.abs(dy) > 4;
  canvas.classList.toggle("dragging", drag.moved);
  if (drag.moved) {
    hover(-1, event);
    setView(drag.from - by, drag.to - by, drag.top - dy);
  }
}

function pointerUp(event) {
  if (drag && !drag.moved)
    select(flowAt(event.offsetX, event.offsetY));
  drag = null;
  canvas.classList.remove("dragging");
}

function wheel(event) {
  const scale = event.deltaMode ? 16 : 1;
  event.preventDefault();
  hover(-1, event);
  if (event.offsetX < GUTTER)
    setView(view.from, view.to, view.y + event.deltaY * scale);
  else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
    pan((event.deltaX || event.deltaY) * scale / viewWidth());
  else
    zoom(Math.exp(event.deltaY * scale * 0.0022), event.offsetX);
}

const keys = {
  ArrowLeft: () => pan(-0.15),
  ArrowRight: () => pan(0.15),
  ArrowUp: () => setView(view.from, view.to, view.y - 2 * ROW),
  ArrowDown: () => setView(view.from, view.to, view.y + 2 * ROW),
  PageUp: () => setView(view.from, view.to, view.y - viewHeight() * 0.8),
  PageDown: () => setView(view.from, view.to, view.y + viewHeight() * 0.8),
  "+": () => zoom(0.6),
  "=": () => zoom(0.6),
  "-": () => zoom(1 / 0.6),
  0: showAll,
  Home: showAll,
  f: () => selected >= 0 && showFlow(selected, true),
  n: () => step(1),
  p: () => step(-1),
  "/": () => { $("query").focus(); $("query").select(); },
  "?": () => $("help").showModal(),
  Escape: () => { hover(-1); select(-1); $("query").value = ""; search(""); $("query").blur(); },
};

function keyDown(event) {
  const typing = event.target.tagName === "INPUT";
  if (event.ctrlKey || event.altKey || event.metaKey || $("help").open || (typing && event.key !== "Escape"))
    return;
  // A button that has the focus keeps the keys that press it.
  if (event.key in keys) {
    event.preventDefault();
    keys[event.key]();
  }
}

function listen() {
  canvas.addEventListener("pointerdown", pointerDown);
  canvas.addEventListener("pointermove", pointerMove);
  canvas.addEventListener("pointerup", pointerUp);
  canvas.addEventListener("pointerleave", (event) => hover(-1, event));
  canvas.addEventListener("dblclick", (event) => {
    const flow = flowAt(event.offsetX, event.offsetY);
    if (flow >= 0)
      showFlow(flow, true);
  });
  canvas.addEventListener("wheel", wheel, { passive: false });
  overview.addEventListener("pointerdown", (event) => {
    overview.setPointerCapture(event.pointerId);
    overviewGo(event);
  });
  overview.addEventListener("pointermove", (event) => event.buttons & 1 && overviewGo(event));
  document.addEventListener("keydown", keyDown);
  $("query").addEventListener("input", () => search($("query").value));
  $("search").addEventListener("submit", (event) => { event.preventDefault(); step(1); });
  $("next").addEventListener("click", () => step(1));
  $("previous").addEventListener("click", () => step(-1));
  $("zoom-in").addEventListener("click", () => zoom(0.6));
  $("zoom-out").addEventListener("click", () => zoom(1 / 0.6));
  $("fit").addEventListener("click", showAll);
  $("help-button").addEventListener("click", () => $("help").showModal());
  new ResizeObserver(resize).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColours();
    resize();
  });
}

// ---- the page ----

function fillLegend() {
  const counts = new Array(OUTCOMES.length).fill(0);
  for (let flow = 0; flow < col.outcome.length; flow++)
    counts[col.outcome[flow]]++;
  counts.forEach((count, outcome) => {
    if (!count)
      return;
    const number = element("span", count.toLocaleString("en"));
    const button = element("button", "", swatch(outcome), element("span", meta.outcomes[outcome]), number);
    number.className = "count";
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      hidden ^= 1 << outcome;
      button.setAttribute("aria-pressed", String(!(hidden & (1 << outcome))));
      tracks.forEach(buildTree);
      drawOverview();
      askFrame();
    });
    $("legend").append(button);
  });
}

function fillHeader() {
  const name = meta.vm || "recording";
  const began = new Date(meta.wallMs).toISOString().replace("T", " ").replace(/\..*/, " UTC");
  const lost = meta.lost ? ", " + meta.lost.toLocaleString("en") + " records lost" : "";
  document.title = "Interrupts of " + name;
  $("title").textContent = "Interrupts of " + name;
  $("facts").textContent = col.seq.length.toLocaleString("en") + " interrupts in " +
    showNs(meta.to - meta.from) + ", from " + began + lost;
  canvas.setAttribute("aria-label", "Timeline of " + col.seq.length +
    " interrupts in " + lanes.length + " lanes; press question mark for the keys");
}

// What the address asks for: #seq=2790, #q=masked, #from=1.2&to=1.3 (seconds).
function followAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (asked.has("q")) {
    $("query").value = asked.get("q");
    search(asked.get("q"));
  }
  if (asked.has("from") && asked.has("to"))
    setView(Number(asked.get("from")) * 1e9, Number(asked.get("to")) * 1e9);
  const flow = asked.has("seq") ? col.seq.indexOf(Number(asked.get("seq"))) : -1;
  if (flow >= 0) {
    select(flow);
    showFlow(flow, true);
  }
}

const nextFrame = () => new Promise(requestAnimationFrame);

// Zoom in where most is, move along, and zoom out: what each frame took.
async function selfTest() {
  const draws = [], frames = [], rects = [];
  let last = await nextFrame();
  const run = async (nr, move) => {
    for (let i = 0; i < nr; i++) {
      move(i);
      const now = await nextFrame();
      draws.push(stats.drawMs);
      rects.push(stats.rects);
      frames.push(now - last);
      last = now;
    }
  };
  showAll();
  await run(60, () => zoom(0.87));
  await run(120, () => pan(0.02));
  await run(60, () => zoom(1 / 0.87));
  const sorted = (list) => list.slice().sort((a, b) => a - b);
  const result = {
    flows: col.seq.length, spans: col.spanFlow.length, lanes: lanes.length,
    firstDrawMs: firstDraw, frames: frames.length,
    medianFrameMs: sorted(frames)[frames.length >> 1],
    slowFrameMs: sorted(frames)[Math.floor(frames.length * 0.95)],
    medianDrawMs: sorted(draws)[draws.length >> 1],
    slowDrawMs: sorted(draws)[Math.floor(draws.length * 0.95)],
    mostRects: Math.max(...rects),
  };
  $("selftest").textContent = JSON.stringify(result);
  return result;
}

let firstDraw = 0;

async function start() {
  meta = JSON.parse($("meta").textContent);
  col = await readColumns();
  findTracks();
  linkSpans();
  tracks.forEach(buildTree);
  layOut();
  readColours();
  fillLegend();
  fillHeader();
  sizeCanvas(canvas, context);
  sizeCanvas(overview, overviewContext);
  showAll();
  drawOverview();
  draw();
  firstDraw = performance.now();
  listen();
  followAddress();
}

const timeline = { stats, view, selfTest, ready: start() };
timeline.ready.catch((error) => { $("facts").textContent = "This page is damaged: " + error.message; });
