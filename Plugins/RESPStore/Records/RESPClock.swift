// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// What is known of the server's clock, in its microseconds.
///
/// Replies of one connection come in the order in which the server ran the commands. So a time that
/// was heard before a reply is read is a time *before* that reply's command ran, however long ago:
/// a lower bound that is safe to give as the version of a fill. It is asked for again every so
/// often because the closer it is, the longer a load may take.
///
/// A moment that this clock cannot show by now, or showed long ago, contradicts what was heard
/// before: one of the two was damaged on the way, or somebody has set the server's clock. Nothing
/// that was concluded from it holds then, and the connection is given up with all that was heard on
/// it.
///
/// Each connection has a first moment. What was read before it may have been removed on a server
/// that has since lost its tombstones (restarted, failed over); such fills are refused.
final class RESPClock: Sendable {
  /// How old the last answer may be.
  private static let freshness: Duration = .milliseconds(100)
  /// How far two clocks may seem apart, in microseconds, beside a thousandth of the time that
  /// passed.
  private static let tolerance: UInt64 = 1_000_000

  private struct State {
    var generation: UInt64 = 0
    var first: UInt64?
    /// The latest moment that is known to have passed.
    var lower: UInt64 = 0
    /// An answer, and when its question was asked: then the server's clock was not later.
    var answer: (time: UInt64, askedAt: Timestamp) = (0, .distantPast)
    var nextQuestion = Timestamp.distantPast

    /// The latest that the server's clock can show at `now`.
    func upper(at now: Timestamp) -> UInt64 {
      answer.time &+ passed(at: now) &+ 1
    }

    /// Whether the server's clock can show `time` at `now`, by all that was heard on this
    /// connection.
    func canShow(_ time: UInt64, at now: Timestamp) -> Bool {
      guard first != nil else { return true }
      let tolerance = RESPClock.tolerance + passed(at: now) / 1000
      return time <= upper(at: now) &+ tolerance && time &+ tolerance >= lower
    }

    private func passed(at now: Timestamp) -> UInt64 {
      UInt64(clamping: (now - answer.askedAt).saturatingNanoseconds / 1000)
    }
  }

  private let state = Lock(State())
  private let clock: any CacheClock

  init(_ clock: any CacheClock) { self.clock = clock }

  /// A new connection begins, on which the time is asked for first.
  func begin(_ generation: UInt64) {
    let now = clock.now
    state.withLock { state in
      state = State(generation: generation, nextQuestion: now + Self.freshness)
      state.answer.askedAt = now
    }
  }

  /// The server answered `time` to a question asked at `askedAt`, or to the first of a connection.
  /// Says whether that can be.
  func hear(_ time: UInt64, askedAt: Timestamp? = nil) -> Bool {
    let now = clock.now
    return state.withLock { state in
      guard state.canShow(time, at: now) else { return false }
      if state.first == nil { state.first = max(time, 1) }
      state.lower = max(state.lower, time)
      state.answer = (time, askedAt ?? state.answer.askedAt)
      return true
    }
  }

  /// Something that the server said shows that its clock has reached `time`. Says whether that can
  /// be.
  func raise(_ time: UInt64) -> Bool {
    let now = clock.now
    return state.withLock { state in
      guard state.canShow(time, at: now) else { return false }
      state.lower = max(state.lower, time)
      return true
    }
  }

  /// Whether it is time to ask again; says so to one caller each time.
  func asks(at now: Timestamp) -> Bool {
    state.withLock { state in
      guard now >= state.nextQuestion else { return false }
      state.nextQuestion = now + Self.freshness
      return true
    }
  }

  /// A moment before now, and the latest that now can be; `nil` before the first answer.
  var bounds: (lower: UInt64, upper: UInt64)? {
    let now = clock.now
    return state.withLock { state in
      guard state.first != nil else { return nil }
      return (max(state.lower, 1) - 1, max(state.lower, state.upper(at: now)))
    }
  }

  /// The connection and the lower bound of its first moment; `nil` before the first answer.
  var connection: (generation: UInt64, first: UInt64)? {
    state.withLock { state in state.first.map { (state.generation, $0 - 1) } }
  }
}
