// Loads a slice of the research graph and shows it twice: as a drawing, and as lists that say the
// same for keyboards and screen readers. The drawing stands still and comes out the same each time.
//
// A close collaborator shares two works or more with the researcher and a weight of at least 1/3.
// The researcher stands in the middle, the works on an inner ring, co-authors on an outer one with
// the closest at the height of the middle, topics above and below.

const SVG = "http://www.w3.org/2000/svg";
const PATHS = { author: "/researchers/", work: "/works/", topic: "/topics/" };
const TITLES = { author: "Researchers", work: "Works", topic: "Topics" };
const ROW = 27;

const address = (node) => node.url ?? PATHS[node.kind] + encodeURIComponent(node.id);
const byLabel = (a, b) => a.label.localeCompare(b.label);

function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, typeof value === "number" ? Math.round(value * 10) / 10 : value);
  }
  element.append(...children);
  return element;
}

// Text that fits, at about 7 pixels a letter and 14 an ideograph.
const letterWidth = (letter) => (letter.codePointAt(0) > 0x2e7f ? 14 : 7);
const textWidth = (text) => [...text].reduce((sum, letter) => sum + letterWidth(letter), 0);
function fit(text, width) {
  if (textWidth(text) <= width) return text;
  let room = width - 10;
  let kept = "";
  for (const letter of text) {
    room -= letterWidth(letter);
    if (room < 0) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

// The closest first, alternately right and left, so that each side has its closest in the middle.
function sides(authors) {
  const columns = [[], []];
  authors.forEach((author, index) => {
    const column = columns[index % 2];
    if (column.length % 2) column.push(author);
    else column.unshift(author);
  });
  return columns;
}

function layout(graph, width) {
  const narrow = width < 640;
  const neighbours = new Map(graph.nodes.map((node) => [node.id, new Set()]));
  const closeness = new Map();
  for (const { source, target, kind, weight } of graph.edges) {
    neighbours.get(source)?.add(target);
    neighbours.get(target)?.add(source);
    if (kind !== "collaborated") continue;
    if (source === graph.center) closeness.set(target, weight);
    if (target === graph.center) closeness.set(source, weight);
  }
  const workIds = graph.nodes.filter((node) => node.kind === "work").map((node) => node.id);
  const own = workIds.filter((id) => neighbours.get(graph.center)?.has(id));
  const isClose = (node) =>
    near(node) >= 1 / 3 && own.filter((id) => neighbours.get(node.id).has(id)).length >= 2;
  const degree = (node) => neighbours.get(node.id).size;
  const near = (node) => closeness.get(node.id) ?? 0;
  const others = graph.nodes.filter((node) => node.id !== graph.center);
  const authors = others
    .filter((node) => node.kind === "author")
    .sort((a, b) => near(b) - near(a) || degree(b) - degree(a) || byLabel(a, b));
  const works = others.filter((node) => node.kind === "work").sort(byLabel);
  const topics = others
    .filter((node) => node.kind === "topic")
    .sort((a, b) => b.weight - a.weight || byLabel(a, b));

  const named = authors.slice(0, narrow ? 26 : 36);
  const columns = sides(named);
  const band = topics.length ? 52 : 12;
  const least = Math.min(narrow ? 440 : 500, 220 + 10 * graph.nodes.length);
  const height = Math.max(least, columns[0].length * ROW + 24) + 2 * band;
  const middle = { x: width / 2, y: height / 2 };
  const room = Math.min(180, Math.max(88, width * 0.25));
  const outer = { y: height / 2 - band };
  outer.x = Math.min(width / 2 - room - 10, 1.9 * outer.y);
  const places = new Map([[graph.center, { ...middle, room: 0 }]]);

  columns.forEach((column, left) => {
    column.forEach((author, index) => {
      const up = 0.94 * ((2 * index + 1) / column.length - 1);
      const out = outer.x * Math.sqrt(1 - up * up);
      places.set(author.id, {
        x: middle.x + (left ? -out : out),
        y: middle.y + outer.y * up,
        room: room + outer.x - out,
        left: Boolean(left),
        size: 3.5 + 3.5 * Math.sqrt(Math.min(1, near(author))),
        close: isClose(author),
      });
    });
  });
  const unnamed = authors.slice(named.length);
  unnamed.forEach((author, index) => {
    const angle = (2 * Math.PI * (index + 0.5)) / unnamed.length;
    places.set(author.id, {
      x: middle.x + 0.8 * outer.x * Math.cos(angle),
      y: middle.y + 0.8 * outer.y * Math.sin(angle),
      room: 0,
      size: 3,
    });
  });

  const bearing = (work) => {
    let [x, y] = [0, 0];
    for (const id of neighbours.get(work.id)) {
      const place = places.get(id);
      if (!place || id === graph.center) continue;
      x += (place.x - middle.x) / outer.x;
      y += (place.y - middle.y) / outer.y;
    }
    return Math.atan2(y, x);
  };
  const ring = works.map((work) => [bearing(work), work]).sort(([a], [b]) => a - b);
  ring.forEach(([, work], index) => {
    const few = ring.length < 3; // above and below, clear of the lines to the closest
    const turn = few ? index / 2 - 0.25 : (index + 0.5) / ring.length - 0.5;
    const angle = 2 * Math.PI * turn;
    places.set(work.id, {
      x: middle.x + 0.5 * outer.x * Math.cos(angle),
      y: middle.y + 0.54 * outer.y * Math.sin(angle),
      size: ring.length > 24 ? 4.5 : 6.5,
    });
  });

  const rows = [[], []];
  const used = [0, 0];
  for (const topic of topics) {
    const row = used[0] <= used[1] ? 0 : 1;
    const label = fit(topic.label, Math.min(200, width / 2 - 40));
    const wide = textWidth(label) + 26;
    if (used[row] + wide > width) continue;
    rows[row].push({ topic, label, wide });
    used[row] += wide + 10;
  }
  rows.forEach((row, below) => {
    let x = middle.x - (used[below] - 10) / 2;
    for (const { topic, label, wide } of row) {
      places.set(topic.id, { x: x + wide / 2, y: below ? height - 17 : 17, wide, label });
      x += wide + 10;
    }
  });
  return { places, neighbours, middle, height };
}

function mark(node, place, isCenter) {
  const link = svg("a", { href: address(node), tabindex: "-1" });
  link.append(svg("title", {}, node.label));
  if (isCenter) {
    link.append(
      svg("circle", { cx: place.x, cy: place.y, r: 9 }),
      svg("text", { x: place.x, y: place.y + 30, "text-anchor": "middle" }, fit(node.label, 260)),
    );
  } else if (node.kind === "author") {
    link.append(svg("circle", { cx: place.x, cy: place.y, r: place.size }));
    if (place.room) {
      const x = place.x + (place.left ? -13 : 13);
      const anchor = place.left ? "end" : "start";
      const label = fit(node.label, place.room - 8);
      link.append(svg("text", { x, y: place.y + 4.5, "text-anchor": anchor }, label));
    }
  } else if (node.kind === "work") {
    const { x, y, size } = place;
    const box = { x: x - size, y: y - size, width: 2 * size, height: 2 * size, rx: 3 };
    link.append(svg("rect", box));
  } else {
    const { x, y, wide, label } = place;
    link.append(
      svg("rect", { x: x - wide / 2, y: y - 14, width: wide, height: 28, rx: 14 }),
      svg("text", { x, y: y + 4.5, "text-anchor": "middle" }, label),
    );
  }
  const kind = isCenter ? "center" : node.kind;
  return svg("g", { class: `node ${kind}${place.close ? " close" : ""}` }, link);
}

function drawGraph(canvas, caption, graph, width) {
  const { places, neighbours, middle, height } = layout(graph, width);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const lines = [];
  const told = graph.nodes.some((node) => node.kind === "work"); // they say who wrote with whom
  for (const edge of graph.edges) {
    const [from, to] = [places.get(edge.source), places.get(edge.target)];
    if (!from || !to) continue;
    if (told && edge.kind === "collaborated" && !from.close && !to.close) continue;
    const bend = { x: (from.x + to.x + middle.x) / 3, y: (from.y + to.y + middle.y) / 3 };
    const points = [from, bend, to].map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    const line = svg("path", {
      class: `edge ${edge.kind}`,
      d: `M${points[0]}Q${points[1]} ${points[2]}`,
      "stroke-width": edge.kind === "collaborated" ? 1 + 2.5 * Math.min(1, edge.weight) : 1,
    });
    lines.push([edge, line]);
    picture.append(line);
  }
  const marks = new Map();
  for (const node of graph.nodes) {
    const place = places.get(node.id);
    if (!place) continue;
    const group = mark(node, place, node.id === graph.center);
    marks.set(node.id, group);
    group.addEventListener("pointerenter", () => {
      canvas.classList.add("picking");
      for (const [id, other] of marks) {
        other.classList.toggle("lit", id === node.id || neighbours.get(node.id).has(id));
      }
      for (const [edge, line] of lines) {
        line.classList.toggle("lit", edge.source === node.id || edge.target === node.id);
      }
      caption.textContent = node.label;
    });
    group.addEventListener("pointerleave", () => {
      canvas.classList.remove("picking");
      caption.textContent = "";
    });
    picture.append(group);
  }
  canvas.replaceChildren(picture);
  canvas.classList.toggle("some-close", [...places.values()].some((place) => place.close));
}

function swatch(kind) {
  const shape =
    kind === "followed"
      ? svg("path", { d: "M0 7H14" })
      : kind === "author" || kind === "close"
      ? svg("circle", { cx: 7, cy: 7, r: 5 })
      : kind === "work"
        ? svg("rect", { x: 2, y: 2, width: 10, height: 10, rx: 2 })
        : svg("rect", { x: 0.5, y: 2.5, width: 13, height: 9, rx: 4.5 });
  shape.setAttribute("class", kind);
  return svg("svg", { width: 14, height: 14, "aria-hidden": "true" }, shape);
}

function lists(graph) {
  const columns = html("div", { class: "lists" });
  for (const [kind, title] of Object.entries(TITLES)) {
    const nodes = graph.nodes.filter((node) => node.kind === kind && node.id !== graph.center);
    if (!nodes.length) continue;
    const items = nodes.sort(byLabel).map((node) => {
      return html("li", {}, html("a", { href: address(node), dir: "auto" }, node.label));
    });
    columns.append(html("div", {}, html("h3", {}, title), html("ul", {}, ...items)));
  }
  return html("details", {}, html("summary", {}, "Read it as a list"), columns);
}

function show(place, graph) {
  place.classList.add("settled");
  if (graph.nodes.length < 2) {
    say(place, "Nothing is connected to this researcher yet.");
    return;
  }
  const canvas = html("div", { class: "canvas" });
  const legend = html("p", { class: "legend" });
  legend.append(html("span", { class: "when-close" }, swatch("close"), "Close collaborators"));
  for (const [kind, title] of Object.entries(TITLES)) {
    if (graph.nodes.some((node) => node.kind === kind && node.id !== graph.center)) {
      legend.append(html("span", {}, swatch(kind), title));
    }
  }
  if (graph.edges.some((edge) => edge.kind === "followed")) {
    legend.append(html("span", {}, swatch("followed"), "Follows"));
  }
  const caption = html("span", { class: "caption", dir: "auto", "aria-hidden": "true" });
  legend.append(caption);
  place.replaceChildren(canvas, legend);
  if (place.hasAttribute("data-graph")) place.append(lists(graph));
  let drawn = 0;
  new ResizeObserver(() => {
    if (canvas.clientWidth === drawn) return;
    drawn = canvas.clientWidth;
    drawGraph(canvas, caption, graph, drawn);
  }).observe(canvas);
}

function say(place, ...content) {
  place.replaceChildren(html("p", { class: "status", role: "status" }, ...content));
}

async function load(place) {
  say(place, "Loading the graph…");
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(place.dataset.graph, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`the graph answered ${answer.status}`);
    show(place, await answer.json());
  } catch (error) {
    console.warn(error);
    place.classList.add("settled");
    const again = html("button", { type: "button", class: "more" }, "Try again");
    again.addEventListener("click", () => load(place));
    say(place, "The graph could not be loaded. ", again);
  }
  place.removeAttribute("aria-busy");
}

for (const place of document.querySelectorAll("[data-graph]")) load(place);
for (const place of document.querySelectorAll("[data-graph-block]")) {
  show(place, JSON.parse(document.getElementById(place.dataset.graphBlock).textContent));
}
