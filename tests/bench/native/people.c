/* The people of the load generator: see people.h. */
#define _GNU_SOURCE
#include "people.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  EVENTS_A_TURN = 512,
  READ_BYTES = 1 << 18,       /* one recv(): a long backlog is taken in few calls */
  LONGEST_LINE = 1 << 14,     /* more than any dialect allows, tags included */
  NUMBER_DIGITS = 8,          /* of a message's number, hexadecimal */
  STOPPING_BUFFER = 1 << 16,  /* of people who will stop: soon full. Set before connecting, for TCP drops
                                 what no longer fits into a buffer that shrinks, and takes long to recover */
  PEOPLE_AN_ADDRESS = 20000,  /* loopback has 28,000 ports for each source address */
  FIRST_ADDRESS = 0x7f000002, /* 127.0.0.2 */
  REASONS_TOLD = 5,           /* on standard error, which nobody may be reading just then */
};
static const char MARK = '`'; /* begins every message; nothing else that a server sends holds one */
/* Words as people use them, for servers that look at them: one that indexes what is said must not find a new word in
 * every message. */
static const char TALK[] = " so let us meet at the usual place after lunch, and see what can be done before friday:";

typedef struct {
  uint64_t sent_at; /* nanoseconds */
  uint32_t room, place, ordinal; /* of a private one: PRIVATE, and in `place` the number of whom it is for */
} message;
static const uint32_t PRIVATE = UINT32_MAX;

settings options;
counts tally;
person *people;
int ready, gone;
bool command_waits;

static int loop;
static int *present;      /* in each room, who is there and reads */
static message *messages; /* all ever said, by number */
static uint32_t message_count, message_capacity;
static uint32_t *said;    /* by each person */
static char filling[2048];
static int filling_length;

static void *checked(void *memory) {
  if (!memory) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  return memory;
}

static uint64_t nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void append(text *to, const char *bytes, size_t length) {
  if (to->length + length > to->capacity) {
    to->capacity = (to->length + length) * 2;
    to->bytes = checked(realloc(to->bytes, to->capacity));
  }
  memcpy(to->bytes + to->length, bytes, length);
  to->length += length;
}

static void watch(person *p, int operation) {
  struct epoll_event event = {.data.ptr = p};
  event.events = (p->stalled ? 0 : EPOLLIN) | (p->unsent.length && !door_shut(p->door) ? EPOLLOUT : 0);
  epoll_ctl(loop, operation, p->fd, &event);
}

static void leave(person *p) {
  if (p->at != READY && gone < REASONS_TOLD) {
    fprintf(stderr, "u%d was thrown out and heard last: %s\n", p->number, p->last);
  }
  if (p->at == READY) {
    ready--;
    if (!p->stalled) present[p->room]--;
  }
  p->at = GONE;
  gone++;
  door_close(p->door);
  close(p->fd);
}

static size_t push(person *p, const char *bytes, size_t length) {
  size_t done = 0;
  while (done < length) {
    ssize_t took = door_send(p->door, p->fd, bytes + done, length - done);
    if (took < 0) break; /* full, or broken: then recv() says so */
    done += took;
  }
  return done;
}

static void transmit(person *p, const char *bytes, size_t length) {
  if (p->at == GONE) return;
  size_t done = p->unsent.length ? 0 : push(p, bytes, length);
  if (done < length) {
    append(&p->unsent, bytes + done, length - done);
    watch(p, EPOLL_CTL_MOD);
  }
}

static void transmit_rest(person *p) {
  size_t done = push(p, p->unsent.bytes, p->unsent.length);
  p->unsent.length -= done;
  memmove(p->unsent.bytes, p->unsent.bytes + done, p->unsent.length);
  watch(p, EPOLL_CTL_MOD);
}

static const char *room_name(int room) {
  static char name[64];
  if (options.rooms == 1) return options.room_prefix;
  snprintf(name, sizeof name, "%s%d", options.room_prefix, room);
  return name;
}

