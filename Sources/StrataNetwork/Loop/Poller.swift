// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a descriptor is ready for.
struct Readiness: OptionSet {
  let rawValue: UInt8

  /// Bytes, a connection, the end or an error can be read.
  static let readable = Readiness(rawValue: 1)
  /// There is room to write, or an error to learn of.
  static let writable = Readiness(rawValue: 2)
  /// The peer has finished or failed: reading goes on until the system has told all of it.
  static let ended = Readiness(rawValue: 4)
}

// `Poller` is one type with two bodies: epoll below, kqueue in `Poller+Kqueue.swift`. Both watch
// edges: a descriptor is added once for everything and reports each *change*, so no system call
// is spent on switching interest. Whoever stops reading before the system says "would block" has
// to come back by itself.
#if os(Linux)
  internal import CPoll
  private import Glibc

  /// The system's readiness queue of one loop.
  final class Poller: @unchecked Sendable {
    // Sendable: descriptors never change; `events` is used by the loop's thread alone.
    private static let wakeToken = UInt64.max

    private let descriptor: Int32
    private let wakeDescriptor: Int32
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: 256)

    init() {
      descriptor = strata_epoll_create()
      wakeDescriptor = strata_eventfd()
      guard descriptor >= 0, wakeDescriptor >= 0,
        strata_epoll_add(descriptor, wakeDescriptor, Self.wakeToken) == 0
      else { fatalError("no epoll instance (errno \(errno))") }
    }

    deinit {
      close(descriptor)
      close(wakeDescriptor)
      events.deallocate()
    }

    /// Watches `target` and reports its changes under `token`. Returns the error number or 0.
    func add(_ target: Int32, token: UInt64) -> Int32 {
      strata_epoll_add(descriptor, target, token) == 0 ? 0 : errno
    }

    /// Forgets `target`.
    func remove(_ target: Int32) { _ = strata_epoll_remove(descriptor, target) }

    /// Ends the wait that runs now or the next one. From any thread.
    func wake() {
      var one: UInt64 = 1
      _ = write(wakeDescriptor, &one, 8)
    }

    /// Waits up to `timeout` nanoseconds, without end where it is `nil`, and reports changes.
    func wait(_ timeout: Int64?, _ report: (UInt64, Readiness) -> Void) {
      // Rounded up: a timer must not find itself early and spin.
      let milliseconds = timeout.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
      let count = epoll_wait(descriptor, events, 256, milliseconds)
      for index in 0..<Int(max(0, count)) {
        let token = events[index].data.u64
        if token == Self.wakeToken {
          // Edge-triggered: each write is news of its own, so the counter is never read.
          continue
        }
        var readiness: Readiness = []
        if strata_readable(events[index].events) != 0 { readiness.insert(.readable) }
        if strata_writable(events[index].events) != 0 { readiness.insert(.writable) }
        if strata_ended(events[index].events) != 0 { readiness.insert(.ended) }
        report(token, readiness)
      }
    }
  }
#endif
