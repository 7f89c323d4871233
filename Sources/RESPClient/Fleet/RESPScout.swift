// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import StrataCore
public import StrataNetwork

/// Finds out which servers a fleet has, and which of them holds what.
public protocol RESPScout: Sendable {
  /// Whether a server that lost its connection has to be found anew before it is used again,
  /// because another may have taken its place.
  var doubtsAfterLoss: Bool { get }

  /// Asks whoever knows.
  ///
  /// - Parameters:
  ///   - known: clients of servers that were part of the fleet until now.
  ///   - connect: makes a client of a server that is asked something, and is closed afterwards.
  func survey(
    known: [Endpoint: RESPClient], asking connect: RESPInquiry
  ) async throws(RESPClientError) -> RESPLayout

  /// Servers that tell of changes by themselves, and the channel on which they do.
  var heralds: [(configuration: RESPClientConfiguration, channel: String)] { get }
}

extension RESPScout {
  /// Nobody.
  public var heralds: [(configuration: RESPClientConfiguration, channel: String)] { [] }
}

extension [Endpoint: RESPClient] {
  /// Always the same order, so that a run can be repeated.
  var inOrder: [(key: Endpoint, value: RESPClient)] {
    sorted { $0.key.description < $1.key.description }
  }
}

extension RESPClient {
  /// Whether commands are sent at once.
  var isConnected: Bool { link.state.withLock { $0.machine.isReady } }
}
