// Text and times of messages. Message text is only ever set as text, never as markup.
import { live } from "../live.js";

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

/** Clock and days in the clinic's time zone; `words` is a dataset with {% date_words %}. */
export function clock(timeZone, words) {
  const months = words.months.split(",");
  const time = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const key = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const dayKey = (date) => key.format(date);
  return {
    time: (date) => time.format(date),
    dayKey,
    day(date) {
      const shown = dayKey(date);
      if (shown === dayKey(new Date(live.now()))) return words.thisDay;
      if (shown === dayKey(new Date(live.now() - 86_400_000))) return words.dayBefore;
      const [year, month, day] = shown.split("-").map(Number);
      return `${day} ${months[month - 1]} ${year}`;
    },
  };
}

/** A size for people: 820 B, 14 KB, 2.3 MB. */
export function bytes(size) {
  if (size < 1024) return `${size} B`;
  if (size < 1024 * 1024) return `${Math.round(size / 1024)} KB`;
  return `${(size / 1024 / 1024).toFixed(1)} MB`;
}
