// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// When a breaker opens, and for how long.
struct BreakerRules: Sendable, Hashable {
  var window: Duration = .seconds(10)
  var errorRate = Fraction(percent: 50)
  var minimumCalls = 20
  var consecutive = 5
  var slow: Duration?
  var openFor: Duration = .seconds(5)
  var longestOpen: Duration = .seconds(60)
  var jitter = Fraction(percent: 20)
}

/// The states of a breaker, without clock, chance or locks of its own.
///
/// ```
///   closed ── too many failures ──► open ── its time is over, a call comes ──► probing
///     ▲                              ▲                                            │
///     │                              └──────────── the probe failed ──────────────┤
///     └─────────────────────────── the probe succeeded ───────────────────────────┘
/// ```
///
/// While probing, one call is under way and all others are refused. A probe that was cancelled says
/// nothing: the next call is the probe. One that never ends is given up after `openFor`.
struct BreakerStateMachine: Sendable {
  enum Verdict: Sendable {
    case succeeded
    case failed
    /// It ended for reasons of the caller's and says nothing.
    case abandoned
  }

  enum Change: Sendable, Equatable {
    case opened(for: Duration)
    case closed
  }

  /// The right to make one call. What is said about a call of an earlier phase counts no more.
  struct Pass: Sendable {
    fileprivate let phase: UInt64
    fileprivate let isProbe: Bool
  }

  private enum State: Sendable {
    case closed
    case open(until: Timestamp)
    case probing(until: Timestamp)
  }

  private let rules: BreakerRules
  private var state = State.closed
  private var phase: UInt64 = 0
  private var calls: CallWindow
  private var failedInARow = 0
  private var timesOpened = 0

  init(_ rules: BreakerRules) {
    self.rules = rules
    calls = CallWindow(rules.window)
  }

  var isClosed: Bool { if case .closed = state { true } else { false } }

  /// Whether a call may be made.
  mutating func admit(at now: Timestamp) -> Pass? {
    switch state {
    case .closed: return Pass(phase: phase, isProbe: false)
    case .open(let end), .probing(let end):
      guard now >= end else { return nil }
      phase += 1
      state = .probing(until: now + rules.openFor)
      return Pass(phase: phase, isProbe: true)
    }
  }

  /// Takes note of how a call ended.
  mutating func end(
    _ pass: Pass, _ verdict: Verdict, at now: Timestamp, chance: () -> Double
  ) -> Change? {
    guard pass.phase == phase else { return nil }
    switch (verdict, pass.isProbe) {
    case (.abandoned, true): state = .open(until: now)
    case (.abandoned, false): break
    case (.succeeded, true): return close()
    case (.failed, true): return open(at: now, chance)
    case (_, false):
      calls.add(isFailed: verdict == .failed, at: now)
      failedInARow = verdict == .failed ? failedInARow + 1 : 0
      if mustOpen(at: now) { return open(at: now, chance) }
    }
    return nil
  }

  private func mustOpen(at now: Timestamp) -> Bool {
    if failedInARow >= rules.consecutive { return true }
    let (total, failed) = calls.counts(at: now)
    return failed > 0 && total >= rules.minimumCalls
      && Int64(failed) >= rules.errorRate.of(Int64(total))
  }

  private mutating func open(at now: Timestamp, _ chance: () -> Double) -> Change {
    let doublings = min(timesOpened, 20)
    timesOpened += 1
    let planned = min(rules.longestOpen, rules.openFor * (1 << doublings))
    let most = rules.jitter.of(planned).saturatingNanoseconds
    let time = planned + .nanoseconds(Int64(Double(most) * chance()))
    state = .open(until: now + time)
    phase += 1
    return .opened(for: time)
  }

  private mutating func close() -> Change {
    state = .closed
    phase += 1
    (failedInARow, timesOpened) = (0, 0)
    calls = CallWindow(rules.window)
    return .closed
  }
}

/// How many calls there were of late, and how many failed: ten slices of the window, of which the
/// oldest is forgotten as a whole.
struct CallWindow: Sendable {
  private struct Slice: Sendable {
    var number: Int64 = -1
    var total = 0
    var failed = 0
  }

  private static let sliceCount = 10

  private let width: Int64
  private var slices = [Slice](repeating: Slice(), count: sliceCount)

  init(_ window: Duration) {
    width = max(1, window.saturatingNanoseconds / Int64(Self.sliceCount))
  }

  mutating func add(isFailed: Bool, at now: Timestamp) {
    let number = now.nanoseconds / width
    let place = Int(number % Int64(Self.sliceCount))
    if slices[place].number != number { slices[place] = Slice(number: number) }
    slices[place].total += 1
    if isFailed { slices[place].failed += 1 }
  }

  func counts(at now: Timestamp) -> (total: Int, failed: Int) {
    let oldest = now.nanoseconds / width - Int64(Self.sliceCount)
    return slices.reduce((0, 0)) { sum, slice in
      slice.number > oldest ? (sum.0 + slice.total, sum.1 + slice.failed) : sum
    }
  }
}
