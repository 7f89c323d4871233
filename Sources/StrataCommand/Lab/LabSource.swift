// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The slow source that the lab caches: a database that counts, can be changed and can die.
final class LabSource: Sendable {
  /// What callers get: which edition of the article it is.
  struct Article: Codable, Sendable, Equatable {
    var id: Int
    var edition: Int
  }

  /// The source is down.
  struct Unreachable: Error {}

  private struct State {
    var delay: Duration = .milliseconds(300)
    var isDown = false
    var edition = 1
    var loads = 0
    var failures = 0
  }

  private let state = Lock(State())
  private let clock: any CacheClock

  init(clock: any CacheClock) { self.clock = clock }

  /// Loads an article: reads what is current, then takes its time.
  func article(_ id: Int) async throws -> Article {
    let (edition, delay, isDown) = state.withLock { state in
      state.loads += 1
      return (state.edition, state.delay, state.isDown)
    }
    try await clock.sleep(for: delay)
    if isDown {
      state.withLock { $0.failures += 1 }
      throw Unreachable()
    }
    return Article(id: id, edition: edition)
  }

  /// Publishes a new edition of everything.
  @discardableResult func publish() -> Int {
    state.withLock { state in
      state.edition += 1
      return state.edition
    }
  }

  /// How often it was asked since the last call of this.
  func takeLoads() -> Int {
    state.withLock { state in
      defer { state.loads = 0 }
      return state.loads
    }
  }

  var loads: Int { state.withLock { $0.loads } }
  var edition: Int { state.withLock { $0.edition } }

  func fail(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }
  func slow(_ delay: Duration) { state.withLock { $0.delay = delay } }
}
