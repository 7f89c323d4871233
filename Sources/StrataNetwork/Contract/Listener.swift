// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// An endpoint at which connections are accepted.
public protocol Listener: AnyObject, Sendable {
  /// Where it listens, with the real port.
  var endpoint: Endpoint { get }
  /// Stops accepting. Connections that were accepted live on.
  func close()
}
