/* loadgen: many people of one chat server in one process, told on standard input what to do.
 *
 * Every message has a number; every person checks every line it hears: whole, of its own room, each author's
 * messages in order and none twice. What a command has caused is drained and the server's CPU has come to rest
 * before the answer is printed, so that work left for later (a history to be written) is counted too.
 *
 * usage: loadgen PORT PROCESS DIALECT USERS ROOMS SPEAKERS SIZE STOPPING ROOM
 *   DIALECT   plain, irc, tagged (IRC with server-time, msgid and account-tag), echo (tagged, with echo-message),
 *             mixed (a third each of the first three), raw (floor)
 *   SPEAKERS  how many people of each room say something
 *   SIZE      bytes of text a message
 *   STOPPING  every so many-th person, none of them a speaker, may be told to stop reading; 0: nobody
 *
 * commands, one a line; each is answered with one line of key=value pairs:
 *   login                          everybody connects, at most LOGINS_AHEAD at a time (LOGINS_CAREFUL if need be)
 *   window MESSAGES SECONDS [ALL]  closed loop: at most so many messages not yet delivered to everybody; ends early
 *                                  when ALL messages have been sent
 *   paced RATE SECONDS [ROOMS]     open loop: RATE messages a second in all, in the first ROOMS rooms
 *   private RATE SECONDS PRIVATELY the same, and the last two people say PRIVATELY messages a second to each other
 *   quiet SECONDS                  nobody says anything
 *   chorus                         every speaker says one message, all at once
 *   storm ROOM                     everybody joins ROOM, all at once
 *   stall                          those who may stop reading do so
 *   resume                         they read again
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "people.h"
#include "usage.h"

enum {
  LOGINS_AHEAD = 128, /* a busy minute: enough to fill turns */
  LOGINS_CAREFUL = 8, /* where 128 overflow the listen() backlog: ngircd's is 10 */
  BURST = 256,        /* messages sent between two looks at what has come */
};
static const double OVERFLOW_SECONDS = 0.5; /* a connect() that took so long was dropped and sent again */
static const double STUCK_SECONDS = 60;   /* no login for so long: it will not happen */
static const double DRAIN_SECONDS = 2;    /* nothing has come for so long: nothing more will */
static const double RESUME_SECONDS = 5;   /* TCP may need so long to notice that a window is open again */
static const double SILENCE_SECONDS = 0.7; /* after logins and other bursts of unknown length */
static const double REST_STEP = 0.1, REST_SHARE = 0.02; /* at rest: under 2 % of a core for 0.1 s */
static const double REST_SECONDS = 10;    /* by then it counts as its normal state */

static pid_t server;
static double cpu_before, own_before, waited_before, started, finished;
static long resident_before;

static double own_cpu(void) { return cpu_seconds(getpid()); }

static void begin(void) {
  counts_clear();
  resident_before = resident_kb(server);
  cpu_before = cpu_seconds(server);
  waited_before = waited_seconds(server);
  own_before = own_cpu();
  started = finished = monotonic();
}

static void wait_for_rest(void) {
  double limit = monotonic() + REST_SECONDS, before, since;
  do {
    before = cpu_seconds(server);
    since = monotonic();
    while (monotonic() - since < REST_STEP) serve(10);
  } while (cpu_seconds(server) - before > REST_STEP * REST_SHARE && since < limit);
}

static uint64_t come(void) { return tally.delivered + tally.echoed + tally.private; }

static void drain(void) {
  uint64_t before = come(), all = tally.expected + echoes_owed() + tally.whispered;
  double since = monotonic();
  while (come() < all && monotonic() - since < DRAIN_SECONDS) {
    serve(20);
    if (come() == before) continue;
    before = come();
    since = monotonic();
  }
  finished = come() < all ? since : monotonic();
}

static void drain_until_silence(void) {
  uint64_t before = tally.bytes;
  finished = monotonic();
  while (monotonic() - finished < SILENCE_SECONDS) {
    serve(50);
    if (tally.bytes == before) continue;
    before = tally.bytes;
    finished = monotonic();
  }
}

