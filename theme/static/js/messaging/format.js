// Text and times of messages. Message text is only ever set as text, never as markup.

const LINK = /https?:\/\/[^\s<>"'`]+/gi;
const TRAILING = /[.,;:!?)\]}»”’]+$/;

/** Puts `text` into `element`; web addresses become links. */
export function setText(element, text) {
  element.replaceChildren();
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TRAILING, "");
    const url = safeUrl(address);
    if (!url) continue;
    element.append(text.slice(from, match.index));
    const link = document.createElement("a");
    link.href = url;
    link.textContent = address;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
    element.append(link);
    from = match.index + address.length;
  }
  element.append(text.slice(from));
}

function safeUrl(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:"].includes(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

/** Clock and days in the clinic's time zone, in the page's language. */
export function clock(timeZone, language = document.documentElement.lang) {
  const locale = language === "en" ? "en-GB" : language;
  // The same digits as the pages that the server writes.
  const shared = { timeZone, numberingSystem: "latn" };
  const time = new Intl.DateTimeFormat(locale, { ...shared, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(locale, { ...shared, day: "numeric", month: "short", year: "numeric" });
  const key = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const dayKey = (date) => key.format(date);
  return {
    time: (date) => time.format(date),
    dayKey,
    day(date) {
      const shown = dayKey(date);
      if (shown === dayKey(new Date())) return relative.format(0, "day");
      if (shown === dayKey(new Date(Date.now() - 86_400_000))) return relative.format(-1, "day");
      return day.format(date);
    },
  };
}
