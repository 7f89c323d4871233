// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Whoever owns a descriptor that an event loop watches. Every call comes on the loop.
protocol LoopTarget: AnyObject, Sendable {
  /// Something has changed on the descriptor.
  func ready(_ readiness: Readiness)
  /// Asked for by ``EventLoop/runAgain(_:)``: the turn after.
  func again()
  /// Asked for by ``EventLoop/sendAtEnd(_:)``: once everything else in this turn has run.
  func send()
  /// Asked for by ``EventLoop/wake(_:)``: before the sending of this turn.
  func woken()
  /// The loop is ending.
  func loopEnds()
}

extension LoopTarget {
  func again() {}
  func send() {}
  func woken() {}
}
