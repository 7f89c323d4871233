// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What the source says, what was promised about it, and since when.
struct Truth: Sendable {
  /// A change that has returned.
  struct Change: Sendable {
    var key: Int
    /// What the source said before the change began.
    var number: Int
    var node: String
    var began: Timestamp
    var returned: Timestamp
    var isUnsettled: Bool
    /// What it was about may still stand in where nothing else can.
    var leavesStale: Bool
  }

  /// What has gone wrong for the node that made a change.
  struct Trouble: Sendable {
    var bus = Timestamp.distantPast
    var store = Timestamp.distantPast
    var isDead = false
    /// Between its last trouble with messages and its death.
    var heard = Timestamp.distantPast..<Timestamp.distantPast
  }

  /// What the source says now, by key.
  var numbers: [Int]
  /// When each number was loaded or written last.
  var born: [Int: Timestamp] = [:]
  var changes: [Change] = []

  init(keys: Int) { numbers = [Int](repeating: 1, count: keys) }

  /// The oldest number that a read which begins at `now` on `node` may be answered with.
  ///
  /// On the node that made a change that is at once. On the others it is within the bound: a
  /// subscriber that misses a message, without any notice, must have noticed by then. A sender that
  /// is cut off is given until after it can send again, and a change that the shared store did not
  /// carry out until it has been made up for.
  func floor(
    _ key: Int, on node: SimulatedNode, at now: Timestamp, isStale: Bool,
    trouble: (String) -> Trouble
  ) -> Int {
    var floor = 0
    for change in changes where change.key == key {
      if change.node == node.name {
        if !(isStale && change.leavesStale) { floor = max(floor, change.number) }
        continue
      }
      // Elsewhere what is stale may stand in, for as long as it is usable; it says so.
      if isStale { continue }
      let sender = trouble(change.node)
      if change.isUnsettled, sender.isDead { continue }
      // Who has never heard of a node cannot miss it: where that dies so soon after it could first
      // be heard, nothing but the time of the entry bounds how old it is.
      if sender.isDead,
        sender.heard.upperBound < max(sender.heard.lowerBound, node.startedAt) + Self.acquaintance
      {
        continue
      }
      var due = change.returned + Self.bound
      if sender.bus + .seconds(1) >= change.began {
        due = max(due, sender.bus + Self.bound + .milliseconds(1500))
      }
      if change.isUnsettled { due = max(due, sender.store + Self.bound + .seconds(6)) }
      if due <= now { floor = max(floor, change.number) }
    }
    return floor
  }

  /// In which at least one heartbeat comes through, though three are lost.
  static let acquaintance = Duration.milliseconds(SimulatedNode.heartbeat * 4)

  /// Silence, one heartbeat, and the time a message takes.
  static let bound = Duration.milliseconds(SimulatedNode.silence + SimulatedNode.heartbeat + 150)
}