static bool is_irc(const person *p) {
  return p->speaks == IRC_BARE || p->speaks == IRC_TAGGED || p->speaks == IRC_ECHO;
}

void person_enter(person *p, const char *room) {
  char line[128];
  transmit(p, line, snprintf(line, sizeof line, is_irc(p) ? "JOIN %s\r\n" : "/join %s\r\n", room));
}

static void is_ready(person *p) {
  p->at = READY;
  ready++;
  present[p->room]++;
}

person *speaker(int room, int place) { return &people[room * (options.users / options.rooms) + place]; }

static void transmit_message(person *p, const char *before, message m) {
  char line[sizeof filling + 128];
  if (message_count == message_capacity) {
    message_capacity = message_capacity ? message_capacity * 2 : 1 << 16;
    messages = checked(realloc(messages, message_capacity * sizeof *messages));
  }
  int length = snprintf(line, sizeof line, "%s%c%0*x%s\r\n", before, MARK, NUMBER_DIGITS, message_count, filling);
  m.sent_at = nanoseconds();
  messages[message_count++] = m;
  transmit(p, line, length);
}

void person_say(person *p) {
  char before[80] = "";
  if (is_irc(p)) snprintf(before, sizeof before, "PRIVMSG %s :", room_name(p->room));
  tally.sent++;
  tally.expected += present[p->room];
  if (p->speaks != RAW && p->at == READY) tally.expected--;
  transmit_message(p, before, (message){.room = p->room, .place = p->place, .ordinal = said[p->number]++});
}

void person_whisper(person *p, const person *to) {
  char before[40];
  snprintf(before, sizeof before, is_irc(p) ? "PRIVMSG u%d :" : "/msg u%d ", to->number);
  tally.whispered++;
  transmit_message(p, before, (message){.room = PRIVATE, .place = to->number});
}

uint64_t echoes_owed(void) { return strcmp(options.mix, "echo") ? 0 : tally.sent; }

static int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `mark` to `end` is all of a line from its mark on. */
static void hear_message(person *p, const char *mark, const char *end, uint64_t now) {
  uint32_t number = 0;
  bool whole = end - mark == 1 + NUMBER_DIGITS + filling_length;
  for (int i = 1; whole && i <= NUMBER_DIGITS; i++) {
    int digit = hexadecimal(mark[i]);
    whole = digit >= 0;
    number = number << 4 | digit;
  }
  if (!whole || memcmp(mark + 1 + NUMBER_DIGITS, filling, filling_length) || number >= message_count ||
      (messages[number].room != PRIVATE && (int)messages[number].room != p->room)) {
    tally.damaged++;
    return;
  }
  const message *m = &messages[number];
  uint64_t waited = (now - m->sent_at) / 1000;
  if (m->room == PRIVATE) {
    if ((int)m->place != p->number) return; /* its author is shown it too */
    tally.private++;
    histogram_add(&tally.privately, waited);
  } else if ((int)m->place == p->place && p->speaks == IRC_ECHO) {
    tally.echoed++;
    histogram_add(&tally.echo, waited);
  } else if ((int)m->place == p->place && p->speaks != RAW) {
    tally.own++;
  } else if (m->ordinal < p->heard[m->place]) {
    tally.repeated++;
  } else { /* a gap shows as delivered < expected: whatever was passed over may not come later */
    p->heard[m->place] = m->ordinal + 1;
    tally.delivered++;
    histogram_add(&tally.latency, waited);
  }
}

static bool starts(const char *line, const char *end, const char *with) {
  size_t length = strlen(with);
  return (size_t)(end - line) >= length && !memcmp(line, with, length);
}

static bool holds(const char *line, const char *end, const char *what) {
  return memmem(line, end - line, what, strlen(what)) != NULL;
}

static const char *after_word(const char *line, const char *end) {
  const char *space = memchr(line, ' ', end - line);
  return space ? space + 1 : end;
}

