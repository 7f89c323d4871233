// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What has to be told of the events of a fleet's clients.
public struct RESPFleetEar: Sendable {
  /// Tells the fleet.
  public let hear: @Sendable (RESPEvent) -> Void

  /// What nothing is told.
  public static let deaf = RESPFleetEar { _ in }

  init(_ hear: @escaping @Sendable (RESPEvent) -> Void) { self.hear = hear }
}
