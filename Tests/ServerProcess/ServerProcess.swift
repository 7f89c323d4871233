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

  /// Starts `executable`.
  public init(executable: String, arguments: [String]) throws {
    let name = executable.split(separator: "/").last ?? ""
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw ServerUnavailable(description: "there is no pipe for \(name)")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    var words = ([executable] + arguments).map { strdup($0) } + [nil]
    var child: pid_t = 0
    let number = posix_spawn(&child, executable, &actions, nil, &words, environ)
    for word in words { free(word) }
    posix_spawn_file_actions_destroy(&actions)
    close(ends[1])
    guard number == 0 else {
      close(ends[0])
      throw ServerUnavailable(description: "\(name) cannot be run: error \(number)")
    }
    identifier = child
    let output = ends[0]
    Thread.detachNewThread { [weak self] in Self.listen(to: output) { self?.heard($0) } }
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

  private static func listen(to descriptor: Int32, _ heard: (Bool) -> Void) {
    var text = ""
    var isReady = false
    var bytes = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      if isReady { continue }
      text += String(decoding: bytes[..<count], as: UTF8.self)
      isReady = text.contains("eady to accept connections")
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
