// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// A named, detached thread of the process.
package enum SystemThread {
  /// Starts a thread that runs `body`; `name` shows in `top` and debuggers (15 bytes on Linux).
  ///
  /// Signals stay with the application's threads: the new thread blocks them all. The process
  /// ends with a message where the system has no thread left to give; nothing can be served then.
  package static func start(_ name: StaticString, _ body: @escaping @Sendable () -> Void) {
    let work = Unmanaged.passRetained(Work(name: name, body: body))
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    let failure = create(work.toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard failure == 0 else { fatalError("no thread for '\(name)' (errno \(failure))") }
  }

  /// A number that names the calling thread among those that live.
  package static var currentNumber: UInt {
    #if os(Linux)
      UInt(pthread_self())
    #else
      UInt(bitPattern: pthread_self())
    #endif
  }

  private static func create(_ work: UnsafeMutableRawPointer) -> Int32 {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    #if os(Linux)
      var thread = pthread_t()
      return pthread_create(
        &thread, &attributes,
        { argument in
          if let argument { Work.run(argument) }
          return nil
        }, work)
    #else
      var thread: pthread_t?
      return pthread_create(
        &thread, &attributes,
        { argument in
          Work.run(argument)
          return nil
        }, work)
    #endif
  }
}

private final class Work: Sendable {
  let name: StaticString
  let body: @Sendable () -> Void

  init(name: StaticString, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }

  static func run(_ pointer: UnsafeMutableRawPointer) {
    let work = Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue()
    rename(work.name)
    work.body()
  }

  private static func rename(_ name: StaticString) {
    let name = String(name.description.prefix(15))
    #if os(Linux)
      // Glibc's own call for it is a GNU extension, which Swift does not import.
      let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { return }
      _ = write(file, name, name.utf8.count)
      close(file)
    #else
      pthread_setname_np(name)
    #endif
  }
}
