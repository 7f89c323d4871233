// What Linux offers and the Glibc overlay of Swift does not import: epoll, eventfd, and socket
// calls and constants that are GNU extensions or enumerators.
#ifdef __linux__
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// Visible only with _GNU_SOURCE, which a module cannot rely on.
extern int accept4(int, struct sockaddr *, socklen_t *, int);

static inline int strata_epoll_add(int poller, int descriptor, uint64_t token) {
  struct epoll_event event;
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = token;
  return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

static inline int strata_epoll_remove(int poller, int descriptor) {
  struct epoll_event event;  // old kernels insist on one
  return epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, &event);
}

static inline int strata_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int strata_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline int strata_readable(uint32_t events) {
  return (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
}

static inline int strata_writable(uint32_t events) {
  return (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
}

static inline int strata_ended(uint32_t events) {
  return (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
}

static inline int strata_accept(int descriptor) {
  return accept4(descriptor, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

static inline int strata_stream_socket(int family) {
  return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static inline ssize_t strata_send(int descriptor, const void *bytes, size_t count) {
  return send(descriptor, bytes, count, MSG_NOSIGNAL);
}

#endif