static void count_join(person *p, const char *name, const char *end) {
  char own[16];
  int length = snprintf(own, sizeof own, "u%d", p->number);
  bool mine = starts(name, end, own) && end - name > length && (name[length] == '!' || name[length] == ' ');
  if (mine) tally.entered++;
  else tally.joins++;
}

static void hear_gap(person *p, const char *line, const char *end) {
  const char *missed = memmem(line, end - line, "missed ", 7);
  if (missed) p->told_missed += strtol(missed + 7, NULL, 10);
}

static void hear_irc(person *p, const char *line, const char *end) {
  const char *source = end;
  if (line < end && *line == '@') line = after_word(line, end);
  if (line < end && *line == ':') {
    source = line + 1;
    line = after_word(line, end);
  }
  if (starts(line, end, "PING ")) {
    char answer[600];
    transmit(p, answer, snprintf(answer, sizeof answer, "PONG %.*s\r\n", (int)(end - line - 5), line + 5));
  } else if (starts(line, end, "JOIN ")) {
    count_join(p, source, end);
  } else if (starts(line, end, "NOTICE ") || starts(line, end, "NOTE ")) {
    hear_gap(p, line, end);
  } else if (p->at == CONNECTED && starts(line, end, "001 ")) {
    p->at = ENTERING;
    person_enter(p, room_name(p->room));
  } else if (p->at == ENTERING && starts(line, end, "366 ")) {
    is_ready(p);
  }
}

static void hear_plain(person *p, const char *line, const char *end) {
  if (p->at == CONNECTED && holds(line, end, "Welcome")) {
    if (options.rooms == 1) {
      is_ready(p);
    } else {
      p->at = ENTERING;
      person_enter(p, room_name(p->room));
    }
  } else if (p->at == ENTERING && holds(line, end, room_name(p->room))) {
    is_ready(p);
  } else if (starts(line, end, "* ") && holds(line, end, " joined")) {
    count_join(p, line + 2, end);
  } else {
    hear_gap(p, line, end);
  }
}

static void hear_line(person *p, const char *line, const char *end, uint64_t now) {
  if (end > line && end[-1] == '\r') end--;
  const char *mark = memchr(line, MARK, end - line);
  if (mark) {
    hear_message(p, mark, end, now);
    return;
  }
  if (p->at < READY) snprintf(p->last, sizeof p->last, "%.*s", (int)(end - line), line);
  if (p->speaks == PLAIN) hear_plain(p, line, end);
  else if (is_irc(p)) hear_irc(p, line, end);
}

static void hear(person *p, const char *bytes, size_t length) {
  const char *end = bytes + length, *newline;
  uint64_t now = nanoseconds();
  tally.bytes += length;
  if (p->unfinished.length && (newline = memchr(bytes, '\n', length))) {
    append(&p->unfinished, bytes, newline - bytes);
    bytes = newline + 1;
    hear_line(p, p->unfinished.bytes, p->unfinished.bytes + p->unfinished.length, now);
    p->unfinished.length = 0;
  }
  if (!p->unfinished.length) {
    while ((newline = memchr(bytes, '\n', end - bytes))) {
      hear_line(p, bytes, newline, now);
      bytes = newline + 1;
    }
  }
  if (p->unfinished.length + (end - bytes) <= LONGEST_LINE) append(&p->unfinished, bytes, end - bytes);
  else tally.damaged++;
}

static void receive(person *p) {
  static char bytes[READ_BYTES];
  ssize_t got = door_receive(p->door, p->fd, bytes, sizeof bytes);
  if (got > 0) hear(p, bytes, got);
  else if (got == 0 || (errno != EAGAIN && errno != EINTR)) leave(p);
}

