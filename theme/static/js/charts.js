// Line charts of figures over time. Whatever stands in a chart stands in a table beside it too, so the canvas itself is
// hidden from screen readers.
//
// <canvas data-line-chart="id of a json_script"></canvas> and, before the module, the library:
//   <script src="{% static "vendor/chart/chart.umd.min.js" %}" defer></script>
// The JSON: {"unit": "mg/dL", "points": [{"at": "2026-11-21T10:00:00Z", "value": 7.1, "low": 4, "high": 6, "label": "<7.1"}], …}
// or several series: {"unit": "mmHg", "series": [{"label": "Systolic", "points": […]}, …]}. `low` and `high` shade the
// reference range.
const LINES = ["--brand", "--warning", "--info", "--danger"];

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The colour of a token as it is now: light-dark() has to be resolved by an element. */
export function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = token(name);
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const day = (language) => new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });

function bands(points, fill) {
  const range = (key) => points.map((point) => ({ x: Date.parse(point.at), y: point[key] ?? null }));
  const plain = { pointRadius: 0, pointHitRadius: 0, borderWidth: 0, stepped: "middle", spanGaps: false };
  // A range that is open on one side goes on to the edge.
  if (!points.some((point) => point.low != null)) {
    return [{ ...plain, data: range("high"), band: true, fill: "start", backgroundColor: fill }];
  }
  if (!points.some((point) => point.high != null)) {
    return [{ ...plain, data: range("low"), band: true, fill: "end", backgroundColor: fill }];
  }
  return [
    { ...plain, data: range("low"), band: true },
    { ...plain, data: range("high"), band: true, fill: "-1", backgroundColor: fill },
  ];
}

function draw(canvas) {
  const data = JSON.parse(document.getElementById(canvas.dataset.lineChart).textContent);
  const series = data.series ?? [{ label: "", points: data.points }];
  const language = document.documentElement.lang || undefined;
  const date = day(language);
  const soft = colour("--success-soft");
  const warn = colour("--danger");
  const datasets = series.flatMap(({ label, points }, index) => {
    const line = colour(LINES[index % LINES.length]);
    const own = {
      label,
      data: points.map((point) => ({ x: Date.parse(point.at), y: point.value, said: point.label, bad: point.bad })),
      borderColor: line,
      backgroundColor: points.map((point) => (point.bad ? warn : line)),
      pointRadius: points.map((point) => (point.bad ? 5 : 4)),
      borderWidth: 2,
      tension: 0,
    };
    return points.some((point) => point.low != null || point.high != null) ? [own, ...bands(points, soft)] : [own];
  });
  const ink = colour("--muted");
  const grid = colour("--line");
  return new globalThis.Chart(canvas, {
    type: "line",
    data: { datasets },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      scales: {
        x: { type: "linear", ticks: { color: ink, maxTicksLimit: 6, maxRotation: 0, callback: (at) => date.format(at) }, grid: { color: grid } },
        y: { ticks: { color: ink }, grid: { color: grid }, title: { display: Boolean(data.unit), text: data.unit, color: ink } },
      },
      plugins: {
        legend: { display: series.length > 1, labels: { color: ink, filter: (item, all) => !all.datasets[item.datasetIndex].band } },
        tooltip: {
          filter: (item) => !item.dataset.band,
          callbacks: { title: ([item]) => (item ? date.format(item.parsed.x) : ""), label: ({ raw, dataset }) => `${dataset.label ? `${dataset.label}: ` : ""}${raw.said ?? raw.y} ${data.unit ?? ""}` },
        },
      },
    },
  });
}

/** Draws every chart within `root`, and again when the theme changes. */
export function drawCharts(root = document) {
  const drawn = new Map();
  const all = () => {
    for (const canvas of root.querySelectorAll("canvas[data-line-chart]")) {
      drawn.get(canvas)?.destroy();
      drawn.set(canvas, draw(canvas));
    }
  };
  all();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  new MutationObserver(all).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

if (document.querySelector("canvas[data-line-chart]")) drawCharts();
