// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Darwin)
  private import Darwin

  /// The system's readiness queue of one loop.
  final class Poller: @unchecked Sendable {
    // Sendable: the descriptor never changes; `events` is used by the loop's thread alone.
    private static let wakeIdentifier = UInt.max

    private let descriptor: Int32
    private let events = UnsafeMutablePointer<kevent>.allocate(capacity: 256)

    init() {
      descriptor = kqueue()
      guard descriptor >= 0 else { fatalError("no kqueue (errno \(errno))") }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      _ = change(Self.wakeIdentifier, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0)
    }

    deinit {
      close(descriptor)
      events.deallocate()
    }

    /// Watches `target` and reports its changes under `token`. Returns the error number or 0.
    func add(_ target: Int32, token: UInt64) -> Int32 {
      let number = change(UInt(target), EVFILT_READ, EV_ADD | EV_CLEAR, 0, token)
      if number != 0 { return number }
      return change(UInt(target), EVFILT_WRITE, EV_ADD | EV_CLEAR, 0, token)
    }

    /// Forgets `target`.
    func remove(_ target: Int32) {
      _ = change(UInt(target), EVFILT_READ, EV_DELETE, 0, 0)
      _ = change(UInt(target), EVFILT_WRITE, EV_DELETE, 0, 0)
    }

    /// Ends the wait that runs now or the next one. From any thread.
    func wake() { _ = change(Self.wakeIdentifier, EVFILT_USER, 0, NOTE_TRIGGER, 0) }

    /// Waits up to `timeout` nanoseconds, without end where it is `nil`, and reports changes.
    func wait(_ timeout: Int64?, _ report: (UInt64, Readiness) -> Void) {
      var time = timespec()
      if let timeout {
        time.tv_sec = Int(timeout / 1_000_000_000)
        time.tv_nsec = Int(timeout % 1_000_000_000)
      }
      let count = withUnsafePointer(to: time) {
        kevent(descriptor, nil, 0, events, 256, timeout == nil ? nil : $0)
      }
      for index in 0..<Int(max(0, count)) where events[index].filter != EVFILT_USER {
        let token = UInt64(UInt(bitPattern: events[index].udata))
        var readiness: Readiness = events[index].filter == EVFILT_READ ? .readable : .writable
        if events[index].flags & UInt16(EV_EOF) != 0 { readiness.insert(.ended) }
        report(token, readiness)
      }
    }

    private func change(
      _ identifier: UInt, _ filter: Int32, _ flags: Int32, _ noteFlags: UInt32, _ token: UInt64
    ) -> Int32 {
      var event = kevent(
        ident: identifier, filter: Int16(filter), flags: UInt16(flags), fflags: noteFlags,
        data: 0, udata: UnsafeMutableRawPointer(bitPattern: UInt(token)))
      return kevent(descriptor, &event, 1, nil, 0, nil) == 0 ? 0 : errno
    }
  }
#endif
