// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import StrataCore

/// The process of a server. What it prints is read all along on a thread, or it would block.
final class Child: Sendable {
  private struct State {
    var isReady: Bool?
    var waiter: CheckedContinuation<Bool, Never>?
  }

  let identifier: pid_t
  private let state = Lock(State())

  init(executable: String, arguments: [String]) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw RedisServer.Unavailable(description: "there is no pipe for redis-server")
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
      throw RedisServer.Unavailable(description: "redis-server cannot be run: error \(number)")
    }
    identifier = child
    let output = ends[0]
    Thread.detachNewThread { [weak self] in Self.listen(to: output) { self?.heard($0) } }
  }

  /// Waits until it accepts connections; `false` where it ended instead.
  func untilReady() async -> Bool {
    await withCheckedContinuation { continuation in
      let known = state.withLock { state in
        if state.isReady == nil { state.waiter = continuation }
        return state.isReady
      }
      if let known { continuation.resume(returning: known) }
    }
  }

  /// Ends it and waits for the end, which comes at once.
  func end() {
    kill(identifier, SIGKILL)
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
}