static void answer(const char *more) {
  wait_for_rest();
  double own = own_cpu() - own_before;
  printf("sent=%lu expected=%lu delivered=%lu repeated=%lu own=%lu damaged=%lu joins=%lu entered=%lu dead=%d "
         "bytes=%lu seconds=%.6f cpu=%.9f waited=%.6f generator_cpu=%.6f resident_kb=%ld resident_grown_kb=%ld "
         "p50_us=%lu p99_us=%lu max_us=%lu "
         "echoes_owed=%lu echoed=%lu echo_p50_us=%lu echo_p90_us=%lu echo_p99_us=%lu echo_max_us=%lu "
         "whispered=%lu private=%lu private_p50_us=%lu private_p99_us=%lu private_max_us=%lu%s\n",
         tally.sent, tally.expected, tally.delivered, tally.repeated, tally.own, tally.damaged, tally.joins,
         tally.entered, gone, tally.bytes, finished - started, cpu_seconds(server) - cpu_before,
         waited_seconds(server) - waited_before, own,         resident_kb(server), resident_kb(server) - resident_before, histogram_at(&tally.latency, .5),
         histogram_at(&tally.latency, .99), tally.latency.max,
         echoes_owed(), tally.echoed, histogram_at(&tally.echo, .5), histogram_at(&tally.echo, .9),
         histogram_at(&tally.echo, .99), tally.echo.max,
         tally.whispered, tally.private, histogram_at(&tally.privately, .5), histogram_at(&tally.privately, .99),
         tally.privately.max, more);
  fflush(stdout);
}

static void login(void) {
  int ahead = LOGINS_AHEAD;
  begin();
  double progress = started;
  for (int connected = 0, settled = 0; ready + gone < options.users;) {
    if (connected < options.users && connected - (ready + gone) < ahead) {
      double before = monotonic();
      person_connect(&people[connected++]);
      if (monotonic() - before > OVERFLOW_SECONDS) ahead = LOGINS_CAREFUL;
    } else {
      serve(100);
    }
    serve(0);
    if (ready + gone > settled) {
      settled = ready + gone;
      progress = monotonic();
    } else if (monotonic() - progress > STUCK_SECONDS) {
      int who = 0;
      while (people[who].at == READY) who++;
      fprintf(stderr, "%d of %d people are in, %d were thrown out; u%d heard last: %s\n", ready, options.users, gone,
              who, people[who].last);
      exit(1);
    }
  }
  if (!ready) {
    fprintf(stderr, "everybody was thrown out; u0 heard last: %s\n", people[0].last);
    exit(1);
  }
  drain_until_silence();
  answer(ahead == LOGINS_AHEAD ? " backlog_overflowed=0" : " backlog_overflowed=1");
}

static void say_next(uint64_t number, int rooms) {
  person_say(speaker(number % rooms, number / rooms % options.speakers));
}

static void window(int messages, double seconds, uint64_t all) {
  begin();
  double until = started + seconds;
  while (monotonic() < until && gone < options.users && tally.sent < all) {
    double each = tally.sent ? (double)tally.expected / tally.sent : 1;
    uint64_t complete = tally.delivered / (each > 1 ? each : 1);
    for (int i = 0; i < BURST && tally.sent < complete + messages; i++) say_next(tally.sent, options.rooms);
    serve(10);
  }
  drain();
  answer("");
}

static double earlier(double a, double b) { return a < b ? a : b; }

static void paced(double rate, double seconds, int rooms, double privately) {
  person *pair[] = {&people[options.users - 2], &people[options.users - 1]};
  begin();
  double now;
  while ((now = monotonic()) < started + seconds) {
    uint64_t due = 1 + (now - started) * rate, due_privately = (now - started) * privately;
    for (int i = 0; i < BURST && tally.sent < due; i++) say_next(tally.sent, rooms);
    if (tally.whispered < due_privately) {
      int from = tally.whispered % 2;
      person_whisper(pair[from], pair[!from]);
    }
    double wait = tally.sent < due ? 0 : started + tally.sent / rate - monotonic();
    if (privately > 0) wait = earlier(wait, started + (tally.whispered + 1) / privately - monotonic());
    serve(wait < 0 ? 0 : wait > .05 ? 50 : wait * 1e3 + .5);
  }
  drain();
  answer("");
}

static void quiet(double seconds) {
  begin();
  while (monotonic() < started + seconds) serve(50);
  finished = monotonic();
  answer("");
}