void serve(int milliseconds) {
  struct epoll_event events[EVENTS_A_TURN];
  int count = epoll_wait(loop, events, EVENTS_A_TURN, milliseconds);
  for (int i = 0; i < count; i++) {
    person *p = events[i].data.ptr;
    if (!p) {
      command_waits = true;
      continue;
    }
    if (events[i].events & EPOLLOUT) transmit_rest(p);
    if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
      bool was_shut = door_shut(p->door);
      receive(p);
      if (was_shut && p->at != GONE) transmit_rest(p);
    }
  }
}

bool may_stop(const person *p) {
  return options.stopping && p->place >= options.speakers && p->place % options.stopping == 0;
}

void person_stall(person *p, bool stalled) {
  if (p->at != READY || p->stalled == stalled) return;
  present[p->room] += stalled ? -1 : 1;
  p->stalled = stalled;
  watch(p, EPOLL_CTL_MOD);
}

void person_connect(person *p) {
  int on = 1, small = STOPPING_BUFFER;
  char line[256];
  struct sockaddr_in from = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(FIRST_ADDRESS + p->number / PEOPLE_AN_ADDRESS)};
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  p->fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(p->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (may_stop(p)) setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&from, sizeof from) ||
      connect(p->fd, (struct sockaddr *)&to, sizeof to)) {
    fprintf(stderr, "person %d cannot connect: %s\n", p->number, strerror(errno));
    exit(1);
  }
  setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  p->door = door_open(door_named(options.mix), p->fd);
  fcntl(p->fd, F_SETFL, O_NONBLOCK);
  watch(p, EPOLL_CTL_ADD);
  int length = 0;
  if (p->speaks == RAW) is_ready(p);
  else if (p->speaks == PLAIN) length = snprintf(line, sizeof line, "u%d\r\n", p->number);
  else if (p->speaks == IRC_BARE) length = snprintf(line, sizeof line, "NICK u%d\r\nUSER u 0 * :bench\r\n", p->number);
  else
    length = snprintf(line, sizeof line,
                      "CAP REQ :server-time message-tags account-tag%s\r\nNICK u%d\r\nUSER u 0 * :bench\r\nCAP END\r\n",
                      p->speaks == IRC_ECHO ? " echo-message" : "", p->number);
  transmit(p, line, length);
}

static dialect dialect_of(int number) {
  static const dialect mixture[] = {PLAIN, IRC_BARE, IRC_TAGGED};
  if (!strcmp(options.mix, "mixed")) return mixture[number % 3];
  if (!strcmp(options.mix, "irc") || door_named(options.mix) != BARE) return IRC_BARE;
  if (!strcmp(options.mix, "tagged")) return IRC_TAGGED;
  if (!strcmp(options.mix, "echo")) return IRC_ECHO;
  return strcmp(options.mix, "raw") ? PLAIN : RAW;
}

void people_create(void) {
  int room_size = options.users / options.rooms;
  filling_length = options.size - 1 - NUMBER_DIGITS;
  if (filling_length < 0) filling_length = 0;
  if (filling_length > (int)sizeof filling - 1) filling_length = sizeof filling - 1;
  for (int i = 0; i < filling_length; i++) filling[i] = TALK[i % (sizeof TALK - 1)];
  if (filling_length) filling[filling_length - 1] = '.'; /* a blank at the end may be taken off */
  loop = epoll_create1(0);
  struct epoll_event input = {.events = EPOLLIN};
  epoll_ctl(loop, EPOLL_CTL_ADD, STDIN_FILENO, &input);
  people = checked(calloc(options.users, sizeof *people));
  present = checked(calloc(options.rooms, sizeof *present));
  said = checked(calloc(options.users, sizeof *said));
  for (int i = 0; i < options.users; i++) {
    people[i] = (person){.number = i, .room = i / room_size, .place = i % room_size, .speaks = dialect_of(i)};
    people[i].heard = checked(calloc(options.speakers, sizeof *people[i].heard));
  }
}

void counts_clear(void) { memset(&tally, 0, sizeof tally); }
