// What calls somebody back to the page: title, icon, notifications, a sound.

import { $ } from "./dom.js";
import { plain } from "./text.js";
import { change, loudness, settings } from "./settings.js";

const WAIT = 1500; // milliseconds in which another device may show that the message is read
const TEXT = 200; // characters of a notification
const TONE = { frequency: 660, seconds: 0.18, volume: 0.08 };

/** Whether this browser can show notifications on this page: only over HTTPS or on this machine. */
export const possible = () => "Notification" in window && window.isSecureContext;

export const allowed = () => possible() && Notification.permission === "granted" && settings.notify;

export async function ask() {
  const answer = possible() ? await Notification.requestPermission() : "denied";
  change({ notify: answer === "granted" });
  return answer === "granted";
}

export class Notifier {
  /** `onOpen(place)`: somebody has clicked on a notification. */
  constructor(client, onOpen) {
    this.client = client;
    this.onOpen = onOpen;
    this.shown = new Map(); // place -> Notification
    this.icon = $("icon");
    this.iconKind = "";
  }

  said(place, message) {
    const loud = loudness(place);
    const wanted = loud === "all" || (loud === "mentions" && (message.mention || place.kind === "person"));
    if (!wanted || (place === this.client.active && document.hasFocus())) return;
    setTimeout(() => {
      if (message.time <= place.marker || message.redacted) return;
      if (settings.sound) beep();
      if (allowed()) this.#show(place, message);
    }, WAIT);
  }

  #show(place, message) {
    const title = place.kind === "room" ? `${message.author} in ${place.name}` : message.author;
    const shown = new Notification(title, { body: plain(message.text).slice(0, TEXT), tag: place.key, icon: this.icon.href });
    shown.onclick = () => {
      window.focus();
      shown.close();
      this.onOpen(place);
    };
    this.shown.set(place, shown);
  }

  /** Notifications of places that are read, here or elsewhere, go; title and icon tell of the rest. */
  update() {
    for (const [place, shown] of this.shown) {
      if (place.unread > 0) continue;
      shown.close();
      this.shown.delete(place);
    }
    const { rooms, active, session } = this.client;
    const counted = [...rooms.places.values()].filter((place) => loudness(place) !== "none");
    const mentions = counted.reduce((sum, place) => sum + place.mentions, 0);
    const unread = counted.some((place) => place.unread > 0);
    const where = active === null || active.kind === "server" ? "" : `${active.name} – `;
    const title = `${mentions > 0 ? `(${mentions}) ` : unread ? "• " : ""}${where}${session.features.network}`;
    if (document.title !== title) document.title = title;
    const kind = mentions > 0 ? "-mention" : unread ? "-unread" : "";
    if (kind !== this.iconKind) {
      this.iconKind = kind;
      this.icon.href = this.icon.href.replace(/favicon[a-z-]*\.svg/, `favicon${kind}.svg`);
    }
  }
}

function beep() {
  try {
    const audio = new AudioContext();
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.value = TONE.frequency;
    volume.gain.setValueAtTime(TONE.volume, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + TONE.seconds);
    tone.connect(volume).connect(audio.destination);
    tone.onended = () => audio.close();
    tone.start();
    tone.stop(audio.currentTime + TONE.seconds);
  } catch {
    // No sound on this device.
  }
}
