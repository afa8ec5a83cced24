// The keys of the picture; they count only while it has the focus. The list on the page says them all.

/** @param page {step(by), go(index), last(), preset(number), reset(), invert(), measure(), removeLine(), series(by), help()} */
export function keys(stage, page) {
  const turn = (centre, width) => {
    const { window } = stage;
    const each = Math.max(window.width, 8) / 20;
    stage.change({ window: { centre: window.centre + centre * each, width: window.width + width * each } });
  };
  const does = {
    ArrowDown: () => page.step(1),
    ArrowRight: () => page.step(1),
    ArrowUp: () => page.step(-1),
    ArrowLeft: () => page.step(-1),
    PageDown: () => page.step(10),
    PageUp: () => page.step(-10),
    Home: () => page.go(0),
    End: () => page.go(Infinity),
    "Shift+ArrowUp": () => turn(-1, 0),
    "Shift+ArrowDown": () => turn(1, 0),
    "Shift+ArrowRight": () => turn(0, 1),
    "Shift+ArrowLeft": () => turn(0, -1),
    "+": () => stage.zoomBy(1.25),
    "=": () => stage.zoomBy(1.25),
    "-": () => stage.zoomBy(0.8),
    w: () => stage.panBy(0, 40),
    s: () => stage.panBy(0, -40),
    a: () => stage.panBy(40, 0),
    d: () => stage.panBy(-40, 0),
    i: page.invert,
    r: page.reset,
    m: page.measure,
    Delete: page.removeLine,
    Backspace: page.removeLine,
    "[": () => page.series(-1),
    "]": () => page.series(1),
    "?": page.help,
  };
  stage.box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, a")) return;
    const plain = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const named = event.shiftKey && event.key.startsWith("Arrow") ? `Shift+${event.key}` : plain;
    const act = /^[1-9]$/.test(plain) ? () => page.preset(Number(plain) - 1) : does[named];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
