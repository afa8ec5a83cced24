// Doses by week as stacked bars. The same figures stand in the table below, so the canvas is hidden from screen readers.
// <canvas data-bar-chart="id of a json_script">: {"labels": […], "unit": "doses", "series": [{"label", "colour", "values"}]}
import { colour } from "../charts.js";

let drawn = [];

function draw(canvas) {
  const data = JSON.parse(document.getElementById(canvas.dataset.barChart).textContent);
  const ink = colour("--muted");
  const grid = colour("--line");
  return new globalThis.Chart(canvas, {
    type: "bar",
    data: {
      labels: data.labels,
      datasets: data.series.map(({ label, colour: name, values }) => ({ label, data: values, backgroundColor: colour(name), maxBarThickness: 48 })),
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      scales: {
        x: { stacked: true, ticks: { color: ink, maxRotation: 0, autoSkipPadding: 12 }, grid: { display: false } },
        y: { stacked: true, beginAtZero: true, ticks: { color: ink, precision: 0 }, grid: { color: grid }, title: { display: true, text: data.unit, color: ink } },
      },
      plugins: { legend: { position: "bottom", labels: { color: ink, boxWidth: 14 } } },
    },
  });
}

function drawAll() {
  for (const chart of drawn) chart.destroy();
  drawn = [...document.querySelectorAll("canvas[data-bar-chart]")].map(draw);
}

drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
