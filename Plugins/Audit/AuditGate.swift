// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Decides how many lines a second are written: so many, and then none until the second is over.
struct AuditGate {
  private let perSecond: Int
  private var end = Timestamp.distantPast
  private var written = 0
  private(set) var held = 0

  init(perSecond: Int) { self.perSecond = perSecond }

  /// How many lines were held back before this one; `nil` where this one is held back too.
  mutating func pass(at now: Timestamp) -> Int? {
    if now >= end { (end, written) = (now + .seconds(1), 0) }
    guard written < perSecond else {
      held += 1
      return nil
    }
    written += 1
    defer { held = 0 }
    return held
  }

  /// How many lines were held back since the last one; counted anew from here.
  mutating func takeHeld() -> Int {
    defer { held = 0 }
    return held
  }
}

/// Two gates, so that a flood of quiet lines cannot hold back a warning.
final class AuditGates: Sendable {
  private struct State {
    var quiet: AuditGate
    var loud: AuditGate
  }

  private let state: Lock<State>

  init(perSecond: Int) {
    state = Lock(
      State(quiet: AuditGate(perSecond: perSecond), loud: AuditGate(perSecond: perSecond)))
  }

  func pass(_ level: CacheReport.Level, at now: Timestamp) -> Int? {
    state.withLock { level >= .warning ? $0.loud.pass(at: now) : $0.quiet.pass(at: now) }
  }

  func takeHeld() -> Int { state.withLock { $0.quiet.takeHeld() + $0.loud.takeHeld() } }
}
