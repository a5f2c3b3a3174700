// The connection to the server: comes back by itself, with growing pauses, and goes on where it was.

const FIRST_PAUSE = 1000; // milliseconds
const LONGEST_PAUSE = 30000;
// The server sends figures every second: after this long without any frame something is wrong.
const SILENT = 6000;
const GIVEN_UP = 15000;

export class Connection {
  /**
   * onFrame(frame) gets each frame. onState({state, at}) is told "connecting", "open", "silent", "waiting" (with the
   * time in milliseconds at which the next try comes), or "signed-out", after which nothing more is tried.
   */
  constructor({ onFrame, onState }) {
    this.onFrame = onFrame;
    this.onState = onState;
    this.boot = null;
    this.next = null;
    this.socket = null;
    this.pause = FIRST_PAUSE;
    this.timer = null;
    this.heard = 0;
    this.state = "";
    setInterval(() => this.#watch(), 1000);
    addEventListener("online", () => this.tryNow());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.tryNow();
    });
    this.#connect();
  }

  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Does not wait for the end of the pause. */
  tryNow() {
    if (this.state === "waiting") this.#connect();
  }

  #set(state, at = 0) {
    this.state = state;
    this.onState({ state, at });
  }

  #connect() {
    clearTimeout(this.timer);
    this.#set("connecting");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws`);
    let opened = false;
    this.socket = socket;
    socket.onopen = () => {
      opened = true;
      this.heard = Date.now();
      socket.send(JSON.stringify({ type: "hello", boot: this.boot, seq: this.next }));
    };
    socket.onmessage = (event) => {
      if (this.socket === socket) this.#heard(JSON.parse(event.data));
    };
    socket.onclose = () => {
      if (this.socket === socket) this.#lost(opened);
    };
  }

  #heard(frame) {
    this.heard = Date.now();
    if (frame.type === "hello") {
      this.boot = frame.boot;
      this.next = frame.first;
      this.pause = FIRST_PAUSE;
    } else if (frame.type === "log") {
      this.next = frame.events[frame.events.length - 1][0] + 1;
    }
    if (this.state !== "open") this.#set("open");
    this.onFrame(frame);
  }

  async #lost(opened) {
    this.socket = null;
    // A script is not told why a handshake was refused; the page's own address tells it.
    if (!opened) {
      try {
        const answer = await fetch("/", { method: "HEAD", cache: "no-store" });
        if (answer.status === 401) {
          this.#set("signed-out");
          return;
        }
      } catch {
        // Not reachable at all, which is what the pause is for.
      }
    }
    // Spread out, so that many pages do not come back in the same moment.
    const wait = this.pause * (0.75 + Math.random() / 2);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    this.#set("waiting", Date.now() + wait);
    this.timer = setTimeout(() => this.#connect(), wait);
  }

  #watch() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const silent = Date.now() - this.heard;
    if (silent > GIVEN_UP) {
      const socket = this.socket;
      this.#lost(true);
      socket.close();
    } else if (silent > SILENT && this.state === "open") {
      this.#set("silent");
    }
  }
}
