// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataNetwork

/// Everything about a fleet that changes; reached under its lock only.
struct RESPFleetState<Node: RESPNode>: Sendable {
  var layout: RESPLayout
  /// The servers there are clients of.
  var nodes: [Endpoint: Node] = [:]
  /// The clients of the primaries, in the order of the layout's shards.
  var primaries: [Node] = []
  /// Servers whose place another may have taken since they were last asked for their role.
  var doubted: Set<Endpoint> = []
  /// How often any server has come into doubt.
  var doubts = 0
  /// Surveys that failed since one last succeeded.
  var failures = 0
  var isClosed = false
  var watchers: [Int: @Sendable () -> Void] = [:]
  var nextWatcher = 0

  /// The node whose slot it is; `nil` where that is not known now.
  func owner(of slot: Int) -> Node? {
    guard let place = layout.owner(of: slot), place < primaries.count else { return nil }
    if !doubted.isEmpty, doubted.contains(layout.shards[place].primary) { return nil }
    return primaries[place]
  }

  /// Takes over a layout whose nodes are all there, and gives back those that have left.
  mutating func take(_ next: RESPLayout, _ chosen: [Endpoint: Node]) -> [Node] {
    let left = nodes.filter { chosen[$0.key] !== $0.value }.map(\.value)
    nodes = chosen
    layout = next
    primaries = next.shards.compactMap { chosen[$0.primary] }
    doubted.formIntersection(chosen.keys)
    return left
  }
}
