// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Whether, and by what, the number of loads at once follows the source.
enum Adaptation: String, CaseIterable, Sendable {
  /// It is what the plan says.
  case none
  /// One more for a round of good loads, a tenth less when one fails or takes longer than a target.
  case aimd
  /// As many as the source answers in about its usual time, with a little room to find out.
  case gradient
}

/// How many loads may run at once: a number that loads change as they end.
///
/// Times are in nanoseconds. Loads that end while few run say nothing about the limit, so they do
/// not raise it.
struct LoadLimit: Sendable {
  private let adaptation: Adaptation
  private let most: Double
  private let least: Double
  private let target: Double
  private var current: Double
  /// The load time over a long while, and over the last few loads.
  private var usual: Double?
  private var recent = 0.0
  /// Until then a bad load changes nothing: it began before the limit was lowered last.
  private var settlesAt = Timestamp.distantPast

  init(_ adaptation: Adaptation, most: Int, least: Int = 1, target: Duration? = nil) {
    self.adaptation = adaptation
    self.most = Double(most)
    self.least = Double(min(least, most))
    self.target = Double(target?.saturatingNanoseconds ?? .max)
    current = adaptation == .none ? Double(most) : Double(max(least, most / 2))
  }

  /// The limit in loads.
  var whole: Int { max(1, Int(current)) }

  /// Takes note of a load that ended, with how many were running.
  mutating func note(_ time: Double, isGood: Bool, running: Int, now: Timestamp) {
    switch adaptation {
    case .none: return
    case .aimd:
      if !isGood || time > target { shrink(time, now) } else { grow(by: 1 / current, running) }
    case .gradient:
      if isGood { follow(time, running) } else { shrink(time, now) }
    }
  }

  private mutating func grow(by step: Double, _ running: Int) {
    if Double(running) * 2 >= current { current = min(most, current + step) }
  }

  private mutating func shrink(_ time: Double, _ now: Timestamp) {
    if now < settlesAt { return }
    current = max(least, current * 0.9)
    settlesAt = now.advanced(byNanoseconds: Int64(min(time, 9e18)))
  }

  private mutating func follow(_ time: Double, _ running: Int) {
    let long = (usual ?? time) * 0.999 + time * 0.001
    recent = usual == nil ? time : recent * 0.8 + time * 0.2
    // A source that has become faster for good makes the old measure too easy to meet.
    usual = long > recent * 2 ? long * 0.95 : long
    let gradient = min(1, max(0.5, 1.5 * long / max(recent, 1)))
    let wanted = current * gradient + current.squareRoot()
    let next = current * 0.9 + wanted * 0.1
    if next < current {
      current = max(least, next)
    } else {
      grow(by: next - current, running)
    }
  }
}
