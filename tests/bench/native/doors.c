/* See doors.h. */
#define _GNU_SOURCE
#include "doors.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { LONGEST_FRAME = 1 << 14, MASK = 0x5a, FIN_TEXT = 0x81, MASKED = 0x80, SHORT = 126, HEADER = 10 };

struct door {
  SSL *tls; /* NULL: a WebSocket */
  unsigned char header[HEADER];
  int header_length;  /* bytes of a frame's header that have come */
  size_t payload;     /* bytes of its payload that have not come */
};

static void shut(const char *what) {
  fprintf(stderr, "a door stays shut: %s\n", what);
  exit(1);
}

door_kind door_named(const char *mix) {
  if (!strcmp(mix, "tls")) return TLS;
  return strcmp(mix, "ws") ? BARE : WEBSOCKET;
}

static SSL *tls_open(int fd) {
  static SSL_CTX *context;
  if (!context) {
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
  }
  SSL *tls = SSL_new(context);
  SSL_set_fd(tls, fd);
  SSL_set_connect_state(tls); /* SSL_read() and SSL_write() do the handshake, without waiting */
  return tls;
}

static void websocket_open(int fd) {
  static const char request[] = "GET /irc HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Protocol: text.ircv3.net\r\n\r\n";
  char answer[1024];
  size_t length = 0;
  send(fd, request, sizeof request - 1, MSG_NOSIGNAL);
  while (length < 4 || memcmp(answer + length - 4, "\r\n\r\n", 4)) { /* a frame may follow: byte by byte */
    if (length == sizeof answer || recv(fd, answer + length, 1, 0) != 1) shut("no answer to the handshake");
    length++;
  }
  if (memcmp(answer, "HTTP/1.1 101 ", 13)) shut("the server speaks no WebSocket at /irc");
}

door *door_open(door_kind kind, int fd) {
  if (kind == BARE) return NULL;
  door *d = calloc(1, sizeof *d);
  if (kind == TLS) d->tls = tls_open(fd);
  else websocket_open(fd);
  return d;
}

bool door_shut(const door *d) { return d && d->tls && !SSL_is_init_finished(d->tls); }

static ssize_t tls_result(door *d, int count) {
  if (count > 0) return count;
  int problem = SSL_get_error(d->tls, count);
  ERR_clear_error();
  if (problem == SSL_ERROR_ZERO_RETURN) return 0;
  errno = problem == SSL_ERROR_WANT_READ || problem == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
  return -1;
}

/* What a person says is short, and the server reads it at once: a frame that was begun is finished here. */
static void send_all(int fd, const unsigned char *bytes, size_t length) {
  while (length) {
    ssize_t took = send(fd, bytes, length, MSG_NOSIGNAL);
    if (took < 0 && errno != EAGAIN && errno != EINTR) return;
    if (took < 0) poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 100);
    else bytes += took, length -= took;
  }
}

static void send_frame(int fd, const char *line, size_t length) {
  unsigned char frame[LONGEST_FRAME + HEADER];
  size_t at = 0;
  frame[at++] = FIN_TEXT;
  if (length < SHORT) {
    frame[at++] = MASKED | length;
  } else {
    frame[at++] = MASKED | SHORT;
    frame[at++] = length >> 8;
    frame[at++] = length;
  }
  memset(frame + at, MASK, 4);
  at += 4;
  for (size_t i = 0; i < length; i++) frame[at++] = line[i] ^ MASK;
  send_all(fd, frame, at);
}

ssize_t door_send(door *d, int fd, const char *bytes, size_t length) {
  if (!d) return send(fd, bytes, length, MSG_NOSIGNAL);
  if (d->tls) return tls_result(d, SSL_write(d->tls, bytes, length));
  for (const char *line = bytes, *end = bytes + length, *newline; line < end; line = newline + 1) {
    newline = memchr(line, '\n', end - line);
    if (!newline) newline = end;
    size_t size = newline - line;
    if (size && line[size - 1] == '\r') size--;
    send_frame(fd, line, size);
  }
  return length;
}

/* Frames to lines, in place: a header is at least as long as the line end that takes its place. */
static size_t unframe(door *d, char *bytes, size_t length) {
  size_t to = 0;
  for (size_t at = 0; at < length;) {
    if (d->payload) {
      size_t part = length - at < d->payload ? length - at : d->payload;
      memmove(bytes + to, bytes + at, part);
      to += part;
      at += part;
      d->payload -= part;
      if (!d->payload) bytes[to++] = '\n';
      continue;
    }
    d->header[d->header_length++] = bytes[at++];
    int size = d->header[1] & 0x7f, whole = size < SHORT ? 2 : size == SHORT ? 4 : HEADER;
    if (d->header_length < 2 || d->header_length < whole) continue;
    d->payload = size < SHORT ? (size_t)size : 0;
    for (int i = 2; i < whole; i++) d->payload = d->payload << 8 | d->header[i];
    d->header_length = 0;
  }
  return to;
}

ssize_t door_receive(door *d, int fd, char *bytes, size_t size) {
  if (!d) return recv(fd, bytes, size, 0);
  if (!d->tls) {
    ssize_t got = recv(fd, bytes, size, 0);
    if (got <= 0) return got;
    size_t lines = unframe(d, bytes, got);
    if (lines) return lines;
    errno = EAGAIN;
    return -1;
  }
  size_t got = 0;
  while (got < size) {
    ssize_t more = tls_result(d, SSL_read(d->tls, bytes + got, size - got));
    if (more <= 0) return got ? (ssize_t)got : more;
    got += more;
  }
  return got;
}

void door_close(door *d) {
  if (d && d->tls) SSL_free(d->tls);
  free(d);
}
