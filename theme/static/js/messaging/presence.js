// [data-presence="<user>"]: whether the other person is here, or when they last were.
import { live } from "../live.js";
import { clock } from "./format.js";

for (const element of document.querySelectorAll("[data-presence]")) {
  const { presence: user, timeZone } = element.dataset;
  if (!user) continue;
  const shown = clock(timeZone, element.dataset);
  const text = element.querySelector("[data-presence-text]");

  const draw = ({ state, last_seen }) => {
    const { online, away, lastSeen } = element.dataset;
    element.dataset.state = state;
    if (state === "online") text.textContent = online;
    else if (state === "away") text.textContent = away;
    else if (last_seen) {
      const date = new Date(last_seen);
      text.textContent = lastSeen.replace("{time}", `${shown.day(date)} ${shown.time(date)}`);
    } else text.textContent = "";
    element.hidden = text.textContent === "";
  };

  live.on("presence", ({ users }) => users[user] && draw(users[user]));
  // What was true before the line went is not known to be true now.
  live.on("down", () => (element.hidden = true));
  live.watch(`presence:${user}`);
}
