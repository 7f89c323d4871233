// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
public import StrataNetwork

/// What a fleet consists of, and how it is found.
public struct RESPFleetPlan: Sendable {
  /// How names are cut into slots.
  public var slots: RESPSlots
  /// How to connect to each server; its endpoint means nothing.
  public var template: RESPClientConfiguration
  /// The layout, where it never changes.
  public var fixed: RESPLayout?
  /// Who finds out the layout, where it does.
  public var scout: (any RESPScout)?
  /// Whether a copy answers reads while the server itself is out of reach.
  public var readsReplicas = false
  /// The shortest time between two surveys, half of which is jitter (50 ms).
  public var shortestPause = Duration.milliseconds(25)
  /// The same after one that failed (200 ms).
  public var pauseAfterFailure = Duration.milliseconds(100)
  /// After how long a survey is made that nothing has asked for (30 s).
  public var longestPause = Duration.seconds(30)

  /// One server.
  public init(_ configuration: RESPClientConfiguration) {
    slots = .one
    template = configuration
    fixed = RESPLayout([.init(configuration.endpoint)])
  }

  /// The servers of a cluster, some of which are given.
  public init(cluster seeds: [Endpoint], template: RESPClientConfiguration) {
    slots = .cluster
    self.template = template
    scout = RESPClusterScout(seeds: seeds, template: template)
  }

  /// Several independent servers, each with copies of it where there are any.
  public init(ring shards: [RESPLayout.Shard], template: RESPClientConfiguration) {
    slots = .ring(RESPRing(shards.map { "\($0.primary)" }))
    self.template = template
    fixed = RESPLayout(Array(shards.prefix(slots.count)))
  }
}

extension RESPLayout {
  /// Every server that is used.
  func servers(withReplicas: Bool) -> Set<Endpoint> {
    var servers: Set<Endpoint> = []
    for shard in shards {
      servers.insert(shard.primary)
      if withReplicas { servers.formUnion(shard.replicas) }
    }
    return servers
  }
}
