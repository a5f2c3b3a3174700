/* floor: the least that any chat server can do, to measure the others against.
 *
 * One epoll loop. All lines that one turn of the loop has read go out to every connection in one send() each; or, with
 * rooms, each piece that was read goes to those who share the speaker's. No names, no parsing, no slow readers: a bound,
 * not a server. Whoever speaks hears itself too.
 *
 * usage: floor PORT [ROOM]        listens on 127.0.0.1; every ROOM who came one after another share a room
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  MAX_PEERS = 1 << 17,        /* more than any open-files limit the benchmark meets */
  BACKLOG = 1024,             /* connections that may wait for accept(): more than loadgen opens at once */
  READ_BYTES = 1 << 16,       /* one recv() */
  TURN_BYTES = 1 << 22,       /* all that one turn may gather; what exceeds it waits in the socket */
  EVENTS_A_TURN = 512,        /* as large as loadgen's, so that neither side sets the batch */
};

static int peers[MAX_PEERS]; /* in the order in which they came; -1: has left */
static int peer_count;
static int number_of[MAX_PEERS]; /* where a file descriptor stands among the peers */
static int room_size = MAX_PEERS;
static char turn[TURN_BYTES];

struct piece {
  int speaker, start, length; /* the speaker's number among the peers, and where in the turn its lines stand */
};

static void raise_open_files_limit(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

static int listen_on(int port) {
  int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, BACKLOG)) {
    perror("floor: cannot listen");
    exit(1);
  }
  return listener;
}

static void watch(int loop, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
}

static void welcome(int loop, int listener) {
  int on = 1, peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  if (peer < 0) return;
  if (peer_count == MAX_PEERS || peer >= MAX_PEERS) {
    close(peer);
    return;
  }
  setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(loop, peer);
  number_of[peer] = peer_count;
  peers[peer_count++] = peer;
}

static void forget(int peer) {
  close(peer);
  peers[number_of[peer]] = -1;
  while (peer_count && peers[peer_count - 1] < 0) peer_count--;
}

static void tell_room(struct piece piece) {
  int first = piece.speaker - piece.speaker % room_size, end = first + room_size;
  for (int i = first; i < end && i < peer_count; i++) {
    if (peers[i] >= 0) send(peers[i], turn + piece.start, piece.length, MSG_NOSIGNAL);
  }
}

int main(int argc, char **argv) {
  if (argc == 3) room_size = atoi(argv[2]);
  if (argc < 2 || argc > 3 || room_size < 1) {
    fprintf(stderr, "usage: floor PORT [ROOM]\n");
    return 2;
  }
  raise_open_files_limit();
  int listener = listen_on(atoi(argv[1])), loop = epoll_create1(0);
  struct epoll_event ready[EVENTS_A_TURN];
  struct piece pieces[EVENTS_A_TURN];
  watch(loop, listener);
  for (;;) {
    int count = epoll_wait(loop, ready, EVENTS_A_TURN, -1);
    int gathered = 0, piece_count = 0;
    for (int i = 0; i < count; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener) {
        welcome(loop, listener);
        continue;
      }
      int space = TURN_BYTES - gathered;
      if (!space) break;
      ssize_t got = recv(fd, turn + gathered, space < READ_BYTES ? space : READ_BYTES, 0);
      if (got > 0) {
        pieces[piece_count++] = (struct piece){number_of[fd], gathered, got};
        gathered += got;
      } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        forget(fd);
      }
    }
    if (room_size < MAX_PEERS) {
      for (int i = 0; i < piece_count; i++) tell_room(pieces[i]);
    } else if (gathered) {
      tell_room((struct piece){0, 0, gathered});
    }
  }
}