static void chorus(void) {
  begin();
  for (int i = 0; i < options.rooms * options.speakers; i++) {
    say_next(i, options.rooms);
    serve(0);
  }
  drain();
  answer("");
}

static void storm(const char *room) {
  begin();
  for (int i = 0; i < options.users; i++) {
    person_enter(&people[i], room);
    serve(0);
  }
  drain_until_silence();
  options.room_prefix = room;
  answer("");
}

static void stall(void) {
  begin();
  int stalled = 0;
  for (int i = 0; i < options.users; i++) {
    if (!may_stop(&people[i])) continue;
    person_stall(&people[i], true);
    stalled++;
  }
  char more[64];
  snprintf(more, sizeof more, " stalled=%d", stalled);
  answer(more);
}

/* What a stalled one is owed is what somebody of its room who never stopped reading has heard since. */
static uint64_t owed_to(const person *p) {
  const person *witness = speaker(p->room, options.speakers);
  uint64_t owed = 0;
  while (witness->behind || witness->stalled) witness++;
  for (int s = 0; s < options.speakers; s++) owed += witness->heard[s] - p->heard[s];
  return owed;
}

static uint64_t told_missed(void) {
  uint64_t told = 0;
  for (int i = 0; i < options.users; i++) told += people[i].behind ? people[i].told_missed : 0;
  return told;
}

static void resume(void) {
  uint64_t owed = 0, told_before, closed = 0;
  begin();
  for (int i = 0; i < options.users; i++) {
    person *p = &people[i];
    if (!p->stalled) continue;
    p->behind = true;
    owed += owed_to(p);
    person_stall(p, false);
  }
  told_before = told_missed();
  uint64_t before = tally.bytes, told = 0;
  for (double since = started; tally.delivered + told < owed && monotonic() - since < RESUME_SECONDS;) {
    serve(20);
    told = told_missed() - told_before;
    if (tally.bytes == before) continue;
    before = tally.bytes;
    since = monotonic();
  }
  drain_until_silence();
  told = told_missed() - told_before;
  for (int i = 0; i < options.users; i++) {
    closed += people[i].behind && people[i].at == GONE;
    people[i].behind = false;
  }
  char more[128];
  snprintf(more, sizeof more, " owed=%lu told_missed=%lu closed=%lu", owed, told, closed);
  answer(more);
}

static void obey(char *line) {
  int rooms = options.rooms, count, all = INT_MAX;
  double rate, seconds, privately;
  char room[64];
  if (!strcmp(line, "login")) login();
  else if (sscanf(line, "window %d %lf %d", &count, &seconds, &all) >= 2) window(count, seconds, all);
  else if (sscanf(line, "paced %lf %lf %d", &rate, &seconds, &rooms) >= 2) paced(rate, seconds, rooms, 0);
  else if (sscanf(line, "private %lf %lf %lf", &rate, &seconds, &privately) == 3)
    paced(rate, seconds, rooms, privately);
  else if (sscanf(line, "quiet %lf", &seconds) == 1) quiet(seconds);
  else if (!strcmp(line, "chorus")) chorus();
  else if (sscanf(line, "storm %63s", room) == 1) storm(strdup(room));
  else if (!strcmp(line, "stall")) stall();
  else if (!strcmp(line, "resume")) resume();
  else {
    fprintf(stderr, "unknown command: %s\n", line);
    exit(2);
  }
}

int main(int argc, char **argv) {
  if (argc != 10) {
    fprintf(stderr, "usage: loadgen PORT PROCESS DIALECT USERS ROOMS SPEAKERS SIZE STOPPING ROOM\n");
    return 2;
  }
  server = atoi(argv[2]);
  options = (settings){.port = atoi(argv[1]), .mix = argv[3], .users = atoi(argv[4]), .rooms = atoi(argv[5]),
                       .speakers = atoi(argv[6]), .size = atoi(argv[7]),
                       .stopping = atoi(argv[8]), .room_prefix = argv[9]};
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  people_create();
  static char line[256];
  for (int length = 0;;) {
    serve(1000);
    if (!command_waits) continue;
    command_waits = false;
    ssize_t got = read(STDIN_FILENO, line + length, sizeof line - 1 - length);
    if (got <= 0) return 0;
    length += got;
    if (line[length - 1] != '\n') continue;
    line[length - 1] = 0;
    length = 0;
    obey(line);
  }
}
