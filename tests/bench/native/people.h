/* The people of the load generator: their connections, what they say, and the check of everything they hear. */
#ifndef PEOPLE_H
#define PEOPLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doors.h"
#include "histogram.h"

typedef enum {
  PLAIN,      /* the first line is the name, each further line is said */
  IRC_BARE,   /* registers with NICK and USER and asks for no capability */
  IRC_TAGGED, /* asks for server-time, message-tags (which brings msgid) and account-tag */
  IRC_ECHO,   /* as tagged, and asks for echo-message: its own messages come back when the server has kept them */
  RAW,        /* no login: whatever is sent comes back to everybody, oneself included (the floor) */
} dialect;

typedef enum { CONNECTED, ENTERING, READY, GONE } stage;

typedef struct {
  char *bytes;
  size_t length, capacity;
} text;

typedef struct {
  int fd, number, room, place; /* place: which one of its room, from 0 */
  dialect speaks;
  door *door;
  stage at;
  bool stalled;      /* does not read */
  bool behind;       /* was stalled, and what it was owed is being counted */
  text unsent;       /* what the socket did not take */
  text unfinished;   /* the beginning of a line whose end has not come */
  uint32_t *heard;   /* for each speaker of the room, how many of its messages have been heard */
  long told_missed;  /* how many events the server said that it had left out */
  char last[100];    /* the last line heard before being ready: the reason, if that never happens */
} person;

/* What has happened since the last counts_clear(). */
typedef struct {
  uint64_t sent;      /* messages */
  uint64_t expected;  /* deliveries of them to people who are there and read */
  uint64_t delivered; /* of those, the ones that came whole and in order */
  uint64_t repeated;  /* came again, or after a later one of the same author */
  uint64_t own;       /* came back to the author, who had not asked for that */
  uint64_t echoed;    /* came back to the author, who had */
  uint64_t whispered; /* private messages said */
  uint64_t private;   /* of those, the ones that came */
  uint64_t damaged;   /* with other text, in another room, or never said */
  uint64_t joins;     /* notices that somebody else has joined */
  uint64_t entered;   /* own joins that the server has confirmed */
  uint64_t bytes;     /* received */
  histogram latency, echo, privately; /* microseconds from send() to recv() */
} counts;

typedef struct {
  const char *mix;          /* plain, irc, tagged, echo, raw, mixed, or irc through another door: tls, ws */
  int port, users, rooms, speakers, size, stopping;
  const char *room_prefix;  /* with one room its name, else a number follows */
} settings;

extern settings options;
extern counts tally;
extern person *people;
extern int ready, gone;
extern bool command_waits; /* standard input has something to read */

void people_create(void);
void person_connect(person *p);
void person_enter(person *p, const char *room);
void person_say(person *p);
void person_whisper(person *p, const person *to);
uint64_t echoes_owed(void); /* since counts_clear() */
bool may_stop(const person *p); /* one who can be told to stop reading */
void person_stall(person *p, bool stalled);
person *speaker(int room, int place);
void counts_clear(void);
/* Lets everybody read and write what is there; waits at most so long for the first event. */
void serve(int milliseconds);
#endif
