/* floor: the least that any chat server can do, to measure the others against.
 *
 * One epoll loop. All lines that one turn of the loop has read go out to every connection in one send() each.
 * No names, no rooms, no parsing, no slow readers: a bound, not a server. Whoever speaks hears itself too.
 *
 * usage: floor PORT        listens on 127.0.0.1
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

static int peers[MAX_PEERS];
static int peer_count;
static char turn[TURN_BYTES];

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
  if (peer_count == MAX_PEERS) {
    close(peer);
    return;
  }
  setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(loop, peer);
  peers[peer_count++] = peer;
}

static void forget(int peer) {
  close(peer);
  for (int i = 0; i < peer_count; i++) {
    if (peers[i] == peer) {
      peers[i] = peers[--peer_count];
      return;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: floor PORT\n");
    return 2;
  }
  raise_open_files_limit();
  int listener = listen_on(atoi(argv[1])), loop = epoll_create1(0);
  struct epoll_event ready[EVENTS_A_TURN];
  watch(loop, listener);
  for (;;) {
    int count = epoll_wait(loop, ready, EVENTS_A_TURN, -1);
    int gathered = 0;
    for (int i = 0; i < count; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener) {
        welcome(loop, listener);
        continue;
      }
      int room = TURN_BYTES - gathered;
      if (!room) break;
      ssize_t got = recv(fd, turn + gathered, room < READ_BYTES ? room : READ_BYTES, 0);
      if (got > 0) gathered += got;
      else if (got == 0 || (errno != EAGAIN && errno != EINTR)) forget(fd);
    }
    if (gathered) {
      for (int i = 0; i < peer_count; i++) send(peers[i], turn, gathered, MSG_NOSIGNAL);
    }
  }
}
