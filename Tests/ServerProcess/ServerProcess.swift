// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import Foundation
internal import StrataCore

/// A server cannot be started.
public struct ServerUnavailable: Error, CustomStringConvertible {
  /// Why, and what to do.
  public let description: String

  /// Creates the error.
  public init(description: String) { self.description = description }
}

/// The process of a server that a test starts and ends by its id. What it prints is read all along
/// on a thread, or it would block.
public final class ServerProcess: Sendable {
  private struct State {
    var isReady: Bool?
    var waiter: CheckedContinuation<Bool, Never>?
  }

  /// Its id.
  public let identifier: pid_t
  private let state = Lock(State())

  /// Starts a program, which has begun its work once its output holds `sign`.
  ///
  /// It ends with the process that started it, even if that is killed: where there is `setpriv`,
  /// the system sees to that. The system means the *thread* that started it, so that is the one
  /// which listens for as long as the program runs.
  public init(
    executable: String, arguments: [String], sign: String = "eady to accept connections"
  ) throws {
    let name = executable.split(separator: "/").last ?? ""
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw ServerUnavailable(description: "there is no pipe for \(name)")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let words = Self.tied + [executable] + arguments
    let (started, isHeard) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let outcome = Lock<(number: Int32, identifier: pid_t)>((0, 0))
    let listener = Lock<(@Sendable (Bool) -> Void)?>(nil)
    let (output, input) = (ends[0], ends[1])
    Thread.detachNewThread {
      let result = Self.spawn(words, output: input)
      outcome.withLock { $0 = result }
      close(input)
      started.signal()
      guard result.number == 0 else { return _ = close(output) }
      isHeard.wait()
      Self.listen(to: output, for: sign) { isReady in listener.withLock { $0 }?(isReady) }
    }
    started.wait()
    let (number, identifier) = outcome.withLock { $0 }
    guard number == 0 else {
      throw ServerUnavailable(description: "\(name) cannot be run: error \(number)")
    }
    self.identifier = identifier
    listener.withLock { $0 = { [weak self] in self?.heard($0) } }
    isHeard.signal()
  }

  /// What makes a program end with this one.
  private static let tied: [String] =
    FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
    ? ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"] : []

  private static func spawn(
    _ words: [String], output: Int32
  ) -> (number: Int32, identifier: pid_t) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    // The threads of this process block signals that a shell has to hear.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var arguments = words.map { strdup($0) } + [nil]
    var child: pid_t = 0
    let number = posix_spawn(&child, words[0], &actions, &attributes, &arguments, environ)
    for argument in arguments { free(argument) }
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    return (number, child)
  }

  /// Waits until it accepts connections; `false` where it ended instead.
  public func untilReady() async -> Bool {
    await withCheckedContinuation { continuation in
      let known = state.withLock { state in
        if state.isReady == nil { state.waiter = continuation }
        return state.isReady
      }
      if let known { continuation.resume(returning: known) }
    }
  }

  /// Ends it and waits for the end.
  public func end(_ signal: Int32 = SIGKILL) {
    kill(identifier, signal)
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) == -1, errno == EINTR {}
  }

  private static func listen(
    to descriptor: Int32, for sign: String, _ heard: (Bool) -> Void
  ) {
    var text = ""
    var isReady = false
    var bytes = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      if isReady { continue }
      text += String(decoding: bytes[..<count], as: UTF8.self)
      isReady = text.contains(sign)
      if isReady { heard(true) }
    }
    close(descriptor)
    if !isReady { heard(false) }
  }

  private func heard(_ isReady: Bool) {
    let waiter = state.withLock { state in
      state.isReady = isReady
      return state.waiter.take()
    }
    waiter?.resume(returning: isReady)
  }

  /// A port that was free a moment ago.
  public static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer -> UInt16? in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard bind(descriptor, address, length) == 0 else { return nil }
        guard getsockname(descriptor, address, &length) == 0 else { return nil }
        return UnsafeRawPointer(address).loadUnaligned(fromByteOffset: 2, as: UInt16.self)
      }
    }
    guard let port else { throw ServerUnavailable(description: "there is no free port") }
    return Int(UInt16(bigEndian: port))
  }
}
