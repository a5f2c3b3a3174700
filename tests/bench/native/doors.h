/* How the bytes of a person reach the server: as they are, over TLS, or in the frames of a WebSocket. */
#ifndef DOORS_H
#define DOORS_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef enum { BARE, TLS, WEBSOCKET } door_kind;
typedef struct door door; /* NULL: BARE */

door_kind door_named(const char *mix);
/* Opens the door of a connected socket that blocks as yet; ends the program with a reason if it stays shut. */
door *door_open(door_kind kind, int fd);
/* As send() and recv() of a socket that does not block: lines go in, lines come out. */
ssize_t door_send(door *d, int fd, const char *bytes, size_t length);
ssize_t door_receive(door *d, int fd, char *bytes, size_t size);
/* Whether nothing can be sent before more has been received: a handshake goes on. */
bool door_shut(const door *d);
void door_close(door *d);
#endif
