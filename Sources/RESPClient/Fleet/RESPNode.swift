// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One server of a fleet: its client, with whatever its owner keeps beside it.
public protocol RESPNode: AnyObject, Sendable {
  /// The client of the server.
  var client: RESPClient { get }
}

extension RESPClient: RESPNode {
  /// Itself.
  public var client: RESPClient { self }
}
